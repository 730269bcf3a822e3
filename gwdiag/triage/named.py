"""A suspect as the report names it: what is for and against it, what was not checked, and what to do next."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from gwdiag.logs.names import host_and_port
from gwdiag.model.cause import Band, NextStep, RankedCause
from gwdiag.model.finding import Remedy, Scope
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import counted, listed
from gwdiag.triage.case import Case
from gwdiag.triage.cause import RARELY, USUALLY, Cause
from gwdiag.triage.causes import causes
from gwdiag.triage.diagnosis import Suspect, Weighed, faults, speaks_for
from gwdiag.triage.fact import Fact
from gwdiag.triage.facts import place
from gwdiag.triage.rank import deciding, odds, telling

WORTH_ASKING = 0.05
"""Bits by which a check must be expected to make the ranking surer."""

SURE = 0.8
MOST_STEPS = 3
FEW = 5
STRONG = 5.0
"""How many times as likely, or unlikely, a fact is with a cause that it speaks clearly for, or against."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def named(one: Suspect, case: Case) -> RankedCause:
    cause = causes().get(one.id)
    known = one.weighed.known if one.weighed else {}
    dead = place.dead_members(place.members_of(one.weighed.symptom, case)) if one.weighed and case.view else []
    texts = texts_of(one.scope, case, dead)
    return RankedCause(
        id=one.id,
        title=cause.title if cause else "None of the known causes fits",
        means=cause.means if cause else "What is known fits none of the causes well; the errors themselves are below.",
        probability=one.probability,
        band=Band.of(one.probability),
        scope=one.scope,
        onset=one.onset,
        onset_at_start=one.onset_at_start,
        failures=one.failures,
        for_=tuple(fact.id for fact in _speaking_for(cause, known)) if cause else (),
        against=tuple(fact.id for fact in known if known[fact] and cause and fact in cause.denies),
        missing=tuple(fact.id for fact in known if cause and _is_missed(fact, cause, known)),
        deciding=_deciding(one),
        caveats=tuple(_caveats(one, cause, known)) if cause else (),
        not_checked=tuple(_not_checked(one)),
        next=tuple(_next(one, texts)),
        fix=tuple(_remedy(remedy, texts) for remedy in cause.fix) if cause else (),
        runbook=one.id if cause else None,
    )


def _speaking_for(cause: Cause, known: Mapping[Fact, bool]) -> list[Fact]:
    """Facts that are so and likelier with the cause than without it, the weightiest first."""
    for_it = [fact for fact, is_so in known.items() if is_so and speaks_for(fact, cause)]
    return sorted(for_it, key=lambda fact: -odds(fact, True, [cause]))


def _is_missed(fact: Fact, cause: Cause, known: Mapping[Fact, bool]) -> bool:
    return not known[fact] and cause.explains.get(fact, 0.0) >= USUALLY and fact.false_alarm < USUALLY / 2


def _caveats(one: Suspect, cause: Cause, known: Mapping[Fact, bool]) -> Iterator[str]:
    """Whether the evidence is thin, or conflicts."""
    if 0 < one.failures < FEW:
        yield f"The evidence is thin: {counted(one.failures, 'failure')} in all."
    is_clear = any(is_so and odds(fact, is_so, [cause]) > STRONG for fact, is_so in known.items())
    if one.is_top and cause.explains and not is_clear:
        yield "The evidence is thin: no fact speaks clearly for it."
    speaking_against = [fact for fact, is_so in known.items() if odds(fact, is_so, [cause]) < 1 / STRONG]
    if one.is_top and len(speaking_against) > 1:
        yield f"The evidence conflicts: {counted(len(speaking_against), 'fact')} speak against it."


def _deciding(one: Suspect) -> str | None:
    if one.weighed is None or one.id not in causes() or not one.is_top:
        return None
    found = deciding(faults(), one.weighed.known, one.id)
    return found.id if found else None


def _not_checked(one: Suspect) -> Iterator[str]:
    """What would bear on the cause and could not be told, each reason once."""
    cause = causes().get(one.id)
    if one.weighed is None or cause is None:
        return
    said: dict[str, list[str]] = {}
    for fact, answer in one.weighed.answers.items():
        strong = cause.explains.get(fact, 0.0) > RARELY or fact in cause.denies
        if strong and isinstance(answer, Unavailable):
            said.setdefault(answer.reason, []).append(fact.asks)
    for reason, questions in said.items():
        yield f"{listed(questions, 2)} {reason[:1].upper()}{reason[1:]}."


def _next(one: Suspect, texts: Mapping[str, str]) -> Iterator[NextStep]:
    """First what confirms the cause, or what tells it from the others best; each command once."""
    steps: dict[str, str] = {}
    cause = causes().get(one.id)
    unsure = one.is_top and one.probability < SURE and one.weighed is not None
    if unsure and one.weighed:
        steps |= _telling_steps(one.weighed, texts)
    if cause and cause.check.command:
        steps.setdefault(filled(cause.check.command, texts), filled(cause.check.text, texts, quoted=False))
    if cause is None:
        steps.setdefault(filled("gwdiag logs {logs}", texts), "See all that the logs tell")
    if not unsure and one.is_top and one.weighed:
        steps = {**steps, **{key: why for key, why in _telling_steps(one.weighed, texts).items() if key not in steps}}
    for command, why in list(steps.items())[:MOST_STEPS]:
        yield NextStep(command=command, why=why)


def _telling_steps(one: Weighed, texts: Mapping[str, str]) -> dict[str, str]:
    """Commands whose outcome is expected to make the ranking surer, the most for their time first."""
    unknown = [fact for fact, answer in one.answers.items() if isinstance(answer, Unavailable) and _can_tell(fact)]
    worth = [(fact, bits) for fact, bits in telling(faults(), one.known, unknown) if bits >= WORTH_ASKING]
    worth.sort(key=lambda found: (-found[1] / (1 + found[0].seconds / 30), found[0].id))
    steps: dict[str, str] = {}
    for fact, _ in worth:
        steps.setdefault(filled(fact.command or "", texts), fact.asks)
    return steps


def _can_tell(fact: Fact) -> bool:
    """Whether a command tells what is not known. What the logs can tell was asked already."""
    return bool(fact.command) and not (fact.command or "").startswith("gwdiag logs")


def _remedy(remedy: Remedy, texts: Mapping[str, str]) -> Remedy:
    command = filled(remedy.command, texts) if remedy.command else None
    return Remedy(text=filled(remedy.text, texts, quoted=False), command=command, changes_state=remedy.changes_state)


def texts_of(scope: Scope, case: Case, dead: Sequence[str] = ()) -> dict[str, str]:
    """What stands for the words in braces. What is not known stays a word in capitals, for the reader to fill in."""
    texts = {"logs": shlex.join(case.paths)} if case.paths else {}
    upstream = next(iter(dead or scope.upstreams), None)
    if upstream:
        texts |= {"upstream": upstream, "target": upstream.rpartition("://")[2].partition("/")[0]}
        texts["host"], texts["port"] = host_and_port(upstream)
    for name, values in (("api", scope.apis), ("node", scope.nodes)):
        if values:
            texts[name] = values[0]
    return texts


def filled(text: str, texts: Mapping[str, str], *, quoted: bool = True) -> str:
    """The text with what is known in place of its words in braces. `quoted`: as a shell takes it."""

    def word(seen: re.Match[str]) -> str:
        known = texts.get(seen[1])
        return seen[1].upper() if known is None else shlex.quote(known) if quoted and seen[1] != "logs" else known

    return PLACEHOLDER.sub(word, text)
