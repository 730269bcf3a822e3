"""From a case to its causes, the likeliest first: each symptom is asked every fact, and ranked by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from gwdiag.model.error_class import NONE
from gwdiag.model.finding import Scope
from gwdiag.model.problem import Unavailable
from gwdiag.triage.case import Case
from gwdiag.triage.cause import USUALLY, Cause
from gwdiag.triage.causes import causes
from gwdiag.triage.fact import Answer, Fact
from gwdiag.triage.facts import facts, place, probes, time
from gwdiag.triage.rank import Ranking, odds, rank
from gwdiag.triage.symptoms import Symptom, symptoms

UNKNOWN = "unknown"
"""The id of the entry that says that none of the causes fits."""

HEALTHY = "healthy"

PLAUSIBLE = 0.02
"""A cause less likely than this is not named, unless it is among the first few."""

FEWEST_NAMED = 3

SURE_OF_NOISE = 0.5
"""Noise that is named with this probability is what stands out, and comes before that nothing is wrong."""

STORES = ("redis://", "rediss://")
"""What a gateway keeps its data in is no upstream of an API."""

CLEARLY = 1.2
"""How many times as likely a fact must be with a cause as without it to speak for it."""

STRONGLY = 20.0
"""The same where nothing is known to fail: then only what is hardly ever so makes a cause of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A symptom with the answers to all facts, and what they make of the causes."""

    symptom: Symptom
    answers: Mapping[Fact, Answer | Unavailable]
    ranking: Ranking

    @property
    def known(self) -> dict[Fact, bool]:
        return {fact: one.is_so for fact, one in self.answers.items() if isinstance(one, Answer)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A cause of one symptom, or of several that it makes; `weighed` None: of none, it is that nothing is wrong."""

    id: str
    probability: float
    scope: Scope
    onset: datetime | None
    onset_at_start: bool
    failures: int
    weighed: Weighed | None = None
    is_top: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """All causes that are plausible, most likely first, faults before what harms nobody; never empty."""

    causes: tuple[Suspect, ...]
    symptoms: tuple[Weighed, ...]


def weighed(symptom: Symptom, case: Case) -> Weighed:
    """Asks every fact about the symptom, and ranks the causes."""
    answers = {fact: fact.tell(symptom, case) for fact in facts().values()}
    known = {fact: one.is_so for fact, one in answers.items() if isinstance(one, Answer)}
    return Weighed(symptom=symptom, answers=answers, ranking=rank(faults(), known))


def faults() -> dict[str, Cause]:
    """All causes but that nothing is wrong."""
    return {name: one for name, one in causes().items() if name != HEALTHY}


def diagnose(case: Case) -> Diagnosis:
    """The causes of all that fails in a case."""
    every = [weighed(one, case) for one in symptoms_of(case)]
    firsts: list[Suspect] = []
    others: list[Suspect] = []
    for one in every:
        mine = _suspects(one, case)
        firsts += [suspect for suspect in mine if suspect.is_top]
        others += [suspect for suspect in mine if not suspect.is_top]
    firsts = _together(firsts)
    named = {one.id for one in firsts}
    harmless = [one for one in firsts if is_harmless(one)]
    harmful = [one for one in firsts if not is_harmless(one)]
    if not harmful:
        sure = bool(harmless) and harmless[0].probability >= SURE_OF_NOISE
        harmless.insert(len(harmless) if sure else 0, _healthy(case, every))
    harmful.sort(key=lambda one: (-one.failures, -one.probability, one.id))
    rest = [one for one in _together(others) if one.id not in named]
    rest.sort(key=lambda one: (-one.probability, one.id))
    kept = [one for index, one in enumerate(rest) if one.probability >= PLAUSIBLE or len(firsts) + index < FEWEST_NAMED]
    return Diagnosis(causes=(*harmful, *harmless, *kept), symptoms=tuple(every))


def is_harmless(one: Suspect) -> bool:
    """Whether nobody has to act on it."""
    return one.id == HEALTHY or (one.id != UNKNOWN and causes()[one.id].is_harmless)


def symptoms_of(case: Case) -> list[Symptom]:
    """What the logs show, and what probes failed at beside it; without either, the nodes by themselves."""
    found = symptoms(case.view) if case.view else []
    told = {probes.address(upstream) for one in found for upstream in one.scope.upstreams}
    asked = _asked(case) if case.probed else set()
    failed = dict.fromkeys(
        one.target
        for one in case.probed
        if one.verdict != NONE
        and not one.target.startswith(STORES)
        and probes.address(one.target) not in told
        and (one.is_of_now or probes.address(one.target) not in asked)
    )
    found += [Symptom(scope=_of_upstream(target, case)) for target in failed]
    return found or ([] if case.view else [Symptom()])


