"""What fails, how much of it, since when, and where? The main finding of each error class."""

import shlex
from collections.abc import Iterator

from gwdiag.error_classes import details, error_classes, filled
from gwdiag.logs.analysis import Question, View, evidence_of
from gwdiag.logs.change import Shape
from gwdiag.logs.classes_seen import ClassSeen, severity_of
from gwdiag.logs.names import host_and_port
from gwdiag.model.finding import Evidence, Finding, Remedy
from gwdiag.model.words import counted, listed, moment, number, percent

VERY_SURE, FAIRLY_SURE = 30.0, 15.0
"""Log likelihood ratios of a change, in words."""


def answer(view: View) -> Iterator[Finding]:
    for seen in view.classes:
        one = error_classes()[seen.id]
        yield Finding(
            id=seen.id,
            severity=severity_of(seen),
            title=one.title,
            summary=f"{_how_many(seen)} {_since(seen)}",
            evidence=tuple(_evidence(view, seen)),
            about=seen.id,
            scope=seen.scope,
            window=seen.window,
            remedies=tuple(_filled(remedy, view, seen) for remedy in one.next),
            runbook=one.runbook,
        )


def _how_many(seen: ClassSeen) -> str:
    where = f" to {listed(seen.scope.apis)}" if seen.scope.apis else ""
    on = f" on {listed(seen.scope.nodes)}" if seen.scope.nodes else ""
    if not seen.requests and seen.retried == seen.notices:
        at = f" at {listed(seen.scope.upstreams)}" if seen.scope.upstreams else ""
        tries = f"{counted(seen.retried, 'try', 'tries')} of requests{where} failed so{at}{on}"
        return f"{tries}; the gateway then asked another upstream, and no client saw a failure."
    if not seen.requests:
        return f"{counted(seen.notices, 'record')} of it{on}, none of which belongs to one request."
    share = seen.share
    if share is None or seen.failed == 0:
        return f"{counted(seen.requests, 'request')}{where} failed so{on}."
    beside = f"; {number(seen.requests - seen.failed)} more elsewhere or at other times" * (seen.requests > seen.failed)
    return f"{number(seen.failed)} of {counted(seen.asked, 'request')}{where} ({percent(share)}) failed so{on}{beside}."


def _since(seen: ClassSeen) -> str:
    onset = moment(seen.window.onset)
    change = seen.change
    if seen.window.onset_at_start:
        began = f"It was so from the start of the log ({onset}) and may be older"
    elif seen.window.first is None:
        return "Its lines have no time, so since when cannot be told."
    elif seen.window.onset is None:
        return {
            Shape.RARE: "Too few to tell since when.",
            Shape.STEADY: "When it began cannot be told.",
        }.get(change.shape, "It has no onset: a low rate all the time.")
    else:
        before, after = (percent(min(rate, 1.0)) for rate in (change.before, change.after))
        rates = f", from {before} to {after}" if seen.share is not None else ""
        how = "grew from" if change.shape is Shape.RAMP else "began at"
        began = f"It {how} {onset}{rates} ({_sureness(change.likelihood)})"
    over = f"and ended at {moment(seen.ended)}" if seen.ended else "and went on to the end of the log"
    return f"{began}, {over}."


def _sureness(likelihood: float) -> str:
    return "very sure" if likelihood > VERY_SURE else "fairly sure" if likelihood > FAIRLY_SURE else "weak"


def _evidence(view: View, seen: ClassSeen) -> Iterator[Evidence]:
    what = f"{counted(seen.requests, 'failed request')}" if seen.requests else counted(seen.notices, "record")
    beside = f" and {counted(seen.notices, 'record')} beside them" if seen.requests and seen.notices else ""
    parts = [
        listed(f"{name} {number(count)}" for name, count in part.items())
        for part in (seen.nodes, seen.apis, seen.upstreams)
        if part
    ]
    where = f": {'; '.join(parts)}" if parts else ""
    yield Evidence(
        statement=f"{what}{beside}{where}", value=seen.count, unit="requests" if seen.requests else "records"
    )
    for sample in view.tally.samples.get(seen.id, []):
        yield evidence_of(sample, sample.message or f"an access line of {sample.node}", None)


def _filled(remedy: Remedy, view: View, seen: ClassSeen) -> Remedy:
    """The command with what is known put in; what is not known in capitals, for the reader to fill in."""
    if not remedy.command:
        return remedy
    command = filled(remedy.command, _known(view, seen))
    return Remedy(text=remedy.text, command=command, changes_state=remedy.changes_state)


def _known(view: View, seen: ClassSeen) -> dict[str, str]:
    product = view.product(seen.nodes)
    known = {"logs": shlex.join(view.paths), **(product._asdict() if product else {})}
    for sample in reversed(view.tally.samples.get(seen.id, [])):
        known |= details(sample.message or sample.text)
    if seen.scope.upstreams:
        known["host"], known["port"] = host_and_port(seen.scope.upstreams[0])
    return known


FAILURES = Question(asks="What fails, how much of it, since when and where?", answer=answer)
