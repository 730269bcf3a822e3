"""How long requests take: did they become slower, do failures have one age, is something cutting them off?"""

from collections import Counter
from math import ceil

from gwdiag.logs.analysis.durations import cut_off, middle_eight_tenths, pile_of
from gwdiag.logs.analysis.latency import around_onset
from gwdiag.logs.analysis.slower import percentile, slowed
from gwdiag.logs.entries import percentile as nearest_rank
from gwdiag.logs.over_time import Span
from gwdiag.logs.tally import Cell
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import duration, listed, number, percent
from gwdiag.triage.case import Case
from gwdiag.triage.fact import Answer, FalseAlarm, answer, fact
from gwdiag.triage.facts.errors import NO_LOGS
from gwdiag.triage.symptoms import Symptom

FEWEST = 10
SLOWER = 1.8
PLUS_S = 0.02
HEADROOM = 0.6
"""Successes that take over this part of a limit show that the upstream is near it by itself."""


def _places(symptom: Symptom) -> list[tuple[str, str]]:
    return sorted({(cell.node, cell.api) for cell in symptom.cells if cell.api})


@fact(
    "Did requests of the affected APIs become slower at the onset?",
    false_alarm=FalseAlarm.SELDOM,
    command="gwdiag logs {logs}",
)
def became_slower(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    if symptom.slowed:
        one = symptom.slowed[0]
        return answer(
            True,
            f"successes took {_figures(one.before)} before and {_figures(one.since)} since",
            percentile(one.since, 0.5),
            "ms",
        )
    if symptom.onset_at_start or symptom.onset is None:
        return Unavailable("there is no time before the onset to compare with")
    for seen in symptom.classes:
        found = around_onset(case.view, seen)
        if found and found.after:
            (p50, p95), (now50, now95) = found.before, found.after
            is_so = now50 > SLOWER * p50 + PLUS_S or now95 > SLOWER * p95 + PLUS_S
            return answer(
                is_so,
                f"successes: p50 {duration(p50)}, p95 {duration(p95)} before; "
                f"p50 {duration(now50)}, p95 {duration(now95)} since",
                now50,
                "s",
            )
    for node, api in _places(symptom):
        if found_slower := slowed(case.view, node, api):
            return answer(
                True,
                f"successes of {api} on {node}: {_figures(found_slower.before)} before, "
                f"{_figures(found_slower.since)} since",
            )
    return Unavailable("too few requests succeed since the onset to tell")


def _figures(latencies: Counter[int]) -> str:
    return f"p50 {duration(percentile(latencies, 0.5) / 1000)}, p95 {duration(percentile(latencies, 0.95) / 1000)}"


@fact(
    "Did all APIs of the affected nodes become slower at once?",
    false_alarm=FalseAlarm.RARE,
    command="gwdiag logs {logs} --by api",
)
def every_api_slower(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    if symptom.onset is None or symptom.onset_at_start:
        return Unavailable("there is no time before the onset to compare with")
    view = case.view
    apis = sorted({cell.api for cell in view.traffic.cells if cell.api and cell.node in symptom.scope.nodes})
    if len(apis) < 2:
        return Unavailable("there is only one API")
    width = view.traffic.latency_width
    at = symptom.onset.timestamp() / width
    slow, told = [], 0
    for api in apis:
        cells = [cell for cell in view.traffic.cells if cell.api == api and cell.node in symptom.scope.nodes]
        before = view.traffic.latencies(cells, Span(None, int(at) - 1))
        since = view.traffic.latencies(cells, Span(ceil(at), None))
        if min(before.total(), since.total()) < FEWEST:
            continue
        told += 1
        if (
            percentile(since, 0.5) > SLOWER * percentile(before, 0.5) + 1000 * PLUS_S
            or percentile(since, 0.95) > 2 * SLOWER * percentile(before, 0.95) + 1000 * PLUS_S
        ):
            slow.append(api)
    if told < 2:
        return Unavailable("too few requests succeed since the onset to tell")
    return answer(
        len(slow) == told,
        f"{number(len(slow))} of {number(told)} APIs on {listed(symptom.scope.nodes)} became slower",
        len(slow),
    )


@fact("Did clients give up after one same time?", false_alarm=FalseAlarm.SELDOM)
def canceled_at_one_age(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    ages = _ages(symptom, case, "client_canceled")
    if ages.total() < FEWEST:
        return (
            Unavailable("the log has no age of the cancelled requests")
            if symptom.count("client_canceled")
            else answer(False, "no request was cancelled")
        )
    found = pile_of(ages)
    if found:
        return answer(
            True,
            f"{percent(found.share)} of the cancelled requests had taken {duration(found.seconds)}",
            found.seconds,
            "s",
        )
    low, high = middle_eight_tenths(ages)
    return answer(
        False, f"cancelled requests had taken anything from {duration(low)} to {duration(high)}", high - low, "s"
    )


@fact("Were cancelled requests no older than successes usually are?", false_alarm=FalseAlarm.SELDOM)
def canceled_as_young_as_successes(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """Whether clients left while nothing took longer than it always does: no wait made them leave."""
    if case.view is None:
        return NO_LOGS
    ages, latencies = _ages(symptom, case, "client_canceled"), _latencies(symptom, case)
    if ages.total() < FEWEST or latencies.total() < FEWEST:
        return Unavailable("the log has no age of the cancelled requests")
    middle, usual = _quantile(ages, 0.5), _quantile(latencies, 0.9)
    says = (
        f"cancelled requests had taken {duration(middle / 1000)} (median), "
        f"nine in ten successes at most {duration(usual / 1000)}"
    )
    return answer(middle <= usual, says, middle, "ms")


def _quantile(counts: Counter[int], share: float) -> float:
    return nearest_rank(sorted(counts.items()), share)


@fact("Are successes cut off just under some seconds?", false_alarm=FalseAlarm.RARE)
def successes_cut_off(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    latencies = _latencies(symptom, case)
    if latencies.total() < 4 * FEWEST:
        return Unavailable("too few requests succeed to tell")
    limit = cut_off(latencies)
    slowest = max(latencies) / 1000
    if limit is None:
        return answer(False, f"successes thin out up to {duration(slowest)}: nothing cuts them off", slowest, "s")
    return answer(True, f"successes end just under {duration(limit)} though many come near it", limit, "s")


def _ages(symptom: Symptom, case: Case, id_: str) -> Counter[int]:
    assert case.view
    ages: Counter[int] = Counter()
    for seen in symptom.seen(id_):
        for cell in seen.home:
            ages.update(case.view.tally.durations.get((id_, cell), {}))
    return ages


def _latencies(symptom: Symptom, case: Case) -> Counter[int]:
    assert case.view
    latencies: Counter[int] = Counter()
    for cell in _beside(symptom, case):
        latencies.update(case.view.tally.latency.get(cell, {}))
    return latencies


def _beside(symptom: Symptom, case: Case) -> frozenset[Cell]:
    assert case.view
    return frozenset(cell for cell in case.view.traffic.beside(symptom.cells) if cell.api in symptom.scope.apis)


@fact("Were requests near the limit before, too?", false_alarm=FalseAlarm.SELDOM)
def near_the_limit_before(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """Whether the upstream's usual latency reaches the limit that fires: then the limit is too low for it."""
    if case.view is None:
        return NO_LOGS
    limits = [
        limit.seconds
        for one in case.defined(symptom.scope.apis)
        for limit in one.limits
        if "enforced" in limit.name or "hard" in limit.name
    ]
    ages = _ages(symptom, case, "enforced_timeout")
    pile = pile_of(ages) if ages else None
    limit = pile.seconds if pile else min(limits, default=None)
    if limit is None:
        return Unavailable("no limit of the definition is known")
    latencies = _latencies(symptom, case)
    total = latencies.total()
    if total < FEWEST:
        return Unavailable("too few requests succeed to tell")
    near = sum(count for latency, count in latencies.items() if latency > HEADROOM * 1000 * limit)
    return answer(
        near >= max(3, 0.01 * total),
        f"{number(near)} of {number(total)} successes took over {percent(HEADROOM)} of the limit of {duration(limit)}",
        near,
    )


@fact("Do successes have the delays of retransmitted packets?", false_alarm=FalseAlarm.SELDOM)
def retransmission_delays(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """A hump about 0.2 s above the usual latency, at several upstreams, and little between: TCP's shortest timer."""
    if case.view is None:
        return NO_LOGS
    humps = []
    for api in sorted({cell.api for cell in case.view.traffic.cells if cell.api and cell.node in symptom.scope.nodes}):
        latencies: Counter[int] = Counter()
        for cell in case.view.traffic.cells:
            if cell.api == api and cell.node in symptom.scope.nodes:
                latencies.update(case.view.tally.latency.get(cell, {}))
        if latencies.total() >= 4 * FEWEST and _has_hump(latencies):
            humps.append(api)
    return answer(
        len(humps) > 1,
        f"{listed(humps)} have successes delayed by about 0.2 s and its multiples" if humps else "no such delays",
        len(humps),
    )


def _has_hump(latencies: Counter[int]) -> bool:
    total, usual = latencies.total(), _quantile(latencies, 0.5)
    in_hump = sum(count for latency, count in latencies.items() if 195 <= latency - usual <= 290)
    before = sum(count for latency, count in latencies.items() if 100 <= latency - usual < 195)
    return in_hump >= max(4, 0.005 * total) and in_hump > 2 * before
