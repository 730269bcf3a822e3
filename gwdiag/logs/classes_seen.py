"""Each error class of a log: how often, since when, where."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from gwdiag.error_classes import error_classes
from gwdiag.logs.change import Change, Shape, find_change
from gwdiag.logs.names import Names
from gwdiag.logs.over_time import ALWAYS, Span
from gwdiag.logs.tally import Cell, Tally
from gwdiag.logs.traffic import Traffic
from gwdiag.model.dataclass import dataclass
from gwdiag.model.error_class import NONE
from gwdiag.model.finding import Scope, Severity, Window

SAME_FATE = 0.15
"""A node, API or upstream is affected where its share of failures is at least this part of the worst one's."""

BACKGROUND_SHARE = 0.05
NOISE_SHARE = 0.005
"""Steady shares of requests below which a class is background: of classes that every gateway has, and of others."""

WARMING_UP = 15
"""Seconds at the beginning of a log without successes in which the absence of failures tells nothing.

A log that begins with the process has no requests at first.
"""

A_FEW = 5
HARDLY_ANY = 0.01
MANY_OF_THEM = 0.25
"""Fewer failures, and smaller shares, are but a warning; from this share on what is a warning becomes an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSeen:
    """One error class as a log shows it.

    `requests`: those that failed so. `notices`: records of the class that stand for no failed request; `retried` of
    them are tries after which the gateway asked another upstream.
    `home`: where it is frequent; background elsewhere is left out. `span`: from the onset to the end, in buckets.
    `failed` of `asked` requests failed so in that time, on the nodes and APIs of its home, whatever upstream they went
    to; `asked` is 0 where the log has no successes.
    """

    id: str
    requests: int
    notices: int
    retried: int
    nodes: Mapping[str, int]
    apis: Mapping[str, int]
    upstreams: Mapping[str, int]
    home: frozenset[Cell]
    scope: Scope
    change: Change
    span: Span
    window: Window
    ended: datetime | None
    failed: int
    asked: int

    @property
    def count(self) -> int:
        """Failed requests; where the class fails none, its notices."""
        return self.requests or self.notices

    @property
    def share(self) -> float | None:
        """The part of the requests that failed, where it is at home and since it began; None if that cannot be told."""
        return self.failed / self.asked if self.asked and self.requests else None


def classes_seen(tally: Tally, traffic: Traffic, names: Names) -> list[ClassSeen]:
    """The classes of a log, the most frequent first. The sums have their final names."""
    records = (*tally.requests, *tally.notices, *tally.undated, *tally.undated_notices)
    found = [_seen(tally, traffic, names, id_) for id_ in {id_ for id_, _ in records} - {NONE}]
    return sorted(found, key=lambda one: (-one.count, one.id))


def _seen(tally: Tally, traffic: Traffic, names: Names, id_: str) -> ClassSeen:
    requests = _requests(tally, traffic, id_)
    notices = _notices(tally, id_)
    home, change = (
        _home(tally, traffic, id_) if traffic.failing_cells(id_) else _steady_home(tally, id_, requests or notices)
    )
    span = Span(change.begin, change.end)
    beside = traffic.beside(home)
    failed, asked = traffic.failed(id_, beside, span), traffic.asked(beside, span) if traffic.has_successes else 0
    lone = _lone_members(home, traffic, span)
    width = traffic.width if traffic.failing_cells(id_) else tally.notices.width

    def upstreams_of(cell: Cell) -> list[str]:
        return names.targets(cell.api, cell.upstream, dead=cell in lone)

    return ClassSeen(
        id=id_,
        requests=sum(requests.values()),
        notices=sum(notices.values()),
        retried=tally.retried[id_],
        nodes=_totals(requests or notices, lambda cell: [cell.node]),
        apis=_totals(requests or notices, lambda cell: [cell.api]),
        upstreams=_totals(requests or notices, upstreams_of),
        home=home,
        scope=Scope(
            nodes=_distinct(cell.node for cell in home),
            apis=_distinct(cell.api for cell in home),
            upstreams=_distinct(name for cell in home for name in upstreams_of(cell)),
        ),
        change=change,
        span=span,
        window=_window(tally, id_, change, width, failed / asked if asked else None),
        ended=_ended(tally, id_, change, width),
        failed=failed,
        asked=asked,
    )


def _requests(tally: Tally, traffic: Traffic, id_: str) -> Counter[Cell]:
    dated = Counter({cell: traffic.failed(id_, [cell]) for cell in traffic.failing_cells(id_)})
    return dated + Counter({cell: count for (other, cell), count in tally.undated.items() if other == id_})


def _notices(tally: Tally, id_: str) -> Counter[Cell]:
    dated = Counter({cell: tally.notices.total((id_, cell)) for other, cell in tally.notices if other == id_})
    return dated + Counter({cell: count for (other, cell), count in tally.undated_notices.items() if other == id_})


def _home(tally: Tally, traffic: Traffic, id_: str) -> tuple[frozenset[Cell], Change]:
    """Where the class is frequent, and when its rate changed there.

    The change is looked for in the APIs where the class is frequent, then again on the nodes where it is frequent in
    the time since. All upstreams of those count as traffic: an address may be new since the onset, and only fail.
    """
    every = _of_known_apis(traffic, id_)
    first = _frequent(traffic, id_, every, lambda cell: cell.api, ALWAYS)
    change = _change(tally, traffic, id_, first)
    since = Span(change.begin)
    apis = _frequent(traffic, id_, every, lambda cell: cell.api, since)
    nodes = _frequent(traffic, id_, apis, lambda cell: cell.node, since)
    if nodes != first:
        change = _change(tally, traffic, id_, nodes)
    if any(not cell.upstream for cell in traffic.failing_cells(id_) & nodes):
        return nodes, change  # refused before an upstream was chosen
    return _frequent(traffic, id_, nodes, lambda cell: f"{cell.api} {cell.upstream}", Span(change.begin)), change


def _of_known_apis(traffic: Traffic, id_: str) -> frozenset[Cell]:
    """All cells, or those whose API is known where many of the failures are there: the rest may be of any API."""
    known = frozenset(cell for cell in traffic.cells if cell.api)
    of_known = traffic.failed(id_, known)
    return known if of_known >= MANY_OF_THEM * traffic.failed(id_, traffic.cells) and of_known else traffic.cells


def _steady_home(tally: Tally, id_: str, cells: Iterable[Cell]) -> tuple[frozenset[Cell], Change]:
    """The same for notices, which are counted per second, and for records without a time."""
    width = tally.notices.width
    happened = tally.notices.sum_of(key for key in tally.notices if key[0] == id_)
    first, last = int((tally.first or 0) // width), int((tally.last or 0) // width)
    quiet_tells = not error_classes()[id_].background
    return frozenset(cells), find_change(happened, _elapsed(happened, first, last, width), quiet_tells=quiet_tells)


def _frequent(
    traffic: Traffic, id_: str, cells: Iterable[Cell], part: Callable[[Cell], str], span: Span
) -> frozenset[Cell]:
    """The cells of those parts (APIs, nodes, upstreams) in which the class is about as frequent as in the worst."""
    everywhere = list(cells)
    asked = traffic.by(part, everywhere, span)
    failed = {one: count for one, count in traffic.failed_by(id_, part, everywhere, span).items() if count}
    if not failed:
        return frozenset(everywhere)
    if not traffic.has_successes:
        asked = dict.fromkeys(asked, 1)  # shares cannot be told: numbers must do
    worst = max(failed, key=lambda one: (failed[one], -asked[one]))  # of equals that with the larger share
    needed = SAME_FATE * failed[worst] / asked[worst]
    enough = 2 if failed[worst] >= 10 else 1
    kept = {one for one, count in failed.items() if count >= enough and count / asked[one] >= needed}
    return frozenset(cell for cell in everywhere if part(cell) in kept)


def _change(tally: Tally, traffic: Traffic, id_: str, cells: frozenset[Cell]) -> Change:
    happened = traffic.failed_over_time(id_, cells)
    asked = traffic.asked_over_time(traffic.beside(cells))
    is_background = error_classes()[id_].background
    if traffic.has_successes and not is_background:
        return find_change(happened, asked, quiet_tells=True)
    first, last = (int((at or 0.0) // traffic.width) for at in (tally.first, tally.last))
    if traffic.has_successes:
        first = asked.buckets[0]
    elif min(happened) - first <= WARMING_UP // traffic.width:
        first = min(happened)
    seconds = _elapsed(happened, first, max(last, max(happened)), traffic.width)
    per_second = find_change(happened, seconds, quiet_tells=not is_background)
    # What clients do by themselves has its own pace: when other traffic grows its share falls, and nothing changed.
    if not traffic.has_successes or per_second.begin is None:
        return per_second
    return find_change(happened, asked)


def _elapsed(happened: Mapping[int, int], first: int, last: int, width: int) -> dict[int, float]:
    """The seconds between two buckets, as the exposure of what happened: a stretch without any is one bucket."""
    exposure: dict[int, float] = {}
    free = first
    for bucket in sorted({*happened, last + 1}):
        if bucket > free:
            exposure[free] = float((bucket - free) * width)
        if bucket in happened:
            exposure[bucket] = float(width)
        free = bucket + 1
    return exposure


def _window(tally: Tally, id_: str, change: Change, width: int, share: float | None) -> Window:
    first, last = tally.spans.get(id_, (None, None))
    at_start = change.shape is Shape.AT_START and not _is_noise(id_, share)
    onset = tally.first if at_start else None
    if change.shape in (Shape.STEP, Shape.RAMP) and change.begin is not None:
        onset = _first_second(tally, id_, change.begin * width)
    return Window(onset=_time(onset), onset_at_start=at_start, first=_time(first), last=_time(last))


def _ended(tally: Tally, id_: str, change: Change, width: int) -> datetime | None:
    """When it was over; notices that go on say that it was not."""
    if change.end is None:
        return None
    over = (change.end + 1) * width
    later = [bucket for key in tally.notices if key[0] == id_ for bucket in tally.notices.of(key)]
    return None if later and max(later) * tally.notices.width > over else _time(over)


def _is_noise(id_: str, share: float | None) -> bool:
    """Whether a steady share of requests is what every gateway has."""
    is_background = error_classes()[id_].background
    if share is None:
        return is_background
    return share < (BACKGROUND_SHARE if is_background else NOISE_SHARE)


def _first_second(tally: Tally, id_: str, begin: int) -> float:
    """The first failure from the bucket's begin on: buckets may be wide in a long log, seconds are kept finer."""
    width = tally.seconds.width
    return min((bucket * width for bucket in tally.seconds.of(id_) if bucket * width >= begin), default=begin)


