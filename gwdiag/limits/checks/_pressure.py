"""Pressure stall information of the node and of the process's group: the worse of the two counts."""

from collections.abc import Callable

from gwdiag.limits.cgroups import groups
from gwdiag.limits.check import Reading, Status, Unreadable
from gwdiag.limits.host import Host


def worst(host: Host, resource: str, kind: str) -> tuple[float, str, str]:
    """The greater `avg10` of both, whose it is, and what of the node's could not be read.

    The node's tells of everybody on it. The group's alone may show that the gateway waits, and never that nobody does.
    """
    node, unknown = _tried(lambda: host.now.pressure(f"proc/pressure/{resource}", kind))
    group, unseen = _tried(lambda: _of_group(host, resource, kind))
    if node is None and group is None:
        raise Unreadable(unknown)
    if "damaged" in unseen or "empty" in unseen or "may not" in unseen:
        unknown = unseen
    if group is not None and (node is None or group > node):
        return group, "in the gateway's control group", unknown
    return node or 0.0, "on the node", unknown


def some_waited(host: Host, resource: str, most_of_all: float) -> Reading:
    """The share of time in which some task waited; critical where all did at once for more per cent than that."""
    some, where, unknown = worst(host, resource, "some")
    full, of_full, _ = worst(host, resource, "full")
    return Reading(
        value=some,
        least=Status.CRIT if full > most_of_all else Status.OK,
        because=f"all tasks waited at once for {full:g} % of the time {of_full}",
        note=where,
        unknown=unknown,
    )


def _of_group(host: Host, resource: str, kind: str) -> float:
    own = groups(host.now, resource)[0]
    return host.now.pressure(f"{own.folder}/{resource}.pressure", kind)


def _tried(read: Callable[[], float]) -> tuple[float | None, str]:
    try:
        return read(), ""
    except Unreadable as unreadable:
        return None, str(unreadable)
