"""What is to be seen of logs while they are followed: each class, how often, and how often just now."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from gwdiag.logs.tally import Tally
from gwdiag.model.error_class import NONE

JUST_NOW = 60
"""Seconds before the last time in the logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRow:
    """A class, or `requests` for all of them. `just_now`: of `count`, those of the last minute of the logs."""

    name: str
    count: int
    just_now: int
    first: datetime | None
    last: datetime | None
    nodes: tuple[str, ...]


def rows(tally: Tally) -> list[LiveRow]:
    """All requests first, then each class, the one most frequent just now first."""
    asked: Counter[int] = Counter()
    nodes: dict[str, set[str]] = {}
    for id_, cell in tally.requests:
        asked.update(tally.requests.of((id_, cell)))
        nodes.setdefault(id_, set()).add(cell.node)
    for id_, cell in tally.notices:
        nodes.setdefault(id_, set()).add(cell.node)
    every = {node for of_class in nodes.values() for node in of_class}
    total = _row(tally, "requests", asked, tally.requests.width, (tally.first, tally.last), every)
    classes = [
        _row(tally, id_, tally.seconds.of(id_), tally.seconds.width, span, nodes.get(id_, set()))
        for id_, span in tally.spans.items()
        if id_ != NONE
    ]
    return [total, *sorted(classes, key=lambda row: (-row.just_now, -row.count, row.name))]


def _row(
    tally: Tally,
    name: str,
    buckets: Counter[int],
    width: int,
    span: tuple[float | None, float | None],
    nodes: set[str],
) -> LiveRow:
    since = ((tally.last or 0.0) - JUST_NOW) // width
    first, last = (None if at is None else datetime.fromtimestamp(at, UTC) for at in span)
    return LiveRow(
        name=name,
        count=buckets.total(),
        just_now=sum(count for bucket, count in buckets.items() if bucket > since),
        first=first,
        last=last,
        nodes=tuple(sorted(nodes)),
    )
