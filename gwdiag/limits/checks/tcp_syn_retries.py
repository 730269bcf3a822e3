"""When this kernel sends a SYN again: it tells how many were lost, from how long a connect took."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    tries = host.setting("net/ipv4/tcp_syn_retries")
    try:
        linear = host.setting("net/ipv4/tcp_syn_linear_timeouts")
    except Unreadable:  # before Linux 6.5
        linear = 0
    marks = schedule(tries, linear)
    return Reading(
        value=tries,
        least=Status.INFO,
        note=f"sent again after {', '.join(f'{mark:g}' for mark in marks[:-1])} s, given up after {marks[-1]:g} s; the "
        f"gateway gives up after {host.settings.dial_timeout_s:g} s",
    )


def schedule(tries: int, linear: int) -> list[float]:
    """Seconds after which a SYN is sent again, and at last given up: `linear` times each second, then doubling."""
    marks, wait, at = [], 1.0, 0.0
    for number in range(min(max(tries, 0), 127) + 1):
        at += wait
        marks.append(at)
        if number >= linear:
            wait = min(wait * 2, 120.0)
    return marks


TCP_SYN_RETRIES = LimitCheck(
    title="Retries of a SYN",
    read=read,
    unit="retries",
    conditions="Information only.",
    source=("/proc/sys/net/ipv4/tcp_syn_retries", "/proc/sys/net/ipv4/tcp_syn_linear_timeouts"),
    why="A connect that took just as long as one of these marks lost as many SYNs",
    explains=("upstream_dial_timeout",),
    shows="connects that take 1, 2 or 3 s",
    basis="ip-sysctl.rst; observed on Linux 6.18",
)
