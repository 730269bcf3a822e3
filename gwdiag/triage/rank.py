"""Which cause, or which two, explain what is known: noisy-OR over no fault, one fault and pairs of faults.

P(fact is so | causes) = 1 - (1 - false alarm) * product(1 - strength). What is unknown is left out. A fact that a cause
denies is as good as impossible with it. Enumerating pairs lets one cause explain the evidence away from another, which
adding up scores cannot. Source: Pearl, Probabilistic Reasoning in Intelligent Systems (1988), section 4.3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import exp, log

from gwdiag.triage.cause import Cause
from gwdiag.triage.fact import Fact

DENIED = 0.02
"""What is left of a fact's probability where a cause denies it."""

PAIRED = 10
"""Single causes whose pairs are looked at, the likeliest ones: the rest cannot be in the best pair."""

TWO_AT_ONCE = 0.1
"""How much rarer it is that two faults have one symptom than their priors say."""

NONE_OF_THEM = 0.1
"""How often what stands out has none of the causes: it does have one, but there may be some that nobody wrote down."""

Known = Mapping[Fact, bool]
Hypothesis = tuple[str, ...]
"""The ids of the causes at work; none of them is the empty one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """`probability` of each cause, alone or with another; `none`: that it is none of them. `best`: the likeliest."""

    probability: Mapping[str, float]
    none: float
    best: Hypothesis


def rank(causes: Mapping[str, Cause], known: Known) -> Ranking:
    """Weighs all causes by what is known. The order of either makes no difference."""
    names = sorted(causes)
    scores: dict[Hypothesis, float] = {(): log(NONE_OF_THEM)}
    for name in names:
        scores[name,] = log(causes[name].prior) + _above_none([causes[name]], known)
    likeliest = sorted(names, key=lambda name: (-scores[name,], name))[:PAIRED]
    for one, other in combinations(sorted(likeliest), 2):
        both = [causes[one], causes[other]]
        prior = log(TWO_AT_ONCE) + sum(log(cause.prior) for cause in both)
        scores[one, other] = prior + _above_none(both, known)
    top = max(scores.values())
    weights = {hypothesis: exp(score - top) for hypothesis, score in scores.items()}
    total = sum(weights.values())
    probability = dict.fromkeys(names, 0.0)
    for hypothesis, weight in weights.items():
        for name in hypothesis:
            probability[name] += weight / total
    best = max(scores, key=lambda hypothesis: (scores[hypothesis], -len(hypothesis), hypothesis))
    return Ranking(probability=probability, none=weights[()] / total, best=best)


def _above_none(causes: list[Cause], known: Known) -> float:
    """The logarithm of how much likelier what is known is with these causes than with none."""
    concerned = {fact for cause in causes for fact in (*cause.explains, *cause.denies) if fact in known}
    return sum(log(odds(fact, known[fact], causes)) for fact in sorted(concerned, key=lambda fact: fact.id))


def odds(fact: Fact, is_so: bool, causes: Iterable[Cause]) -> float:
    """How many times as likely an answer is with these causes as with none."""
    with_them = probability_of(fact, causes)
    return with_them / fact.false_alarm if is_so else (1 - with_them) / (1 - fact.false_alarm)


def probability_of(fact: Fact, causes: Iterable[Cause]) -> float:
    """That the fact is so, if these causes are at work."""
    not_so, is_denied = 1 - fact.false_alarm, False
    for cause in causes:
        not_so *= 1 - cause.explains.get(fact, 0.0)
        is_denied |= fact in cause.denies
    return (1 - not_so) * (DENIED if is_denied else 1)


def deciding(causes: Mapping[str, Cause], known: Known, name: str) -> Fact | None:
    """The fact without which the cause would lose most; None where it would lose nothing by any."""
    whole = rank(causes, known).probability[name]
    concerned = [fact for fact in known if fact in causes[name].explains]
    losses = {fact: whole - rank(causes, _without(known, fact)).probability[name] for fact in concerned}
    worst = max(losses, key=lambda fact: (losses[fact], odds(fact, known[fact], [causes[name]]), fact.id), default=None)
    return worst if worst and losses[worst] > 0 and known[worst] else None


def _without(known: Known, fact: Fact) -> Known:
    return {one: is_so for one, is_so in known.items() if one != fact}


def telling(causes: Mapping[str, Cause], known: Known, unknown: Iterable[Fact]) -> list[tuple[Fact, float]]:
    """The unknown facts, and by how many bits the answer is expected to make the ranking surer; the best first."""
    before = rank(causes, known)
    uncertain = _entropy(before)
    found = []
    for fact in unknown:
        chance = _chance_of(fact, causes, before)
        after = sum(
            weight * _entropy(rank(causes, {**known, fact: is_so}))
            for is_so, weight in ((True, chance), (False, 1 - chance))
        )
        found.append((fact, uncertain - after))
    return sorted(found, key=lambda one: (-one[1], one[0].id))


def _chance_of(fact: Fact, causes: Mapping[str, Cause], ranking: Ranking) -> float:
    not_so = 1 - fact.false_alarm
    for name, cause in causes.items():
        not_so *= 1 - ranking.probability[name] * cause.explains.get(fact, 0.0)
    return 1 - not_so


def _entropy(ranking: Ranking) -> float:
    every = (*ranking.probability.values(), ranking.none)
    return -sum(one * log(one, 2) + (1 - one) * log(1 - one, 2) for one in every if 1e-9 < one < 1 - 1e-9)
