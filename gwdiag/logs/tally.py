"""Events into sums: all that the analysis needs to know of a log, in memory that does not grow with it."""

import re
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from functools import lru_cache
from math import ceil, inf, log
from operator import itemgetter
from typing import NamedTuple

from gwdiag.logs.join import Outcome
from gwdiag.logs.routes import Routes
from gwdiag.logs.timeline import Timeline
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.pattern import pattern

LATENCY_STEP = 1.04
"""Ratio of neighbouring latency bins over time: a percentile read from them is right to within 2 %."""

MOST_VALUES = 20_000
"""Distinct clients or paths that are counted by name. What comes later is counted together as OTHERS."""

OTHERS = "(others)"

EXPLAINED = frozenset((NONE, "circuit_open", "client_canceled", "upstream_5xx"))
"""Classes of access lines that need no message to say why."""

MOST_UPSTREAMS = 2_000
"""Addresses that are told apart; a gateway to the whole world has any number. Requests to others have no upstream."""

MOST_MARKS = 2_000
MOST_TEMPLATES = 500

VARIABLE_SEGMENT = pattern(r"(?<=/)(?:\d+|[0-9a-fA-F-]{8,}|[^/]*\d{4,}[^/]*)(?=/|$)")
"""A path segment that is an identifier: a number, hex digits or a UUID, anything with a long number in it."""


Asked = tuple[str, str | None, str | None, str | None, int | None, str]
"""API, client, method, path, status and class of a request."""


class Cell(NamedTuple):
    """Where a request went: the node that took it, its API, the upstream's host:port. Empty where it is not known."""

    node: str
    api: str
    upstream: str


class Value(NamedTuple):
    """A client, path, method or status as one API has it."""

    api: str
    value: str


class Place(NamedTuple):
    """A line of a file."""

    path: str
    line: int


class Sample(NamedTuple):
    """A line kept to be shown; `message` is what it says, `text` the whole of it."""

    place: Place
    node: str
    text: str
    message: str


class MarkSeen(NamedTuple):
    """A change in the life of a gateway."""

    at: float
    node: str
    mark: Mark
    text: str
    place: Place


class FirstSight(NamedTuple):
    """When an upstream address was first used by an API."""

    at: float
    node: str
    place: Place


