"""Shares of CPU time between two readings of /proc/stat."""

from gwdiag.limits.check import Unreadable
from gwdiag.limits.host import Host

USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL = range(8)


def shares(host: Host) -> dict[str, list[float]]:
    """Of each CPU, and of all (`cpu`), what share of the time went where. Guests' time is within the user's."""
    before, now = host.earlier.cpu_times(), host.now.cpu_times()
    if host.rebooted:
        raise Unreadable("the node was rebooted between the two readings")
    found = {}
    for name in now.keys() & before.keys():  # a CPU may have been switched off or on
        spent = [late - early for early, late in zip(before[name], now[name], strict=True)]
        if min(spent[USER], spent[NICE], spent[SYSTEM], spent[SOFTIRQ], spent[STEAL]) < 0:
            raise Unreadable("the counters of /proc/stat went back: they were reset between the two readings")
        spent = [max(one, 0) for one in spent]  # the kernel lets idle and iowait go back a little: proc(5)
        total = sum(spent)
        found[name] = [one / total if total else 0.0 for one in spent]
    return found