def _asked(case: Case) -> set[tuple[str | None, int | None]]:
    """The upstreams that the logs have requests to: what became of those counts more than a probe of any time."""
    if case.view is None:
        return set()
    cells = [cell for cell in case.view.traffic.cells if cell.upstream]
    return {probes.address(name) for cell in cells for name in case.view.names.targets(cell.api, cell.upstream)}


def _of_upstream(target: str, case: Case) -> Scope:
    """Where a probe failed, and the APIs that are defined to go there."""
    apis = {one.name for one in case.definitions if target in (one.target, *one.members)}
    return Scope(upstreams=(target,), apis=tuple(sorted(apis)))


def _suspects(one: Weighed, case: Case) -> list[Suspect]:
    """The causes of one symptom that anything speaks for: those of the best hypothesis are at the top."""
    ranking, known = one.ranking, one.known
    least = CLEARLY if one.symptom.is_something else STRONGLY
    best = [name for name in ranking.best if has_support(causes()[name], known, least)]
    found = [
        _suspect(name, probability, one, case, is_top=name in best)
        for name, probability in ranking.probability.items()
        if name in best or (probability > 0.001 and has_support(causes()[name], known))
    ]
    if not best and one.symptom.is_something:
        found.append(_suspect(UNKNOWN, ranking.none, one, case, is_top=True))
    return found


def has_support(cause: Cause, known: Mapping[Fact, bool], least: float = CLEARLY) -> bool:
    """Whether any fact speaks for it: how common a cause is makes no suspect of it."""
    return any(speaks_for(fact, cause, least) for fact, is_so in known.items() if is_so)


def speaks_for(fact: Fact, cause: Cause, least: float = CLEARLY) -> bool:
    """Whether the fact is that much likelier with the cause than without it."""
    return fact in cause.explains and odds(fact, True, [cause]) > least


def _suspect(id_: str, probability: float, one: Weighed, case: Case, *, is_top: bool) -> Suspect:
    symptom = one.symptom
    return Suspect(
        id=id_,
        probability=probability,
        scope=_scope(id_, one, case),
        onset=symptom.onset,
        onset_at_start=symptom.onset_at_start,
        failures=symptom.failures,
        weighed=one,
        is_top=is_top,
    )


def _scope(id_: str, one: Weighed, case: Case) -> Scope:
    """Where the symptom shows, as far as the cause can make it.

    A fault of one node is of that alone, one of a list is of all its targets, one of a changed target of the old one
    as well.
    """
    scope = one.symptom.scope
    explains = causes()[id_].explains if id_ in causes() else {}
    more: list[str] = []
    if explains.get(place.one_member, 0.0) >= USUALLY:
        more += [member for definition in case.defined(scope.apis) for member in definition.members]
    if explains.get(time.target_changed, 0.0) >= USUALLY:
        more += time.earlier_targets(one.symptom, case)
    odd = place.odd_nodes(one.symptom, case) if explains.get(place.one_node, 0.0) >= USUALLY else ()
    return replace(scope, nodes=odd or scope.nodes, upstreams=_union([scope.upstreams, more]))


def _together(suspects: Sequence[Suspect]) -> list[Suspect]:
    """One of each cause: what makes several symptoms is one fault, with the scope of all of them."""
    found = []
    for _, group in groupby(sorted(suspects, key=lambda one: one.id), key=lambda one: one.id):
        same = sorted(group, key=lambda one: (-one.failures, -one.probability))
        first = same[0]
        dated = [one for one in same if one.onset]
        onset = min(dated, key=lambda one: one.onset.timestamp() if one.onset else 0.0, default=first)
        found.append(
            Suspect(
                id=first.id,
                probability=max(one.probability for one in same),
                scope=Scope(
                    nodes=_union([one.scope.nodes for one in same]),
                    apis=_union([one.scope.apis for one in same]),
                    upstreams=_union([one.scope.upstreams for one in same]),
                ),
                onset=onset.onset,
                onset_at_start=onset.onset_at_start,
                failures=sum(one.failures for one in same),
                weighed=first.weighed,
                is_top=first.is_top,
            )
        )
    return found


def _union(names: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for some in names for name in some}))


def _healthy(case: Case, every: Sequence[Weighed]) -> Suspect:
    """That nothing is wrong: as likely as it is that no symptom stands out, or that those that do are noise."""
    sure = 0.3 if case.view is None else 0.9 if case.view.traffic.has_successes else 0.5
    for one in every:
        if one.symptom.is_something:
            sure = min(sure, 0.5)
    return Suspect(id=HEALTHY, probability=sure, scope=Scope(), onset=None, onset_at_start=False, failures=0)
