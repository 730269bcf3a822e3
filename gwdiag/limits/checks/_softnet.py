"""The kernel's figures of incoming packets, a row for each CPU."""

from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment


def column(moment: Moment, index: int) -> int:
    """The sum of a column over all CPUs."""
    path = moment.shared_net("softnet_stat")
    rows = moment.hexadecimal(path)
    if not rows or any(len(row) < 3 for row in rows):
        raise Unreadable(f"/{path} is damaged")
    return sum(row[index] for row in rows)
