"""Does it depend on load: did traffic change at the onset, does the share of failures rise with requests per second?"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.chance import rates_differ, spearman
from gwdiag.logs.change import Shape
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.logs.over_time import OverTime, Span
from gwdiag.model.finding import Finding
from gwdiag.model.words import by_chance, number, percent

STRETCH = 30.0
"""Seconds before and after the onset whose traffic is compared."""

NOTABLE_CHANGE = 1.4
FEWEST_STRETCHES = 12
VARIED = 1.5
"""Load has varied if the busiest tenth of the time had at least this many times the requests of the quietest tenth."""

STRONG = 0.5
SURE = 1e-3


class AtOnset(NamedTuple):
    """Requests per second before and after the onset."""

    before: float
    after: float


class WithLoad(NamedTuple):
    """How the share of failures goes with load: rank correlation, its chance, and the shares at low and high load."""

    correlation: float
    chance: float
    low_load: float
    low_share: float
    high_load: float
    high_share: float


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        if not seen.requests or not view.traffic.has_successes:
            continue
        cells, width = view.traffic.beside(seen.home), view.traffic.width
        asked, failed = view.traffic.asked_over_time(cells), view.traffic.failed_over_time(seen.id, cells)
        if (jump := at_onset(asked, width, seen)) is not None:
            yield _jump_finding(view, seen, jump)
        # Only since the onset: before it nothing failed, whatever the load was.
        if (relation := with_load(asked.part(seen.span), failed.part(seen.span), width)) is not None:
            yield _relation_finding(view, seen, relation)


def at_onset(asked: OverTime[int], width: int, seen: ClassSeen) -> AtOnset | None:
    """The traffic before and after the onset, if it changed there."""
    if seen.change.begin is None or seen.change.shape is Shape.AT_START:
        return None
    onset = seen.change.begin
    reach = max(1, int(STRETCH / width))
    first, last = asked.buckets[0], asked.buckets[-1]
    before = range(max(first, onset - reach), onset)
    after = range(onset + 1, min(last, onset + reach) + 1)  # the bucket of the onset belongs to neither
    if len(before) < reach / 3 or len(after) < reach / 3:
        return None
    counts = [asked.within(Span(part[0], part[-1])) for part in (before, after)]
    seconds = [len(part) * width for part in (before, after)]
    rates = AtOnset(*(count / time for count, time in zip(counts, seconds, strict=True)))
    ratio = rates.after / rates.before if rates.before else float("inf")
    if 1 / NOTABLE_CHANGE < ratio < NOTABLE_CHANGE or not rates_differ(counts[0], seconds[0], counts[1], seconds[1]):
        return None
    return rates


def with_load(asked: OverTime[int], failed: OverTime[int], width: int) -> WithLoad | None:
    """Whether busy stretches have a larger share of failures than quiet ones; None where load hardly varied."""
    if not asked:
        return None
    first, last = asked.buckets[0], asked.buckets[-1]
    step = max(1, 5 // width, (last - first) // 200)
    requests, failures = (_by_stretch(counts, range(first, last + 1, step)) for counts in (asked, failed))
    busy = [stretch for stretch, count in enumerate(requests) if count]
    if len(busy) < FEWEST_STRETCHES:
        return None
    lengths = [min(step, last + 1 - first - stretch * step) * width for stretch in busy]  # the last one is shorter
    loads = [requests[stretch] / length for stretch, length in zip(busy, lengths, strict=True)]
    ordered = sorted(loads)
    quiet, busiest = ordered[len(ordered) // 10], ordered[len(ordered) * 9 // 10]
    if busiest < VARIED * quiet:
        return None
    shares = [failures[stretch] / requests[stretch] for stretch in busy]
    correlation, chance = spearman(loads, shares)
    middle = (quiet + busiest) / 2
    low = [(load, share) for load, share in zip(loads, shares, strict=True) if load <= middle]
    high = [(load, share) for load, share in zip(loads, shares, strict=True) if load > middle]
    return WithLoad(correlation, chance, *_mean(low), *_mean(high))


def _by_stretch(counts: OverTime[int], begins: range) -> list[int]:
    ends = range(begins.start, begins.start + len(begins) * begins.step + 1, begins.step)
    sums = [counts.up_to[bisect_left(counts.buckets, end)] for end in ends]
    return [after - before for before, after in pairwise(sums)]


def _mean(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    weight = sum(load for load, _ in pairs)
    return weight / len(pairs), sum(load * share for load, share in pairs) / weight


def _jump_finding(view: View, seen: ClassSeen, jump: AtOnset) -> Finding:
    word = "rose" if jump.after > jump.before else "fell"
    return note(
        view,
        seen,
        id="traffic_changed",
        title=f"Traffic {word} at the onset",
        says=f"Traffic there {word} at the onset, "
        f"from {number(jump.before)} to {number(jump.after)} requests per second.",
        value=jump.after / jump.before if jump.before else None,
        unit="times",
    )


def _relation_finding(view: View, seen: ClassSeen, found: WithLoad) -> Finding:
    figures = (
        f"{percent(found.low_share)} failed at {number(found.low_load)} requests per second, "
        f"{percent(found.high_share)} at {number(found.high_load)}"
    )
    is_sure = found.chance < SURE and abs(found.correlation) >= STRONG
    if is_sure and found.correlation > 0 and found.high_share > found.low_share:
        id_, says = "rises_with_load", f"The share of failures rises with load: {figures}; {by_chance(found.chance)}."
    elif is_sure and found.correlation < 0:
        id_, says = "falls_with_load", f"The share of failures falls under load: {figures}; {by_chance(found.chance)}."
    else:
        id_, says = "not_load", f"It does not follow load: {figures}."
    return note(
        view, seen, id=id_, title="Failures and load", says=says, value=found.correlation, unit="rank correlation"
    )


LOAD = Question(asks="Does it depend on load?", answer=answer)