class Tally:
    """The sums over any number of logs. Requests are counted where they began: at their time less their duration."""

    def __init__(self, samples: int = 3, routes: Routes | None = None) -> None:
        self.most_samples = samples
        self.routes = routes or Routes()
        self.events = 0
        self.first: float | None = None
        self.last: float | None = None
        # over time
        self.requests: Timeline[tuple[str, Cell]] = Timeline()  # by class, `none` among them, and where they went
        self.notices: Timeline[tuple[str, Cell]] = Timeline()  # the same of what is about no one request
        self.seconds: Timeline[str] = Timeline(most=200_000)  # failures and notices by class alone, as fine as can be
        self.latency_over_time: Timeline[tuple[Cell, int]] = Timeline(width=4, most=100_000)
        self.spans: dict[str, tuple[float, float]] = {}  # first and last time of a class
        # records before the first time of a log, or of one that has none
        self.undated: Counter[tuple[str, Cell]] = Counter()
        self.undated_notices: Counter[tuple[str, Cell]] = Counter()
        # durations, in whole milliseconds
        self.latency: defaultdict[Cell, Counter[int]] = defaultdict(Counter)
        self.durations: defaultdict[tuple[str, Cell], Counter[int]] = defaultdict(Counter)
        self.slowest: dict[str, tuple[int, Sample]] = {}  # the slowest success of each node
        # by API and value of a dimension (client, path, method, status)
        self._requests_by: defaultdict[str, Counter[Value]] = defaultdict(Counter)
        self._failures_by: defaultdict[tuple[str, str], Counter[Value]] = defaultdict(Counter)
        self._values: list[Asked] = []  # what waits to be counted so
        self.cut_answers: Counter[Cell] = Counter()
        # how the lines went together
        self.access_lines = 0
        self.joined = 0
        self.alone: Counter[str] = Counter()  # messages without an access line, by API
        self.retried: Counter[str] = Counter()  # notices that are a try after which another upstream was asked
        self.tried: Counter[Cell] = Counter()  # upstreams that failed before the one of the access line was asked
        self.unexplained = 0  # access lines of the gateway's own errors without their message
        # what to show
        self.marks: list[MarkSeen] = []
        self._samples: defaultdict[str, list[tuple[tuple[float, Place], Sample]]] = defaultdict(list)
        self.first_sights: dict[tuple[str, str], FirstSight] = {}
        self.unclassified: Counter[str] = Counter()
        self.unclassified_samples: dict[str, Sample] = {}
        self.formats: defaultdict[str, set[str]] = defaultdict(set)  # by node
        self.api_names: dict[str, str] = {}
        self.schemes: dict[str, str] = {}
        self._upstreams: set[str] = {""}  # that were seen

    def add(self, one: Outcome) -> None:
        event, node, id_ = one.event, one.node, one.id
        self.events += 1
        self.formats[node].add(one.format)
        if event.at is not None:
            self._spans(event.at, event.at)
        self.named(event)
        if event.mark and one.at is not None:
            self.mark(MarkSeen(one.at, node, event.mark, event.message, _place(one)))
        if one.retried:
            self._notice(one)
            self.retried[id_] += 1
        elif event.kind is Kind.ACCESS or (event.kind is Kind.REQUEST and id_ != NONE):
            self._request(one)
        elif id_ != NONE:
            self._notice(one)
        elif event.claim is None and event.level in ("error", "fatal", "panic"):
            template = re.sub(r"\d+", "N", event.message)[:200]
            self.unclassified_line(template, 1, _sample(one))
        if id_ != NONE:
            self.sample(id_, event.at, _sample(one))

    def named(self, event: Event) -> None:
        """Remembers what an API is called. Of several names the first of the alphabet counts, in any order."""
        if event.api and event.api_id and event.api != self.api_names.get(event.api_id):
            self.api_names[event.api_id] = min(event.api, self.api_names.get(event.api_id, event.api))

    def move_lines(self, by: int) -> None:
        """Lines get other numbers: they were counted from another place of their log."""

        def moved(place: Place) -> Place:
            return place._replace(line=place.line + by)

        def shown(sample: Sample) -> Sample:
            return sample._replace(place=moved(sample.place))

        self.marks = [mark._replace(place=moved(mark.place)) for mark in self.marks]
        for known in self._samples.values():
            known[:] = [((when, moved(place)), shown(sample)) for (when, place), sample in known]
        self.slowest = {node: (longest, shown(sample)) for node, (longest, sample) in self.slowest.items()}
        self.first_sights = {key: sight._replace(place=moved(sight.place)) for key, sight in self.first_sights.items()}
        self.unclassified_samples = {key: shown(sample) for key, sample in self.unclassified_samples.items()}

    def saw(self, some: int, first: float, last: float) -> None:
        """So many events between these times, which are counted elsewhere."""
        self.events += some
        self._spans(first, last)

    def _spans(self, first: float, last: float) -> None:
        if self.first is None or first < self.first:
            self.first = first
        if self.last is None or last > self.last:
            self.last = last

    def mark(self, mark: MarkSeen) -> None:
        """A change was seen. They are kept in the order of time, the first of them."""
        if len(self.marks) < MOST_MARKS or _mark_order(mark) < _mark_order(self.marks[-1]):
            insort(self.marks, mark, key=_mark_order)
            del self.marks[MOST_MARKS:]

    def sight(self, api: str, upstream: str, sight: FirstSight) -> None:
        """An upstream was used then. Of several first ones that of the first line counts, whatever comes first."""
        key = api, upstream
        if upstream and (key not in self.first_sights or _order(sight) < _order(self.first_sights[key])):
            self.first_sights[key] = sight

    def slow(self, node: str, milliseconds: int, sample: Sample) -> None:
        """A success took so long. Of several slowest ones that of the first line counts."""
        longest, known = self.slowest.get(node, (0, sample))
        if milliseconds > longest or (milliseconds == longest and sample.place < known.place):
            self.slowest[node] = (milliseconds, sample)

    def take_values(
        self, asked: Mapping[str, Counter[Value]], failed: Mapping[tuple[str, str], Counter[Value]]
    ) -> None:
        """Adds what was counted elsewhere, by dimension, and by class and dimension.

        Where there are too many values, those are named that are counted in whole: others would seem to have failures
        and no successes.
        """
        for dimension, counts in asked.items():
            mine = self.requests_by[dimension]
            if len(counts) > MOST_VALUES or (mine and (len({*mine, *counts}) > MOST_VALUES or _has_others(counts))):
                named = {one for one, _ in counts.most_common(MOST_VALUES)}
                _fold(mine, named)
                counts = Counter(counts)
                _fold(counts, named)
            mine.update(counts)
        for key, counts in failed.items():
            self.failures_by[key].update(counts)
        are_folded = {dimension for dimension, counts in self.requests_by.items() if _has_others(counts)}
        for (_, dimension), counts in self.failures_by.items():
            if dimension in are_folded:
                _fold(counts, self.requests_by[dimension])

    def wants_sample(self, id_: str, at: float | None, place: Place) -> bool:
        """Whether a line of that time would be shown as a sample of its class."""
        known = self._samples[id_]
        return len(known) < self.most_samples or (self.most_samples > 0 and _when(at, place) < known[-1][0])

    def sample(self, id_: str, at: float | None, sample: Sample) -> None:
        """Keeps the first lines of a class, in whatever order they come."""
        if self.wants_sample(id_, at, sample.place) and all(sample != known for _, known in self._samples[id_]):
            insort(self._samples[id_], (_when(at, sample.place), sample))
            del self._samples[id_][self.most_samples :]

    def dated_samples(self) -> Iterator[tuple[str, float | None, Sample]]:
        """The same with their classes and times."""
        for id_, known in self._samples.items():
            for (when, _), sample in known:
                yield id_, None if when == inf else when, sample

    @property
    def samples(self) -> defaultdict[str, list[Sample]]:
        """The first lines of each class."""
        return defaultdict(list, {id_: [sample for _, sample in known] for id_, known in self._samples.items()})

    def failing(self, id_: str, first: float, last: float) -> None:
        """Failures of a class, the first of which ended then, and the last."""
        known_first, known_last = self.spans.get(id_, (first, last))
        self.spans[id_] = (min(known_first, first), max(known_last, last))

    def failed(self, id_: str, dimension: str, api: str, value: str, count: int) -> None:
        """So many requests of a class, of an API, had this client, path, method or status; none where it is empty."""
        if value:
            _bounded(self.failures_by[id_, dimension], Value(api, value), count)

    def slowest_of(self, node: str) -> int:
        """Milliseconds of the slowest success of a node."""
        return self.slowest[node][0] if node in self.slowest else 0

    def asked(self, dimension: str, api: str, value: str, count: int) -> None:
        """So many requests of an API had this client, path, method or status; none where it is empty."""
        if value:
            _bounded(self.requests_by[dimension], Value(api, value), count)

    def _request(self, one: Outcome) -> None:
        event, id_, end = one.event, one.id, one.at
        cell = self._cell(one)
        self._count_joins(one, cell)
        for upstream in event.tried:
            self.tried[cell._replace(upstream=self.address(upstream))] += 1
        self._count_values(one, cell)
        if is_cut(id_, event):
            self.cut_answers[cell] += 1
        if end is None:
            self.undated[id_, cell] += 1
            return
        begin = end - (event.duration_ms or 0.0) / 1000
        self.requests.add((id_, cell), begin)
        if id_ != NONE:
            self._failing(id_, begin, end)
        known = self.first_sights.get((cell.api, cell.upstream))
        if known is None or begin <= known.at:
            self.sight(cell.api, cell.upstream, FirstSight(begin, cell.node, _place(one)))
        if event.duration_ms is not None:
            self._duration(one, cell, begin, round(event.duration_ms))

    def _duration(self, one: Outcome, cell: Cell, begin: float, milliseconds: int) -> None:
        if one.id != NONE:
            self.durations[one.id, cell][milliseconds] += 1
            return
        if milliseconds >= self.slowest_of(cell.node):
            self.slow(cell.node, milliseconds, _sample(one))
        self.latency[cell][milliseconds] += 1
        self.latency_over_time.add((cell, latency_bin(milliseconds)), begin)

    def _notice(self, one: Outcome) -> None:
        key = one.id, self._cell(one)
        if one.at is None:
            self.undated_notices[key] += 1
        else:
            self.notices.add(key, one.at)
            self._failing(one.id, one.at, one.at)

    def _failing(self, id_: str, begin: float, end: float) -> None:
        self.seconds.add(id_, begin)
        self.failing(id_, end, end)

    def unclassified_line(self, template: str, count: int, sample: Sample) -> None:
        """So many error lines are of no known class. The first of them is shown, whichever comes first."""
        if template in self.unclassified or len(self.unclassified) < MOST_TEMPLATES:
            self.unclassified[template] += count
            known = self.unclassified_samples.setdefault(template, sample)
            if sample.place < known.place:
                self.unclassified_samples[template] = sample

    def _cell(self, one: Outcome) -> Cell:
        event = one.event
        api = event.api or event.api_id or self.api_of(one.format, event.path)
        return Cell(one.node, api, self.address(event.upstream))

    def api_of(self, format_: str, path: str | None) -> str:
        """The API of a request that its line does not name."""
        return self.routes.api(format_, path)

    def address(self, upstream: str | None) -> str:
        """The address of an upstream; none of those that come when there are MOST_UPSTREAMS already."""
        scheme, _, address = (upstream or "").rpartition("://")
        if address not in self._upstreams:
            if len(self._upstreams) >= MOST_UPSTREAMS:
                return ""
            self._upstreams.add(address)
        if scheme:
            self.schemes[address] = scheme
        return address

    def _count_joins(self, one: Outcome, cell: Cell) -> None:
        if one.event.kind is Kind.REQUEST:
            self.alone[cell.api] += 1
            return
        self.access_lines += 1
        self.joined += one.joined
        self.unexplained += is_unexplained(one.id, one.event, joined=one.joined)

    def _count_values(self, one: Outcome, cell: Cell) -> None:
        event = one.event
        self._values.append((cell.api, event.client, event.method, event.path, event.status, one.id))
        if len(self._values) >= MOST_VALUES:
            self._take_values()

    def count_values(self, asked: Asked, clients: Counter[str | None]) -> None:
        """Failed requests were alike in all that is counted by name but for their clients, so many of each."""
        self._take_values()
        api, id_ = asked[0], asked[-1]
        for dimension, ((_, *parts), written) in DIMENSIONS.items():
            if dimension == "client":
                names = {_as_it_is(client): some for client, some in clients.items()}
            else:
                names = {written(*(asked[part] for part in parts)): clients.total()}
            requests, failures = self._requests_by[dimension], self._failures_by[id_, dimension]
            for name, some in names.items():
                if name:
                    value = Value(api, name)
                    _bounded(requests, value, some)
                    _bounded(failures, value, some)

    def _take_values(self) -> None:
        """Counts the values of the requests that were gathered."""
        values, self._values = self._values, []
        if not values:
            return
        failures = [one for one in values if one[-1] != NONE]
        for dimension, (parts, written) in DIMENSIONS.items():
            # Most are those of many requests: they are counted as they are, which is quick, and written after that.
            for (api, *value), count in Counter(map(itemgetter(*parts), values)).items():
                if name := written(*value):
                    _bounded(self._requests_by[dimension], Value(api, name), count)
            for (id_, api, *value), count in Counter(map(itemgetter(-1, *parts), failures)).items():
                if name := written(*value):
                    _bounded(self._failures_by[id_, dimension], Value(api, name), count)

    @property
    def requests_by(self) -> defaultdict[str, Counter[Value]]:
        """Requests by a dimension (client, path, method, status), API and value."""
        self._take_values()
        return self._requests_by

    @requests_by.setter
    def requests_by(self, counts: defaultdict[str, Counter[Value]]) -> None:
        self._requests_by = counts

    @property
    def failures_by(self) -> defaultdict[tuple[str, str], Counter[Value]]:
        """The same of those of a class: by class and dimension."""
        self._take_values()
        return self._failures_by

    @failures_by.setter
    def failures_by(self, counts: defaultdict[tuple[str, str], Counter[Value]]) -> None:
        self._failures_by = counts


