"""How the kernel reads the clock."""

import re

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host, names

PATH = "sys/devices/system/clocksource/clocksource0/current_clocksource"
QUICK = ("tsc", "kvm-clock", "hyperv", "arch_sys_counter")
SLOW = ("hpet", "acpi_pm")


def read(host: Host) -> Reading:
    source = host.now.text(PATH).strip()
    if not re.fullmatch(r"[a-z][\w.-]*", source, re.ASCII):
        raise Unreadable(f"/{PATH} is damaged: {source[:40]!r} is no name of one")
    worst = Status.CRIT if source in SLOW else Status.OK if source.startswith(QUICK) else Status.WARN
    return Reading(least=worst, because=f"{source} is read by a slow call", note=source, names=names(old=source))


TIME_CLOCKSOURCE = LimitCheck(
    title="Clock source",
    read=read,
    conditions="A warning where it is none of tsc, kvm-clock, hyperv, arch_sys_counter; critical at hpet and acpi_pm.",
    source=("/sys/devices/system/clocksource/clocksource0/current_clocksource",),
    why="A gateway asks for the time many times in each request; without a quick source each is a system call",
    fixes=(
        Fix(
            text="Choose the quick one, if the kernel offers it",
            command="echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource",
            undo="echo {old} > /sys/devices/system/clocksource/clocksource0/current_clocksource",
        ),
    ),
    explains=("gateway_overload",),
    shows="CPU that is spent on reading the clock",
    basis="a judgement",
)
