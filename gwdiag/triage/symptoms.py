"""What fails, in groups: classes that are one trouble together; troubles that have nothing in common apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property

from gwdiag.logs.analysis import View
from gwdiag.logs.analysis.slower import Slowed, slowed
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.logs.tally import Cell
from gwdiag.model.finding import Scope

ADMISSION = frozenset(
    ("auth_failed", "rate_limited", "quota_exceeded", "body_too_large", "bad_client_request", "gateway_route_not_found")
)
"""What the gateway decides without asking an upstream: each is a trouble of its own."""

OF_THE_NODE = frozenset(
    ("gateway_fd_exhausted", "gateway_port_exhausted", "gateway_out_of_memory", "gateway_overload", "gateway_internal")
)
"""What a node lacks makes failures of many classes, at every API."""

BY_PRODUCTS = frozenset(
    (
        "client_canceled",
        "dns_failure",
        "dns_not_found",
        "dns_timeout",
        "storage_down",
        "upstream_connect_failed",
        "upstream_dial_timeout",
        "upstream_response_timeout",
    )
)
"""What a node without descriptors, ports, memory or time makes as long as it lacks them."""

WAITING = frozenset(
    (
        "client_canceled",
        "dns_timeout",
        "enforced_timeout",
        "gateway_overload",
        "upstream_dial_timeout",
        "upstream_response_timeout",
    )
)
"""What requests that have to wait end in."""

ALONGSIDE = 40.0
"""Seconds between the onsets of classes that can still be one trouble: the longest usual timeout and a little."""

SHARE_OF_WORST = 0.02
FEWEST = 5
"""A class says where and since when the trouble is if it has this part of its failures, and so many of them."""


@dataclass(frozen=True, kw_only=True)
class Symptom:
    """One trouble. `classes`: the one with the most failures first; none where requests only became slower."""

    classes: tuple[ClassSeen, ...] = ()
    slowed: tuple[Slowed, ...] = ()
    cells: frozenset[Cell] = frozenset()
    scope: Scope = field(default_factory=Scope)
    onset: datetime | None = None
    onset_at_start: bool = False

    @cached_property
    def failures(self) -> int:
        """Failed requests; notices where no request failed."""
        requests = sum(one.requests for one in self.classes)
        return requests or sum(one.notices for one in self.classes)

    @property
    def is_something(self) -> bool:
        """Whether anything stands out at all."""
        return bool(self.classes or self.slowed or self.scope.upstreams)

    def seen(self, *ids: str) -> list[ClassSeen]:
        return [one for one in self.classes if one.id in ids]

    def count(self, *ids: str) -> int:
        return sum(one.requests or one.notices for one in self.seen(*ids))

    @property
    def main(self) -> ClassSeen | None:
        return self.classes[0] if self.classes else None

    @property
    def ports(self) -> frozenset[int]:
        """The ports of its upstreams."""
        found = (one.rpartition(":")[2].partition("/")[0] for one in self.scope.upstreams)
        return frozenset(int(port) for port in found if port.isdecimal())


def symptoms(view: View) -> list[Symptom]:
    """The troubles of a log, the one with the most failures first."""
    groups: list[list[ClassSeen]] = []
    for seen in view.troubles:
        together = [group for group in groups if any(_belong_together(seen, other) for other in group)]
        groups = [group for group in groups if group not in together]
        groups.append([seen, *(one for group in together for one in group)])
    found = [_of_classes(group) for group in groups]
    slow = _slower_elsewhere(view, found)
    joined = []
    for one in found:
        beside = [other for other in slow if _waits_beside(one, other)]
        slow = [other for other in slow if other not in beside]
        joined.append(_with_slowed(view, one, beside) if beside else one)
    found = [*joined, *_only_slower(view, slow)]
    return sorted(found, key=lambda one: (-one.failures, one.scope.apis))


def _belong_together(one: ClassSeen, other: ClassSeen) -> bool:
    ids = {one.id, other.id}
    if ids == {"storage_down", "auth_failed"}:
        return _overlap(one.scope.nodes, other.scope.nodes)
    if not _overlap(one.scope.nodes, other.scope.nodes) or ids & ADMISSION:
        return False
    if ids & OF_THE_NODE:
        return bool(ids & BY_PRODUCTS and _later(one, other)) or _at_one_time(one, other)
    if "storage_down" in ids or not _at_one_time(one, other):
        return False
    if not one.scope.apis or not other.scope.apis:
        return True  # a message that names no API is of what fails beside it
    small, large = sorted((set(one.scope.apis), set(other.scope.apis)), key=len)
    return small <= large


def _overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    one, other = set(one), set(other)
    return bool(one & other) or not one or not other


def _at_one_time(one: ClassSeen, other: ClassSeen) -> bool:
    onsets = [seen.window.onset or seen.window.first for seen in (one, other)]
    return None in onsets or abs((onsets[0] - onsets[1]).total_seconds()) <= ALONGSIDE  # type: ignore[operator]


def _later(one: ClassSeen, other: ClassSeen) -> bool:
    """Whether the by-product does not begin before what makes it."""
    node, product = (one, other) if one.id in OF_THE_NODE else (other, one)
    began, then = (seen.window.onset or seen.window.first for seen in (node, product))
    return began is None or then is None or (then - began).total_seconds() >= -ALONGSIDE


def _of_classes(group: Sequence[ClassSeen]) -> Symptom:
    ordered = tuple(sorted(group, key=lambda one: (-one.count, one.id)))
    enough = max(SHARE_OF_WORST * ordered[0].count, FEWEST if ordered[0].count >= FEWEST else 1)
    telling = [one for one in ordered if one.count >= enough]
    dated = [one for one in telling if one.window.onset]
    first = min(dated, key=lambda one: one.window.onset or datetime.max.replace(tzinfo=UTC), default=None)
    places = [one.scope for one in telling if one.requests] or [one.scope for one in telling]
    return Symptom(
        classes=ordered,
        cells=frozenset(cell for one in telling for cell in one.home),
        scope=Scope(
            nodes=_union(one.nodes for one in places),
            apis=_union(one.apis for one in places),
            upstreams=_union(one.upstreams for one in places),
        ),
        onset=first.window.onset if first else None,
        onset_at_start=bool(first and first.window.onset_at_start),
    )


def _union(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for some in names for name in some}))


def _slower_elsewhere(view: View, found: Sequence[Symptom]) -> list[Slowed]:
    """What became slower where none of the troubles is, in the order of time."""
    told = {(node, api) for one in found for node in one.scope.nodes for api in one.scope.apis}
    places = sorted({(cell.node, cell.api) for cell in view.traffic.cells if cell.api} - told)
    return sorted((one for node, api in places if (one := slowed(view, node, api))), key=lambda one: one.begin)


def _waits_beside(one: Symptom, slow: Slowed) -> bool:
    """Whether requests that fail for waiting too long, and others that only wait, are one trouble."""
    if one.onset is None or one.onset_at_start or slow.node not in one.scope.nodes:
        return False
    waiting = sum(seen.count for seen in one.classes if seen.id in WAITING)
    return 2 * waiting > one.failures and abs(slow.begin - one.onset.timestamp()) <= ALONGSIDE


def _with_slowed(view: View, one: Symptom, beside: list[Slowed]) -> Symptom:
    other = _of_slowed(view, beside)
    return replace(
        one,
        slowed=tuple(beside),
        cells=one.cells | other.cells,
        scope=Scope(
            nodes=one.scope.nodes,
            apis=_union([one.scope.apis, other.scope.apis]),
            upstreams=_union([one.scope.upstreams, other.scope.upstreams]),
        ),
        onset=min(filter(None, (one.onset, other.onset))),
    )


def _only_slower(view: View, slow: list[Slowed]) -> list[Symptom]:
    """Where requests became slower and none fails: those of one time together."""
    slower = []
    while slow:
        together = [one for one in slow if one.begin - slow[0].begin <= ALONGSIDE]
        slow = slow[len(together) :]
        slower.append(_of_slowed(view, together))
    return slower


def _of_slowed(view: View, together: list[Slowed]) -> Symptom:
    where = {(one.node, one.api) for one in together}
    cells = frozenset(cell for cell in view.traffic.cells if (cell.node, cell.api) in where)
    upstreams = {one for cell in cells if cell.upstream for one in view.names.targets(cell.api, cell.upstream)}
    return Symptom(
        slowed=tuple(together),
        cells=cells,
        scope=Scope(
            nodes=_union([[one.node for one in together]]),
            apis=_union([[one.api for one in together]]),
            upstreams=tuple(sorted(upstreams)),
        ),
        onset=datetime.fromtimestamp(together[0].begin, UTC),
    )
