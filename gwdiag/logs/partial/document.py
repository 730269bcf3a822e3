"""The sums as a document: fields with types and bounds, which a partial file holds as JSON.

Nothing in it is taken on trust: a file may come from anywhere. What does not fit its field is refused, so that no
report meets a time that there is not, or a class that it does not know.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Annotated, TypeVar

from pydantic import Field

from gwdiag.definitions import Known
from gwdiag.error_classes import error_classes
from gwdiag.logs.reading import Read
from gwdiag.logs.tally import Cell, FirstSight, MarkSeen, Place, Sample, Tally, Value
from gwdiag.logs.timeline import Sortable, Timeline
from gwdiag.model.error_class import NONE
from gwdiag.model.report import Input
from gwdiag.redact import redacted

K = TypeVar("K", bound=Sortable)
T = TypeVar("T")

FURTHEST = 253_000_000_000
"""Seconds since 1970: in the year 9987. As many before there are no times, either."""

Count = Annotated[int, Field(ge=0, le=1 << 53)]
Number = Annotated[int, Field(ge=-FURTHEST, le=FURTHEST)]
Seconds = Annotated[float, Field(ge=-FURTHEST, le=FURTHEST, allow_inf_nan=False)]
Width = Annotated[int, Field(ge=1, le=1 << 31)]
Bin = Annotated[int, Field(ge=0, le=1000)]

Counts = tuple[list[Number], list[Count]]
"""Counts of numbers in their order. The first list has the first number, then from each to the next."""

Span = tuple[Seconds, Seconds]
OfClass = tuple[str, Count, Counts]
"""A class, the number of a cell, and the counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose document it is. `id`: of this file alone. `host`: the machine that wrote it.

    `nodes`, `paths`: names that mean something only there, and their places; see `origins`.
    """

    id: str
    host: str
    nodes: dict[str, str]
    paths: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What `Tally` and `Read` have, by the same names. Cells are told by number; timelines have their width first."""

    origin: Origin
    inputs: list[Input]
    known: list[tuple[str, Known]]
    unparsed: list[Sample]
    unparsed_classes: dict[str, Count]
    interrupted: bool
    latest: Seconds | None

    events: Count
    first: Seconds | None
    last: Seconds | None
    cells: list[Cell]
    requests: tuple[Width, list[OfClass]]
    notices: tuple[Width, list[OfClass]]
    seconds: tuple[Width, list[tuple[str, Counts]]]
    latency_over_time: tuple[Width, list[tuple[Count, Bin, Counts]]]
    spans: dict[str, Span]
    undated: list[tuple[str, Count, Count]]
    undated_notices: list[tuple[str, Count, Count]]
    latency: list[tuple[Count, Counts]]
    durations: list[OfClass]
    slowest: dict[str, tuple[Count, Sample]]
    requests_by: list[tuple[str, list[tuple[Value, Count]]]]
    failures_by: list[tuple[str, str, list[tuple[Value, Count]]]]
    cut_answers: list[tuple[Count, Count]]
    access_lines: Count
    joined: Count
    alone: dict[str, Count]
    retried: dict[str, Count]
    tried: list[tuple[Count, Count]]
    unexplained: Count
    marks: list[MarkSeen]
    samples: list[tuple[str, Seconds | None, Sample]]
    first_sights: list[tuple[str, str, FirstSight]]
    unclassified: list[tuple[str, Count, Sample]]
    formats: dict[str, list[str]]
    api_names: dict[str, str]
    schemes: dict[str, str]


