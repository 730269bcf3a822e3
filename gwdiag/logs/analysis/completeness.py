"""How complete is what the log tells? Messages without access lines, access lines without messages, unknown errors."""

from collections.abc import Iterator

from gwdiag.logs.analysis import Question, View, evidence_of
from gwdiag.logs.classes_seen import A_FEW
from gwdiag.model.error_class import NONE
from gwdiag.model.finding import Finding, Remedy, Scope, Severity
from gwdiag.model.words import counted, listed, number

SHOWN_TEMPLATES = 3

DO_NOT_TRACK = (
    "In Tyk, an API with do_not_track, as an OAS definition without trafficLogs has it, logs "
    "its successes and not its failures; a log that was cut off has some too."
)


def answer(view: View) -> Iterator[Finding]:
    tally = view.tally
    if tally.alone and not tally.access_lines:
        yield _finding(
            "no_access_lines",
            "No access lines",
            f"These logs have {counted(tally.alone.total(), 'message')} about failed requests and no access lines: "
            "how many "
            "requests went well is not in them, so shares, latency and load cannot be told.",
            tally.alone.total(),
            _access_log(view),
        )
    elif tally.alone:
        apis = [f"{api or 'unknown'} {number(count)}" for api, count in tally.alone.most_common()]
        yield _finding(
            "messages_without_access_line",
            "Failures without an access line",
            f"{counted(tally.alone.total(), 'failed request')} left a message and no access line ({listed(apis)}). "
            f"They are counted. {DO_NOT_TRACK if view.is_tyk(tally.formats) else 'A log that was cut off has some.'}",
            tally.alone.total(),
            apis=tuple(sorted(api for api in tally.alone if api)),
        )
    if tally.unexplained:
        yield _finding(
            "access_lines_without_message",
            "Access lines whose reason is not in the log",
            f"{counted(tally.unexplained, 'access line')} of the gateway's own errors could not be joined with a "
            "message "
            f"that says why; {number(tally.joined)} could.",
            tally.unexplained,
        )
    if view.unparsed_classes:
        yield _unparsed(view)
    errors = [template for template, _ in tally.unclassified.most_common(SHOWN_TEMPLATES)]
    if errors:
        total = tally.unclassified.total()
        yield Finding(
            id="unclassified_errors",
            severity=Severity.INFO,
            title="Error lines that no class knows",
            summary=f"{counted(total, 'line')} of level error belong to no known class, in "
            f"{counted(len(tally.unclassified), 'kind')}.",
            evidence=tuple(
                evidence_of(tally.unclassified_samples[template], template, tally.unclassified[template], "lines")
                for template in errors
            ),
        )


def _access_log(view: View) -> Remedy:
    if view.is_tyk(view.tally.formats):
        return Remedy(text="Switch the access log on (Tyk 5.8 and later)", command="grep -n -A3 access_logs tyk.conf")
    return Remedy(text="Read the access log too: name it, or the folder of both; or switch it on")


def _unparsed(view: View) -> Finding:
    total = sum(view.unparsed_classes.values())
    failing = {id_: count for id_, count in view.unparsed_classes.items() if id_ != NONE}
    named = listed(f"{id_} {number(count)}" for id_, count in failing.items())
    speaks = (
        f" Failures they speak of are not counted above: {named}." if failing else " None of them speaks of a failure."
    )
    return Finding(
        id="unparsed_lines",
        severity=Severity.WARNING if sum(failing.values()) >= A_FEW else Severity.INFO,
        title="Lines of no known format",
        summary=f"{counted(total, 'line')} {'has' if total == 1 else 'have'} no known format.{speaks}",
        evidence=tuple(evidence_of(sample, "a line of no known format", None) for sample in view.unparsed)
        or (evidence_of(None, "lines of no known format", total, "lines"),),
    )


def _finding(
    id_: str, title: str, says: str, value: int, remedy: Remedy | None = None, apis: tuple[str, ...] = ()
) -> Finding:
    return Finding(
        id=id_,
        severity=Severity.INFO,
        title=title,
        summary=says,
        evidence=(evidence_of(None, says, value, "lines"),),
        scope=Scope(apis=apis),
        remedies=(remedy,) if remedy else (),
    )


COMPLETENESS = Question(asks="How complete is what the log tells?", answer=answer)
