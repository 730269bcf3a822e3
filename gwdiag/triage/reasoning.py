"""Why a cause, or why not: every fact that it has to do with, and how much each weighs."""

from math import log2

from gwdiag.model.finding import Scope
from gwdiag.model.words import number
from gwdiag.triage.case import Case
from gwdiag.triage.causes import causes
from gwdiag.triage.diagnosis import Diagnosis
from gwdiag.triage.fact import Answer
from gwdiag.triage.named import filled, texts_of
from gwdiag.triage.rank import odds, probability_of
from gwdiag.triage.report import Consideration, Reasoning


def reasoning(id_: str, found: Diagnosis, case: Case) -> Reasoning:
    """How a cause stands with the symptom that it explains best."""
    cause = causes()[id_]
    best = max(found.symptoms, key=lambda one: one.ranking.probability.get(id_, 0.0), default=None)
    texts = texts_of(best.symptom.scope if best else Scope(), case)
    rows = []
    for fact, answer in (best.answers if best else {}).items():
        if fact not in cause.explains and fact not in cause.denies:
            continue
        is_known = isinstance(answer, Answer)
        rows.append(
            Consideration(
                fact=fact.id,
                asks=fact.asks,
                answer=("yes" if answer.is_so else "no") if isinstance(answer, Answer) else "unknown",
                says=answer.says if isinstance(answer, Answer) else answer.reason,
                expected=probability_of(fact, [cause]),
                weight=odds(fact, answer.is_so, [cause]) if isinstance(answer, Answer) and is_known else None,
            )
        )
    rows.sort(key=lambda row: (row.weight is None, -abs(_bits(row.weight)), row.fact))
    return Reasoning(
        cause=id_,
        title=cause.title,
        probability=best.ranking.probability.get(id_, 0.0) if best else 0.0,
        symptom=tuple(f"{seen.id} {number(seen.count)}" for seen in best.symptom.classes) if best else (),
        considerations=tuple(rows),
        apart={other: filled(how, texts) for other, how in cause.confused_with.items()},
    )


def _bits(weight: float | None) -> float:
    return log2(weight) if weight else 0.0