def document_of(read: Read, id_: str, host: str) -> Document:
    """All that a report needs of what was read, without secrets."""
    tally, cells = read.tally, _Cells()
    return Document(
        origin=Origin(id=id_, host=host, nodes=read.named_by_place, paths=read.places),
        inputs=read.inputs,
        known=read.known,
        unparsed=[_shown(one) for one in read.unparsed],
        unparsed_classes=dict(read.unparsed_classes),
        interrupted=read.interrupted,
        latest=read.latest,
        events=tally.events,
        first=tally.first,
        last=tally.last,
        requests=_timeline(tally.requests, lambda key, counts: (key[0], cells.number(key[1]), counts)),
        notices=_timeline(tally.notices, lambda key, counts: (key[0], cells.number(key[1]), counts)),
        seconds=_timeline(tally.seconds, lambda key, counts: (key, counts)),
        latency_over_time=_timeline(
            tally.latency_over_time, lambda key, counts: (cells.number(key[0]), key[1], counts)
        ),
        spans=tally.spans,
        undated=[(id_, cells.number(cell), count) for (id_, cell), count in tally.undated.items()],
        undated_notices=[(id_, cells.number(cell), count) for (id_, cell), count in tally.undated_notices.items()],
        latency=[(cells.number(cell), _counts(counts)) for cell, counts in tally.latency.items()],
        durations=[(id_, cells.number(cell), _counts(counts)) for (id_, cell), counts in tally.durations.items()],
        slowest={node: (longest, _shown(sample)) for node, (longest, sample) in tally.slowest.items()},
        requests_by=[(dimension, _values(counts)) for dimension, counts in tally.requests_by.items()],
        failures_by=[(id_, dimension, _values(counts)) for (id_, dimension), counts in tally.failures_by.items()],
        cut_answers=[(cells.number(cell), count) for cell, count in tally.cut_answers.items()],
        access_lines=tally.access_lines,
        joined=tally.joined,
        alone=dict(tally.alone),
        retried=dict(tally.retried),
        tried=[(cells.number(cell), count) for cell, count in tally.tried.items()],
        unexplained=tally.unexplained,
        marks=[mark._replace(text=redacted(mark.text)) for mark in tally.marks],
        samples=[(id_, when, _shown(sample)) for id_, when, sample in tally.dated_samples()],
        first_sights=[(api, upstream, sight) for (api, upstream), sight in tally.first_sights.items()],
        unclassified=[
            (redacted(template), count, _shown(tally.unclassified_samples[template]))
            for template, count in tally.unclassified.items()
        ],
        formats={node: sorted(formats) for node, formats in tally.formats.items()},
        api_names=tally.api_names,
        schemes=tally.schemes,
        cells=cells.every,  # the last one: it has those of all fields above by now
    )


def read_of(document: Document, node: Mapping[str, str], path: Mapping[str, str]) -> Read:
    """What was read, with other names for some nodes and paths. Raises ValueError for sums that cannot be."""
    _refuse_unknown_classes(document)
    naming = _Naming(node, path)
    cells = _Numbered(one._replace(node=naming.node(one.node)) for one in document.cells)
    tally = Tally(samples=len(document.samples))
    tally.events = document.events
    if document.first is not None and document.last is not None:
        tally.saw(0, document.first, document.last)
    _fill(tally.requests, document.requests[0], (((id_, cells[at]), some) for id_, at, some in document.requests[1]))
    _fill(tally.notices, document.notices[0], (((id_, cells[at]), some) for id_, at, some in document.notices[1]))
    _fill(tally.seconds, document.seconds[0], document.seconds[1])
    over_time = document.latency_over_time
    _fill(tally.latency_over_time, over_time[0], (((cells[at], bin_), some) for at, bin_, some in over_time[1]))
    tally.spans = document.spans
    tally.undated = Counter({(id_, cells[at]): count for id_, at, count in document.undated})
    tally.undated_notices = Counter({(id_, cells[at]): count for id_, at, count in document.undated_notices})
    for at, some in document.latency:
        tally.latency[cells[at]] = _counter(some)
    for id_, at, some in document.durations:
        tally.durations[id_, cells[at]] = _counter(some)
    tally.slowest = {
        naming.node(node): (longest, naming.sample(one)) for node, (longest, one) in document.slowest.items()
    }
    for dimension, values in document.requests_by:
        tally.requests_by[dimension] = Counter(dict(values))
    for id_, dimension, values in document.failures_by:
        tally.failures_by[id_, dimension] = Counter(dict(values))
    tally.cut_answers = Counter({cells[at]: count for at, count in document.cut_answers})
    tally.access_lines, tally.joined, tally.unexplained = document.access_lines, document.joined, document.unexplained
    tally.alone, tally.retried = Counter(document.alone), Counter(document.retried)
    tally.tried = Counter({cells[at]: count for at, count in document.tried})
    for mark in document.marks:
        tally.mark(mark._replace(node=naming.node(mark.node), place=naming.place(mark.place)))
    for id_, when, sample in document.samples:
        tally.sample(id_, when, naming.sample(sample))
    for api, upstream, sight in document.first_sights:
        sight = sight._replace(node=naming.node(sight.node), place=naming.place(sight.place))
        tally.sight(api, upstream, sight)
    for template, count, sample in document.unclassified:
        tally.unclassified_line(template, count, naming.sample(sample))
    for name, formats in document.formats.items():
        tally.formats[naming.node(name)] = set(formats)
    tally.api_names, tally.schemes = document.api_names, document.schemes
    return Read(
        tally,
        inputs=[naming.input(one) for one in document.inputs],
        known=[(naming.node(name), one) for name, one in document.known],
        unparsed=[naming.sample(one) for one in document.unparsed],
        unparsed_classes=Counter(document.unparsed_classes),
        interrupted=document.interrupted,
        latest=document.latest,
    )


