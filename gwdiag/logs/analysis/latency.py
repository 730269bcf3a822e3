"""Does latency rise before the errors (queueing), with them, or not at all?"""

from collections import Counter
from collections.abc import Iterator
from math import ceil, floor
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.logs.over_time import Span
from gwdiag.logs.tally import bin_latency
from gwdiag.model.finding import Finding
from gwdiag.model.words import duration

LEAD = 20.0
"""Seconds before the onset that are looked at for latency rising ahead of the errors."""

FEWEST = 20
"""Successes that a stretch of time must have for its percentiles to mean anything."""

SLOWER = 1.8
"""Times as slow as before: less is everyday variation."""


class Around(NamedTuple):
    """Percentiles of the successes' latency, in seconds, well before the onset, just before it and after it.

    None where there were too few successes.
    """

    before: tuple[float, float]
    ahead: tuple[float, float] | None
    after: tuple[float, float] | None


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        found = around_onset(view, seen)
        if found:
            yield _finding(view, seen, found)


def around_onset(view: View, seen: ClassSeen) -> Around | None:
    """The latency of requests that still succeed, where the class is at home."""
    onset = seen.window.onset
    if onset is None or seen.window.onset_at_start:
        return None
    width = view.traffic.latency_width
    at = onset.timestamp() / width
    places = {(cell.node, cell.api) for cell in seen.home}
    cells = [cell for cell in view.traffic.cells if (cell.node, cell.api) in places]
    # Whole buckets: that of the onset belongs to none of them.
    last_ahead, last_before = floor(at) - 1, floor(at - LEAD / width) - 1
    spans = Span(None, last_before), Span(last_before + 1, last_ahead), Span(ceil(at), None)
    before, ahead, after = (_percentiles(view.traffic.latencies(cells, span)) for span in spans)
    return Around(before, ahead, after) if before and (ahead or after) else None


def _percentiles(counts: Counter[int]) -> tuple[float, float] | None:
    total, seen, found = counts.total(), 0, []
    if total < FEWEST:
        return None
    wanted = [0.5, 0.95]
    for latency in sorted(counts):
        seen += counts[latency]
        while wanted and seen >= wanted[0] * total:
            found.append(bin_latency(latency) / 1000)
            wanted.pop(0)
    return found[0], found[1]


def _finding(view: View, seen: ClassSeen, found: Around) -> Finding:
    usual = _in_words(found.before)
    if found.ahead and _is_slower(found.ahead, found.before):
        id_ = "latency_rose_before"
        ahead = f"{_in_words(found.ahead)} in the {LEAD:.0f} s ahead of them"
        since = f", {_in_words(found.after)} since, among requests that succeed" if found.after else ""
        says = f"Latency rose before the errors: {usual} before, {ahead}{since}."
        ratio = _ratio(found.ahead[1], found.before[1])
    elif found.after is None:
        id_, ratio = "no_success_since", None
        says = f"Too few requests succeed since the onset to tell their latency; before it was {usual}, without a rise."
    elif _is_slower(found.after, found.before):
        id_, ratio = "latency_rose", _ratio(found.after[0], found.before[0])
        says = f"Requests that succeed became slower at the onset: {usual} before, {_in_words(found.after)} since."
    else:
        id_, ratio = "latency_flat", _ratio(found.after[0], found.before[0])
        says = f"Requests that succeed are no slower: {usual} before, {_in_words(found.after)} since. So no queueing."
    return note(view, seen, id=id_, title="Latency around the onset", says=says, value=ratio, unit="times")


def _ratio(one: float, other: float) -> float | None:
    return one / other if other else None  # what takes under a millisecond is 0


def _is_slower(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] > SLOWER * other[0] + 0.005 or one[1] > SLOWER * other[1] + 0.01


def _in_words(percentiles: tuple[float, float]) -> str:
    return f"p50 {duration(percentiles[0])}, p95 {duration(percentiles[1])}"


LATENCY = Question(asks="Does latency rise before the errors, with them, or not?", answer=answer)