def _lone_members(home: frozenset[Cell], traffic: Traffic, span: Span) -> frozenset[Cell]:
    """The cells whose upstream fails while the same API has others that do not: dead members of a list.

    An upstream that is not asked any more since then is no other: its place was taken.
    """
    addresses = {(cell.api, cell.upstream) for cell in traffic.cells if cell.upstream and traffic.asked([cell], span)}
    failing = {(cell.api, cell.upstream) for cell in home}
    with_others = {api for api, upstream in addresses - failing}
    return frozenset(cell for cell in home if cell.api in with_others and cell.upstream)


def _totals(requests: Counter[Cell], names: Callable[[Cell], list[str]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for cell, count in requests.items():
        for name in names(cell):
            if name:
                total[name] += count
    return _most_first(total)


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name}))


def _time(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def severity_of(seen: ClassSeen) -> Severity:
    """How bad it is: nothing for a background, the class's own severity where requests fail in numbers."""
    one, share = error_classes()[seen.id], seen.share
    if one.background and seen.window.onset is None:
        return Severity.INFO
    if not seen.requests and seen.retried == seen.notices:
        return Severity.WARNING  # no client has seen it
    if one.severity is Severity.WARNING and seen.count >= A_FEW:
        return Severity.ERROR if share is not None and share >= MANY_OF_THEM else Severity.WARNING
    if seen.count < A_FEW:
        return Severity.INFO if share is not None and share < NOISE_SHARE else Severity.WARNING
    if seen.window.onset is None and share is not None and share < HARDLY_ANY:
        return Severity.WARNING
    return one.severity
