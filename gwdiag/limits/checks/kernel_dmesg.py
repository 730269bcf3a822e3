"""What the kernel itself has complained of."""

import re

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host

PATHS = ("dev/kmsg", "sos_commands/kernel/dmesg", "var/log/dmesg")
WORDS = (
    "nf_conntrack: table full",
    "too many orphaned sockets",
    "TCP: out of memory",
    "Possible SYN flooding on port",
    "neighbor table overflow",
    "Out of memory: Killed process",
    "Memory cgroup out of memory",
    "page allocation failure",
)
RECORD = re.compile(r"^(?:\d+,\d+,(\d+),[^;]*;|(?:<\d+>)?\[\s*(\d+\.\d+)\]\s)(.*)$", re.MULTILINE)
"""A record of /dev/kmsg (microseconds since the start), or a line of dmesg (seconds)."""


def read(host: Host) -> Reading:
    path = next((one for one in PATHS if host.now.can_read(one)), PATHS[0])
    text = host.now.text(path)
    found = [
        (int(seen[1]) / 1e6 if seen[1] else float(seen[2]), seen[3])
        for seen in RECORD.finditer(text)
        if any(words in seen[3] for words in WORDS)
    ]
    if not found:
        return Reading(value=0)
    at_s, last = found[-1]
    return Reading(
        value=len(found),
        least=Status.CRIT if at_s >= _window_began(host) else Status.WARN,
        because=f"the last, {at_s:,.0f} s after the start of the node: {last[:120]}",
    )


def _window_began(host: Host) -> float:
    """Seconds after the node's start; never, where that cannot be told."""
    try:
        return float(host.earlier.text("proc/uptime").split()[0])
    except (Unreadable, ValueError, IndexError):
        return float("inf")


KERNEL_DMESG = LimitCheck(
    title="Complaints of the kernel",
    read=read,
    unit="messages",
    conditions="A warning where there is one since the node was started; critical where it is from the window.",
    source=("/dev/kmsg",),
    why="The kernel has already said what is used up, and when",
    fixes=(
        Fix(text="Compare their times with the onset", command="dmesg -T | grep -E 'full|memory|flooding|overflow'"),
    ),
    explains=("upstream_dial_timeout", "gateway_out_of_memory", "dns_timeout"),
    shows="at the same time: whatever that shortage does",
    basis="the kernel's own messages",
    needs="CAP_SYSLOG",
)
