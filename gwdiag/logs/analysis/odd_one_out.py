"""Is it one node, API, upstream address, client or path that carries the errors, while others see the same traffic?"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from heapq import nsmallest
from math import exp, log
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.chance import log_choose, log_fisher_exact
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.logs.tally import OTHERS, Cell, Value
from gwdiag.model.finding import Finding, Scope
from gwdiag.model.words import by_chance, listed, number, percent

SURE = 1e-3
"""Chance below which an odd one is reported, after correction for the number of sets that could have been odd."""

OTHERS_SHARE = 0.2
"""The others' share of failures may be at most this part of the odd one's."""

EXPECTED_OF_OTHERS = 3.0
"""Failures that the others would have had at the odd one's rate: fewer, and they did not see the same traffic."""

MOST_ODD = 100
"""Members of a set that is looked for: a larger one names nobody."""

LOOKED_THROUGH = 5
"""Dimensions that are looked through for each class; each is a comparison more."""

PLURALS = {
    "node": "nodes",
    "API": "APIs",
    "upstream address": "upstream addresses",
    "client": "clients",
    "path": "paths",
}


class OddOnes(NamedTuple):
    """Members of a dimension that carry the failures. `failed` of their `asked` requests; likewise of the others'."""

    names: tuple[str, ...]
    failed: int
    asked: int
    others: tuple[str, ...]
    others_failed: int
    others_asked: int
    chance: float


def odd_ones(failed: Counter[str], asked: Counter[str]) -> OddOnes | None:
    """The smallest set of members that has nearly all failures, if the others had the traffic to see them too."""
    failing = sorted(
        (name for name, count in failed.items() if count and name in asked),
        key=lambda name: (-failed[name] / asked[name], name),
    )
    # With a quiet member more, a set of all that fail is less odd, and there are more sets of its size, up to a half.
    quiet = asked.keys() - set(failing) if len(asked) < 2 * MOST_ODD else set()
    total_failed, total_asked = sum(failed[name] for name in failing), asked.total()
    best, best_size, best_chance = None, 0, log(SURE)
    hits = drawn = 0
    for size, name in enumerate([*failing, *nsmallest(MOST_ODD - len(failing), quiet)][:MOST_ODD], 1):
        hits, drawn = hits + failed[name], drawn + asked[name]
        rest, rest_asked = total_failed - hits, total_asked - drawn
        if not hits or hits / drawn * rest_asked < EXPECTED_OF_OTHERS:
            continue
        if rest / rest_asked > OTHERS_SHARE * hits / drawn:
            continue
        comparisons = log_choose(len(asked), size) + log(LOOKED_THROUGH)
        chance = log_fisher_exact(total_failed, drawn, hits, total_asked) + comparisons
        if chance < best_chance:
            best, best_size = (hits, drawn, rest, rest_asked, exp(chance)), size
            best_chance = chance - log(10)  # a larger set must be clearly better
    if best is None:
        return None
    hits, drawn, rest, rest_asked, likely = best
    ranked = [*failing, *sorted(asked.keys() - set(failing))]
    return OddOnes(
        names=tuple(ranked[:best_size]),
        failed=hits,
        asked=drawn,
        others=tuple(ranked[best_size:]),
        others_failed=rest,
        others_asked=rest_asked,
        chance=likely,
    )


def answer(view: View) -> Iterator[Finding]:
    @cache
    def asked_of(kind: str) -> Mapping[str, Counter[str]]:
        return _by_api(view.tally.requests_by[kind])

    @cache
    def asked_by(kind: str, apis: frozenset[str]) -> Counter[str]:
        return _together(asked_of(kind), apis)

    for seen in view.frequent:
        if seen.requests and view.traffic.has_successes:
            for kind, found in _looked_through(view, seen, asked_by):
                yield _finding(view, seen, kind, found)


def _looked_through(
    view: View, seen: ClassSeen, asked_by: Callable[[str, frozenset[str]], Counter[str]]
) -> Iterator[tuple[str, OddOnes]]:
    apis, nodes = frozenset(cell.api for cell in seen.home), {cell.node for cell in seen.home}
    same_apis = [cell for cell in view.traffic.cells if cell.api in apis]
    same_nodes = [cell for cell in view.traffic.cells if cell.node in nodes]
    parts: list[tuple[str, Callable[[Cell], str], list[Cell]]] = [
        ("node", lambda cell: cell.node, same_apis),
        ("API", lambda cell: cell.api, same_nodes),
        (
            "upstream address",
            lambda cell: cell.upstream,
            list(view.traffic.beside(seen.home)) if len(apis) == 1 else [],
        ),
    ]
    for kind, part, cells in parts:
        failed = Counter(view.traffic.failed_by(seen.id, part, cells, seen.span))
        asked = Counter(view.traffic.by(part, cells, seen.span))
        asked = Counter({name: count for name, count in asked.items() if name and count})
        if len(asked) > 1 and (found := odd_ones(failed, asked)):
            yield kind, found
    for kind in ("client", "path"):
        asked = asked_by(kind, apis)
        failed = _together(_by_api(view.tally.failures_by[seen.id, kind]), apis)
        if len(asked) > 1 and (found := odd_ones(failed, asked)) and len(found.names) == 1:
            yield kind, found


def _by_api(counts: Counter[Value]) -> Mapping[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (api, value), count in counts.items():
        if value != OTHERS:
            found[api][value] = count
    return found


def _together(counts: Mapping[str, Counter[str]], apis: frozenset[str]) -> Counter[str]:
    """The counts of these APIs; not to be changed."""
    largest, *others = sorted((counts[api] for api in apis if api in counts), key=len, reverse=True) or [Counter[str]()]
    if not others:
        return largest
    total = dict(largest)  # a Counter asks Python for each that is new, and there are tens of thousands
    get = total.get
    for one in others:
        for value, count in one.items():
            total[value] = get(value, 0) + count
    return Counter(total)


def _finding(view: View, seen: ClassSeen, kind: str, found: OddOnes) -> Finding:
    others_share = percent(found.others_failed / found.others_asked)
    scopes = {
        "node": Scope(nodes=found.names),
        "API": Scope(apis=found.names),
        "upstream address": Scope(upstreams=found.names),
        "client": Scope(clients=found.names),
    }
    return note(
        view,
        seen,
        id=f"odd_{kind.split()[0].lower()}",
        title=f"One {kind} is odd" if len(found.names) == 1 else f"Some of the {PLURALS[kind]} are odd",
        says=f"Only {listed(found.names)}: {number(found.failed)} of {number(found.asked)} requests "
        f"({percent(found.failed / found.asked)}), against {number(found.others_failed)} of "
        f"{number(found.others_asked)} ({others_share}) on {listed(found.others)}; {by_chance(found.chance)}.",
        value=found.failed / found.asked,
        unit="share",
        scope=scopes.get(kind),
    )


ODD_ONE_OUT = Question(asks="Is it one node, API, upstream address, client or path?", answer=answer)
