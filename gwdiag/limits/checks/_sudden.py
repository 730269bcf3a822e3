"""Counters that are judged against their own past."""

from dataclasses import replace

from gwdiag.limits.check import Reading, Status, Unreadable
from gwdiag.limits.host import Count, Host

TIMES = 10.0
FEWEST = 10
"""Events in a window below which ten times a low mean is still chance."""


def against_mean(host: Host, count: Count, reading: Reading) -> Reading:
    """The reading, at least a warning where the counter grows at over ten times its mean since the node was started."""
    grown = host.grown(count)
    try:
        up_s = float(host.earlier.text("proc/uptime").split()[0])
        mean = count(host.earlier) / up_s
    except (Unreadable, ValueError, IndexError, ZeroDivisionError):
        return reading
    if grown < FEWEST or grown / host.window <= TIMES * mean:
        return reading
    because = f"{grown / host.window:,.1f} a second, over ten times the mean since the start, {mean:,.2g}"
    return replace(reading, least=Status.WARN, because=because)