class _Cells:
    """Cells by number: each stands for itself in many places."""

    def __init__(self) -> None:
        self.every: list[Cell] = []
        self._numbers: dict[Cell, int] = {}

    def number(self, cell: Cell) -> int:
        if cell not in self._numbers:
            self._numbers[cell] = len(self.every)
            self.every.append(cell)
        return self._numbers[cell]


@dataclass(frozen=True, slots=True)
class _Naming:
    """Other names for nodes and paths."""

    nodes: Mapping[str, str]
    paths: Mapping[str, str]

    def node(self, name: str) -> str:
        return self.nodes.get(name, name)

    def place(self, place: Place) -> Place:
        return place._replace(path=self.paths.get(place.path, place.path))

    def sample(self, sample: Sample) -> Sample:
        return sample._replace(place=self.place(sample.place), node=self.node(sample.node))

    def input(self, one: Input) -> Input:
        node = None if one.node is None else self.node(one.node)
        return replace(one, path=self.paths.get(one.path, one.path), node=node)


class _Numbered(list[Cell]):
    """The cells of a document. There is none but those that it has."""

    def __getitem__(self, number: int) -> Cell:  # type: ignore[override]
        try:
            return super().__getitem__(number)
        except IndexError:
            raise ValueError("it counts in a cell that it does not name") from None


def _counts(counts: Mapping[int, int]) -> Counts:
    numbers = sorted(counts)
    steps = [*numbers[:1], *(later - earlier for earlier, later in pairwise(numbers))]
    return steps, [counts[number] for number in numbers]


def _counter(counts: Counts) -> Counter[int]:
    numbers = list(accumulate(counts[0]))
    if min(counts[0][1:], default=1) < 1 or (numbers and numbers[-1] > FURTHEST):
        raise ValueError("it counts numbers that are not in order")
    return Counter(dict(zip(numbers, counts[1], strict=True)))


def _timeline(timeline: Timeline[K], row: Callable[[K, Counts], T]) -> tuple[int, list[T]]:
    return timeline.width, [row(key, _counts(timeline.of(key))) for key in timeline]


def _fill(timeline: Timeline[K], width: int, rows: Iterable[tuple[K, Counts]]) -> None:
    if width.bit_count() != 1:
        raise ValueError("it counts in times of a length that no timeline has")
    for key, counts in rows:
        timeline.take(key, width, _counter(counts))


def _values(counts: Mapping[Value, int]) -> list[tuple[Value, int]]:
    shown: Counter[Value] = Counter()
    for value, count in counts.items():
        shown[value._replace(value=redacted(value.value))] += count
    return list(shown.items())


def _shown(sample: Sample) -> Sample:
    return sample._replace(text=redacted(sample.text), message=redacted(sample.message))


def _refuse_unknown_classes(document: Document) -> None:
    rows = (document.requests[1], document.notices[1], document.seconds[1], document.undated, document.undated_notices)
    more = (document.durations, document.failures_by, document.samples)
    named = {*document.spans, *document.retried, *document.unparsed_classes}
    ids = named | {row[0] for some in (*rows, *more) for row in some}
    if unknown := sorted(ids - {NONE, *error_classes()}):
        raise ValueError(f"it has the class {unknown[0][:40]}, which this version does not know")
