"""What happened around the onset, and what the failures have in common in time."""

from collections import Counter

from gwdiag.logs.analysis import View
from gwdiag.logs.analysis.changes import NEW_AFTER, belongs_to_a_start, changes_before
from gwdiag.logs.analysis.load import STRONG, SURE, at_onset, with_load
from gwdiag.logs.analysis.methods import CONCERNS as OF_CONNECTIONS
from gwdiag.logs.analysis.methods import SAFE, by_method
from gwdiag.logs.analysis.silence import silence_before
from gwdiag.logs.classes_seen import A_FEW
from gwdiag.logs.over_time import Span
from gwdiag.model.event import Mark
from gwdiag.model.finding import FileSource
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import duration, listed, number, percent
from gwdiag.triage.case import Case
from gwdiag.triage.fact import Answer, FalseAlarm, answer, fact
from gwdiag.triage.facts.errors import NO_LOGS
from gwdiag.triage.symptoms import Symptom

ABOUT = 12.0
"""Seconds around the onset in which a change may be its cause: a reload shows up when the next requests end."""


@fact("Was the configuration reloaded right before?", false_alarm=FalseAlarm.SELDOM, command="gwdiag logs {logs}")
def reloaded(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    if symptom.onset is None or symptom.onset_at_start:
        return Unavailable("it fails from the start of the log on: what was before is not known")
    onset = symptom.onset.timestamp()
    for mark in case.view.tally.marks:
        reach = {Mark.RELOAD: 3 * ABOUT, Mark.START: ABOUT}.get(mark.mark)
        if (
            reach
            and mark.node in symptom.scope.nodes
            and -ABOUT <= onset - mark.at <= reach
            and not belongs_to_a_start(mark, case.view)
        ):
            place = FileSource(path=mark.place.path, line=mark.place.line)
            says = f"{mark.mark.value} of {mark.node} {_ahead(onset - mark.at)} the onset"
            return answer(True, says, onset - mark.at, "s", place)
    return answer(False, f"no start or reload within {duration(3 * ABOUT)} before the onset")


def _ahead(seconds: float) -> str:
    if abs(seconds) < 1:
        return "at"
    return f"{duration(abs(seconds))} {'before' if seconds > 0 else 'after'}"


@fact("Did the API's target change at the onset?", command="gwdiag logs {logs} --by upstream")
def target_changed(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    if symptom.onset is None or symptom.onset_at_start or not symptom.classes:
        return Unavailable("there is no time before the onset to compare with")
    for seen in symptom.classes:
        if seen.window.onset is None:
            continue
        for change in changes_before(case.view, seen):
            if change.what == "new upstream address":
                place = FileSource(path=change.place.path, line=change.place.line)
                return answer(
                    True,
                    f"{change.text}, {_ahead(change.ahead)} the onset",
                    None,
                    None,
                    place,
                )
    if moved := _moved(symptom, case, case.view, symptom.onset.timestamp()):
        return moved
    sights = case.view.tally.first_sights.items()
    began = min((sight.at for (api, _), sight in sights if api in symptom.scope.apis), default=None)
    if began is None or symptom.onset.timestamp() - began < NEW_AFTER:
        return Unavailable(f"the log has less than {duration(NEW_AFTER)} of the API before the onset")
    return answer(False, "the API's upstream addresses are those from before the onset")


def _moved(symptom: Symptom, case: Case, view: View, onset: float) -> Answer | None:
    """Whether an address came into use at the onset and those that the API had before are not asked any more."""
    width = view.traffic.width
    members = {one for definition in case.defined(symptom.scope.apis) for one in definition.members}
    before, since = Span(None, int(onset // width) - 1), Span(int((onset + ABOUT) // width), None)
    for cell in symptom.cells:
        sight = view.tally.first_sights.get((cell.api, cell.upstream))
        if not cell.api or cell.upstream in members or sight is None or abs(sight.at - onset) > ABOUT:
            continue
        others = [one for one in view.traffic.cells if one.api == cell.api and one.upstream not in ("", cell.upstream)]
        had = [one for one in others if view.traffic.asked([one], before) >= A_FEW]
        if had and not view.traffic.asked(others, since):
            place = FileSource(path=sight.place.path, line=sight.place.line)
            old = listed(sorted({one.upstream for one in had}))
            return answer(True, f"{cell.api} used {cell.upstream} for the first time, and {old} no more", source=place)
    return None


def earlier_targets(symptom: Symptom, case: Case) -> list[str]:
    """The addresses that the symptom's APIs used before the onset."""
    if case.view is None or symptom.onset is None:
        return []
    onset = symptom.onset.timestamp()
    sights = case.view.tally.first_sights
    before = [(api, one) for (api, one), sight in sights.items() if api in symptom.scope.apis and sight.at < onset - 1]
    return sorted({name for api, one in before for name in case.view.names.targets(api, one)})


@fact("Did traffic rise at the onset?", false_alarm=FalseAlarm.SELDOM, command="gwdiag logs {logs} --by api")
def load_rose(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    main = symptom.main
    if main is None or symptom.onset is None or symptom.onset_at_start:
        return Unavailable("there is no time before the onset to compare with")
    asked = case.view.traffic.asked_over_time(case.view.traffic.beside(main.home))
    for seen in symptom.classes:
        jump = at_onset(asked, case.view.traffic.width, seen)
        if jump and jump.after > jump.before:
            return answer(
                True,
                f"requests rose from {number(jump.before)} to {number(jump.after)} per second at the onset",
                jump.after,
                "1/s",
            )
    return answer(False, "traffic did not rise at the onset")


@fact("Does the share of failures rise with load?", false_alarm=FalseAlarm.SELDOM)
def rises_with_load(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    main = symptom.main
    if main is None:
        return Unavailable("no requests fail")
    traffic = case.view.traffic
    cells = traffic.beside(main.home)
    found = with_load(
        traffic.asked_over_time(cells).part(main.span),
        traffic.failed_over_time(main.id, cells).part(main.span),
        traffic.width,
    )
    if found is None:
        return Unavailable("load hardly varied")
    is_so = found.chance < SURE and found.correlation >= STRONG and found.high_share > found.low_share
    return answer(
        is_so,
        f"{percent(found.low_share)} fail at {number(found.low_load)} requests per second, "
        f"{percent(found.high_share)} at {number(found.high_load)}",
        found.correlation,
        "rank correlation",
    )


@fact(
    "Do only requests fail that the gateway cannot repeat, such as POST?",
    false_alarm=FalseAlarm.SELDOM,
    command="gwdiag logs {logs} --by path",
)
def only_unsafe_methods(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    ids = [one.id for one in symptom.classes if one.id in OF_CONNECTIONS]
    if not ids:
        return Unavailable("no connection broke")
    apis, tally = symptom.scope.apis, case.view.tally
    failed = Counter[str]()
    for id_ in ids:
        failed += by_method(tally.failures_by[id_, "method"], (*apis, ""))
    asked = by_method(tally.requests_by["method"], apis)
    if not failed or not asked:
        return Unavailable("the log does not tell the methods")
    unsafe = sum(count for method, count in asked.items() if method not in SAFE) / asked.total()
    total = failed.total()
    safe_failed = sum(count for method, count in failed.items() if method in SAFE)
    if unsafe > 0.95 or (unsafe**total > 0.05 and not safe_failed):
        return Unavailable("nearly all requests there are of such methods, or too few fail to tell")
    return answer(
        safe_failed <= 0.05 * total,
        f"{number(total - safe_failed)} of {number(total)} that broke were {listed(sorted(set(failed) - SAFE))}, "
        f"which are {percent(unsafe)} of the requests",
        safe_failed,
    )


@fact(
    "Do failures follow a silence on that upstream?",
    false_alarm=FalseAlarm.RARE,
    command="gwdiag probe {upstream} --idle auto",
    seconds=150,
)
def after_silence(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    asked = False
    for seen in symptom.classes:
        if (
            seen.id in ("upstream_reset", "upstream_closed", "upstream_response_timeout", "upstream_dial_timeout")
            and seen.count >= 5
        ):
            asked = True
            if found := silence_before(case.view, seen):
                return answer(
                    True,
                    f"{duration(found.failing)} without a request before a failure, "
                    f"{duration(found.succeeding)} before a success (medians)",
                    found.failing,
                    "s",
                )
    if not asked:
        return Unavailable("too few connections broke to tell")
    return answer(False, "failures do not follow a silence")


@fact("Did the gateway's breaker or health check trip after other failures had begun?", false_alarm=FalseAlarm.RARE)
def other_failures_first(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """What the gateway decides for itself (open breaker, all hosts down) is an effect where failures came first."""
    if case.view is None:
        return NO_LOGS
    own = symptom.seen("circuit_open", "no_healthy_upstream")
    if not own:
        return answer(False, "no breaker or health check of the gateway refuses requests")
    others = [one for one in symptom.classes if one not in own and one.requests]
    if not others:
        return answer(False, "nothing else fails there")
    return answer(
        True,
        f"beside it {listed([f'{one.id} {number(one.count)}' for one in others])}",
        sum(one.count for one in others),
    )
