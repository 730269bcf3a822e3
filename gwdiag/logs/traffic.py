"""Requests and their failures by place and time, as the questions ask for them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from gwdiag.logs.over_time import ALWAYS, OverTime, Span
from gwdiag.logs.tally import Cell, Tally, bin_latency
from gwdiag.model.error_class import NONE


class Traffic:
    """All requests of a log. Buckets are `width` seconds long, those of latency `latency_width`.

    Nothing in the tally may change any more: sums are kept for the next question.
    """

    def __init__(self, tally: Tally) -> None:
        self.width = tally.requests.width
        self.latency_width = tally.latency_over_time.width
        self._latency_over_time = tally.latency_over_time
        self.has_successes = any(id_ == NONE for id_, _ in tally.requests)
        self._failed: defaultdict[str, dict[Cell, OverTime[int]]] = defaultdict(dict)
        by_cell: defaultdict[Cell, list[Counter[int]]] = defaultdict(list)
        for id_, cell in tally.requests:
            buckets = tally.requests.of((id_, cell))
            by_cell[cell].append(buckets)
            if id_ != NONE:
                self._failed[id_][cell] = OverTime(buckets)
        self._asked = {cell: _sum(every) for cell, every in by_cell.items()}
        self._sums: dict[frozenset[Cell], OverTime[int]] = {}

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
        return sum(self._asked[cell].within(span) for cell in cells if cell in self._asked)

    def failed(self, id_: str, cells: Iterable[Cell], span: Span = ALWAYS) -> int:
        of_class = self._failed.get(id_, {})
        return sum(of_class[cell].within(span) for cell in cells if cell in of_class)

    def asked_over_time(self, cells: Iterable[Cell]) -> OverTime[int]:
        """Requests to these cells; not to be changed."""
        wanted = frozenset(cells)
        if wanted not in self._sums:
            self._sums[wanted] = _sum([self._asked[cell] for cell in wanted if cell in self._asked])
        return self._sums[wanted]

    def failed_over_time(self, id_: str, cells: Iterable[Cell]) -> OverTime[int]:
        of_class = self._failed.get(id_, {})
        return _sum([of_class[cell] for cell in cells if cell in of_class])

    def by(self, part: Callable[[Cell], str], cells: Iterable[Cell], span: Span = ALWAYS) -> dict[str, int]:
        """Requests by node, API or upstream."""
        return _by(part, cells, self._asked, span)

    def failed_by(
        self, id_: str, part: Callable[[Cell], str], cells: Iterable[Cell], span: Span = ALWAYS
    ) -> dict[str, int]:
        """Failures of a class by node, API or upstream."""
        return _by(part, cells, self._failed.get(id_, {}), span)

    def latencies(self, cells: Iterable[Cell], span: Span = ALWAYS) -> Counter[int]:
        """Successes by latency bin."""
        total: Counter[int] = Counter()
        for cell in cells:
            for latency, counts in self._latency.get(cell, {}).items():
                if some := counts.within(span):
                    total[latency] += some
        return total

    def latencies_over_time(self, cells: Iterable[Cell], at_least: float = 0.0) -> OverTime[int]:
        """Successes that took at least so many milliseconds."""
        every = [self._latency.get(cell, {}) for cell in cells]
        return _sum([counts for one in every for latency, counts in one.items() if bin_latency(latency) >= at_least])

    @cached_property
    def _latency(self) -> dict[Cell, dict[int, OverTime[int]]]:
        """Successes by cell and latency bin."""
        found: defaultdict[Cell, dict[int, OverTime[int]]] = defaultdict(dict)
        for cell, latency in self._latency_over_time:
            found[cell][latency] = OverTime(self._latency_over_time.of((cell, latency)))
        return dict(found)


def _by(
    part: Callable[[Cell], str], cells: Iterable[Cell], counts: Mapping[Cell, OverTime[int]], span: Span
) -> dict[str, int]:
    total: defaultdict[str, int] = defaultdict(int)
    for cell in cells:
        total[part(cell)] += counts[cell].within(span) if cell in counts else 0
    return dict(total)


def _sum(counts: Sequence[Mapping[int, int]]) -> OverTime[int]:
    """All together. The largest one is taken as it is, and the others are added to it."""
    if not counts:
        return OverTime()
    counts = sorted(counts, key=len, reverse=True)
    total = OverTime(counts[0])
    get = total.get
    for one in counts[1:]:
        for bucket, count in one.items():
            total[bucket] = get(bucket, 0) + count
    return total
