"""Counters of a namespace that are judged as a share of others."""

from gwdiag.limits.check import Reading
from gwdiag.limits.host import FEWEST, Count, Host, share_of_events


def share_grown(host: Host, count: Count, of: Count) -> Reading:
    """What share of `of` was `count`, in the window."""
    events, every = host.grown(count), host.grown(of)
    return Reading(value=share_of_events(events, every), used=events, limit=every, too_few=events < FEWEST)
