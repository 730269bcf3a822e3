"""Requests and their failures by place and time, as the questions ask for them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gwdiag.logs.tally import Cell, Tally
from gwdiag.model.error_class import NONE


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the time, in buckets; None is open."""

    begin: int | None = None
    end: int | None = None

    def holds(self, bucket: int) -> bool:
        return (self.begin is None or bucket >= self.begin) and (self.end is None or bucket <= self.end)


ALWAYS = Span()


class Traffic:
    """All requests of a log. Buckets are `width` seconds long."""

    def __init__(self, tally: Tally) -> None:
        self.width = tally.requests.width
        self.has_successes = any(id_ == NONE for id_, _ in tally.requests)
        self._asked: defaultdict[Cell, Counter[int]] = defaultdict(Counter)
        self._failed: defaultdict[str, dict[Cell, Counter[int]]] = defaultdict(dict)
        for id_, cell in tally.requests:
            buckets = tally.requests.of((id_, cell))
            self._asked[cell].update(buckets)
            if id_ != NONE:
                self._failed[id_][cell] = buckets

    @property
    def cells(self) -> frozenset[Cell]:
        return frozenset(self._asked)

    def failing_cells(self, id_: str) -> frozenset[Cell]:
        return frozenset(self._failed.get(id_, ()))

    def beside(self, cells: Iterable[Cell]) -> frozenset[Cell]:
        """All traffic of the same nodes and APIs, whatever upstream it went to.

        Requests of no API, such as those for pages that do not exist, are beside all of the node's.
        """
        places = {(cell.node, cell.api) for cell in cells}
        return frozenset(cell for cell in self._asked if (cell.node, cell.api) in places or (cell.node, "") in places)

    def asked(self, cells: Iterable[Cell], span: Span = ALWAYS) -> int:
        return sum(self.asked_over_time(cells, span).values())

    def failed(self, id_: str, cells: Iterable[Cell], span: Span = ALWAYS) -> int:
        return sum(self.failed_over_time(id_, cells, span).values())

    def asked_over_time(self, cells: Iterable[Cell], span: Span = ALWAYS) -> Counter[int]:
        return _sum((self._asked.get(cell) for cell in cells), span)

    def failed_over_time(self, id_: str, cells: Iterable[Cell], span: Span = ALWAYS) -> Counter[int]:
        of_class = self._failed.get(id_, {})
        return _sum((of_class.get(cell) for cell in cells), span)

    def by(self, part: Callable[[Cell], str], cells: Iterable[Cell], span: Span = ALWAYS) -> dict[str, int]:
        """Requests by node, API or upstream."""
        total: Counter[str] = Counter()
        for cell in cells:
            total[part(cell)] += self.asked([cell], span)
        return dict(total)

    def failed_by(
        self, id_: str, part: Callable[[Cell], str], cells: Iterable[Cell], span: Span = ALWAYS
    ) -> dict[str, int]:
        """Failures of a class by node, API or upstream."""
        total: Counter[str] = Counter()
        for cell in cells:
            total[part(cell)] += self.failed(id_, [cell], span)
        return dict(total)


def _sum(counters: Iterable[Counter[int] | None], span: Span) -> Counter[int]:
    total: Counter[int] = Counter()
    for counter in counters:
        for bucket, count in (counter or {}).items():
            if span.holds(bucket):
                total[bucket] += count
    return total