def _place(one: Outcome) -> Place:
    return Place(one.path, one.line)


def _sample(one: Outcome) -> Sample:
    return Sample(_place(one), one.node, one.text, one.event.message)


@lru_cache(1 << 12)
def latency_bin(milliseconds: float) -> int:
    """The bin of a latency: bin n reaches up to LATENCY_STEP ** n milliseconds."""
    return ceil(log(milliseconds, LATENCY_STEP)) if milliseconds > 1 else 0


def bin_latency(number: int) -> float:
    """Milliseconds in the middle of a bin."""
    return float(LATENCY_STEP ** (number - 0.5)) if number else 0.0


def _path(method: str | None, path: str | None) -> str:
    return asked_for(method or "", templated(path) if path else "")


def _status(status: int | None) -> str:
    return "" if status is None else str(status)


def _as_it_is(value: str | None) -> str:
    return value or ""


DIMENSIONS: Mapping[str, tuple[tuple[int, ...], Callable[..., str]]] = {
    "client": ((0, 1), _as_it_is),
    "path": ((0, 2, 3), _path),
    "status": ((0, 4), _status),
    "method": ((0, 2), _as_it_is),
}
"""Which parts of what was asked are counted by name, the API before them, and how they are written."""


def is_cut(id_: str, event: Event) -> bool:
    """Whether a failed request's client had a success for its status."""
    return id_ != NONE and (event.answers == "cut" or 100 <= (event.status or 500) < 400)


