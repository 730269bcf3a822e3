"""Two sums into one: as if one had read what both have read.

In whatever order sums are put together the outcome is the same, but for two things: over `tally.MOST_VALUES` clients
or paths those count by name that came first; and of an API that has two names, or an upstream with two schemes, the
last one counts.
"""

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

from gwdiag.logs.reading import Read
from gwdiag.logs.tally import Tally
from gwdiag.logs.timeline import Sortable, Timeline

K = TypeVar("K", bound=Sortable)


def add_read(read: Read, other: Read) -> None:
    """Adds what was read elsewhere. Its files come after those that are there."""
    add_tally(read.tally, other.tally)
    read.inputs += other.inputs
    read.known += [one for one in other.known if one not in read.known]
    read.unparsed = (read.unparsed + other.unparsed)[: read.tally.most_samples]
    read.unparsed_classes += other.unparsed_classes
    read.interrupted |= other.interrupted
    read.latest = max((one for one in (read.latest, other.latest) if one is not None), default=None)


def add_tally(tally: Tally, other: Tally) -> None:
    """Adds the other sums, which are left as they are."""
    if other.first is not None and other.last is not None:
        tally.saw(0, other.first, other.last)
    tally.events += other.events
    _add_timeline(tally.requests, other.requests)
    _add_timeline(tally.notices, other.notices)
    _add_timeline(tally.seconds, other.seconds)
    _add_timeline(tally.latency_over_time, other.latency_over_time)
    for id_, (first, last) in other.spans.items():
        tally.failing(id_, first, last)
    tally.undated.update(other.undated)
    tally.undated_notices.update(other.undated_notices)
    _add_counters(tally.latency, other.latency)
    _add_counters(tally.durations, other.durations)
    tally.take_values(other.requests_by, other.failures_by)
    tally.cut_answers.update(other.cut_answers)
    tally.access_lines += other.access_lines
    tally.joined += other.joined
    tally.alone.update(other.alone)
    tally.retried.update(other.retried)
    tally.tried.update(other.tried)
    tally.unexplained += other.unexplained
    _add_shown(tally, other)


def _add_shown(tally: Tally, other: Tally) -> None:
    for mark in other.marks:
        tally.mark(mark)
    for id_, when, sample in other.dated_samples():
        tally.sample(id_, when, sample)
    for node, (milliseconds, sample) in other.slowest.items():
        tally.slow(node, milliseconds, sample)
    for (api, upstream), sight in other.first_sights.items():
        tally.sight(api, upstream, sight)
    for template, count in other.unclassified.items():
        tally.unclassified_line(template, count, other.unclassified_samples[template])
    for node, formats in other.formats.items():
        tally.formats[node] |= formats
    tally.api_names |= other.api_names
    tally.schemes |= other.schemes


def _add_timeline(timeline: Timeline[K], other: Timeline[K]) -> None:
    for key in other:
        timeline.take(key, other.width, other.of(key).copy())


def _add_counters(counters: dict[K, Counter[int]], others: Mapping[K, Counter[int]]) -> None:
    for key, counts in others.items():
        counters[key].update(counts)
