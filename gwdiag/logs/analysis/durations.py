"""Which timer fired? Failures of one age are a timer's, failures of any age are people's."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.model.definition import Limit
from gwdiag.model.finding import Finding
from gwdiag.model.words import duration, listed, percent

FEWEST = 5
SHORTEST_TIMER = 300
"""Milliseconds: nothing shorter is a timeout that anybody sets."""

TOLERANCE = 0.03
"""How far from a timer's setting a failure's age may be: scheduling, a slow log, a second's rounding."""

PILE = 0.5
"""Share of the failures that must be of one age."""

ANY_AGE = 2.0
"""Failures are of any age where the long ones took at least so many times as long as the short ones."""

CUT_OFF_SHARE = 0.08
"""Share of the successes that must lie just under a limit for it to be what cuts them off."""

BELONGS_TO = {
    "client_canceled": "a timeout of the clients, or of the balancer in front",
    "upstream_response_timeout": "the gateway's limit for the answer's headers (in Tyk `proxy_default_timeout`)",
    "upstream_dial_timeout": "the gateway's dial timeout (in Tyk `proxy_default_timeout`)",
    "dns_timeout": "the resolver's timeout and tries, or the dial timeout around them",
    "enforced_timeout": "an enforced timeout of the definition",
}


class Pile(NamedTuple):
    """Failures of one age: the age in seconds, and the share of the failures that have it."""

    seconds: float
    share: float


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        if seen.id not in BELONGS_TO:
            continue
        ages = _ages(view, seen)
        if ages.total() >= FEWEST:
            found = pile_of(ages)
            yield from [_piled(view, seen, found)] if found else _spread(view, seen, ages)
        elif (limit := cut_off(_successes(view, seen))) is not None and seen.id == "client_canceled":
            yield _cut_off(view, seen, limit)


def _ages(view: View, seen: ClassSeen) -> Counter[int]:
    ages: Counter[int] = Counter()
    for cell in seen.home:
        ages.update(view.tally.durations.get((seen.id, cell), {}))
    return ages


def _successes(view: View, seen: ClassSeen) -> Counter[int]:
    latencies: Counter[int] = Counter()
    for cell in seen.home:
        latencies.update(view.tally.latency.get(cell, {}))
    return latencies


def pile_of(ages: Counter[int]) -> Pile | None:
    """The age, in milliseconds, around which most failures lie, if most do."""
    values = sorted(age for age in ages if age >= SHORTEST_TIMER)
    best, best_count, begin, inside = 0, 0, 0, 0
    for age in values:
        inside += ages[age]
        while values[begin] < age * (1 - TOLERANCE):
            inside -= ages[values[begin]]
            begin += 1
        if inside > best_count:
            best, best_count = values[begin], inside
    share = best_count / ages.total()
    return Pile(best / 1000, share) if share >= PILE and best_count >= FEWEST else None


def middle_eight_tenths(ages: Counter[int]) -> tuple[float, float]:
    """Between which ages, in seconds, all but the youngest and the oldest tenth lie."""
    ordered = sorted(ages.elements())
    low, high = (ordered[int(share * (len(ordered) - 1))] / 1000 for share in (0.1, 0.9))
    return low, high


def cut_off(latencies: Counter[int]) -> float | None:
    """The limit, in seconds, just under which the successes end although many come near it; None if they thin out."""
    total = latencies.total()
    if total < FEWEST * 4:
        return None
    slowest = max(latencies)
    limit = _round_seconds(slowest / 1000 * (1 + TOLERANCE / 3))
    if slowest < 2 * SHORTEST_TIMER or not limit * (1 - TOLERANCE) <= slowest / 1000 <= limit:
        return None
    near = sum(count for latency, count in latencies.items() if latency > 800 * limit)
    return limit if near >= max(FEWEST, CUT_OFF_SHARE * total) else None


def _round_seconds(seconds: float) -> float:
    """The setting that a person would choose near it: whole seconds, halves below five."""
    step = 0.5 if seconds < 5 else 1.0
    return round(seconds / step) * step


def _timers(view: View, seen: ClassSeen, seconds: float) -> list[str]:
    """Timers of the configuration that are set to about this age."""
    limits: list[Limit] = [limit for api in seen.scope.apis for limit in view.limits.get(api, ())]
    limits += [limit for node in seen.scope.nodes if node in view.settings for limit in view.settings[node].limits]
    near = [limit for limit in limits if abs(limit.seconds - seconds) <= TOLERANCE * seconds + 0.05]
    return list(dict.fromkeys(f"{limit.name} ({limit.path})" for limit in near))


def _piled(view: View, seen: ClassSeen, found: Pile) -> Finding:
    timers = _timers(view, seen, found.seconds)
    whose = f"the same as {listed(timers, 2)}" if timers else f"that is {BELONGS_TO[seen.id]}"
    return note(
        view,
        seen,
        id="fixed_duration",
        title=f"A timer of {duration(found.seconds)} fired",
        says=f"{percent(found.share)} of them took {duration(found.seconds)}: {whose}.",
        value=found.seconds,
        unit="s",
    )


def _spread(view: View, seen: ClassSeen, ages: Counter[int]) -> Iterator[Finding]:
    low, high = middle_eight_tenths(ages)
    if high < ANY_AGE * low:
        return
    reason = (
        "no common timeout: clients that leave by themselves"
        if seen.id == "client_canceled"
        else "no one timer; several limits, or a limit on a part of the request"
    )
    yield note(
        view,
        seen,
        id="spread_durations",
        title="Failures of any age",
        says=f"They took anything from {duration(low)} to {duration(high)} (middle eight tenths): {reason}.",
        value=high - low,
        unit="s",
    )


def _cut_off(view: View, seen: ClassSeen, limit: float) -> Finding:
    return note(
        view,
        seen,
        id="successes_cut_off",
        title=f"Successes end just under {duration(limit)}",
        says=f"The log has no age of the cancelled requests, but successes end just under {duration(limit)} though "
        f"many come near it: something ends what takes longer, {BELONGS_TO[seen.id]}.",
        value=limit,
        unit="s",
    )


DURATIONS = Question(asks="Which timer fired?", answer=answer)