def is_unexplained(id_: str, event: Event, *, joined: bool) -> bool:
    """Whether it is the access line of an error of the gateway's own, whose message is missing."""
    is_own_error = (event.status or 0) >= 499 and id_ not in EXPLAINED
    return is_own_error and not (event.flag or event.api_id or joined)


def asked_for(method: str, path: str) -> str:
    """How a path is counted, with stars for its identifiers; empty where it is not known."""
    return f"{method} {path}" if method and path else path


def templated(path: str) -> str:
    """The path with a star for each identifier in it."""
    return VARIABLE_SEGMENT.sub("*", path)


def _bounded(counter: Counter[Value], value: Value, count: int) -> None:
    known = counter.get(value)
    if known is None and len(counter) >= MOST_VALUES:
        value = value._replace(value=OTHERS)
        known = counter.get(value)
    counter[value] = (known or 0) + count


def _has_others(counts: Counter[Value]) -> bool:
    """Whether some are counted together."""
    return any(value == OTHERS for _, value in counts)


def _fold(counts: Counter[Value], named: Container[Value]) -> None:
    """Counts together what is not among the named."""
    others: Counter[str] = Counter()
    for value in [one for one in counts if one not in named and one.value != OTHERS]:
        others[value.api] += counts.pop(value)
    counts.update({Value(api, OTHERS): count for api, count in others.items()})


def _when(at: float | None, place: Place) -> tuple[float, Place]:
    return inf if at is None else at, place


def _mark_order(mark: MarkSeen) -> tuple[float, Place]:
    return mark.at, mark.place


def _order(sight: FirstSight) -> tuple[float, Place]:
    return sight.at, sight.place
