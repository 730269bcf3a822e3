"""How complete it is what the log tells."""

from gwdiag.logs.analysis.completeness import COMPLETENESS
from gwdiag.model.finding import Evidence, FileSource, Finding, Scope, Severity
from tests.logs.from_lines import Logs, answers_of, view_of
from tests.logs.small_logs import failures, log, old_failures, successes
from tests.tyk_log import access, message, old_access, proxy_error


def told(logs: Logs) -> list[tuple[str, str]]:
    return answers_of(COMPLETENESS.answer(view_of(logs)))


def test_every_failure_with_both_its_lines_is_complete():
    assert told({"gw-1": log(successes(0, 60), failures(0, 60))}) == []


def test_messages_alone():
    lines = [line for line in log(failures(0, 60)) if "prefix=access-log" not in line]

    [(id_, says)] = told({"gw-1": lines})

    assert id_ == "no_access_lines"
    assert says.startswith("These logs have 120 messages about failed requests and no access lines: ")


def test_what_to_do_about_messages_alone_is_said_for_the_gateway_that_wrote_them():
    refused = "connect() failed (111: Connection refused) while connecting to upstream"
    error = (
        f'2026/11/20 08:00:00 [error] 7#7: *1 {refused}, client: 10.0.0.9, server: a, request: "GET /a/1 HTTP/1.1", '
        'upstream: "http://10.0.0.1:80/1", host: "a"'
    )

    [found] = COMPLETENESS.answer(view_of({"gw-1": [error]}))

    assert [(one.text, one.command) for one in found.remedies] == [
        ("Read the access log too: name it, or the folder of both; or switch it on", None)
    ]


def test_some_messages_alone():
    alone = [(float(second), proxy_error(second, "EOF", api="Returns", client="203.0.113.99")) for second in range(3)]

    [found] = COMPLETENESS.answer(view_of({"gw-1": log(successes(0, 60), alone)}))

    assert (found.id, found.severity, found.scope) == (
        "messages_without_access_line",
        Severity.INFO,
        Scope(apis=("Returns",)),
    )
    assert found.summary.startswith(
        "3 failed requests left a message and no access line (Returns 3). They are counted. In Tyk, an API with"
    )


def test_access_lines_alone():
    lines = [*log(old_failures(0, 5)), *[old_access(6, status=500)] * 2]

    assert told({"gw-1": lines}) == [
        (
            "access_lines_without_message",
            "2 access lines of the gateway's own errors could not be joined with a message that says why; 10 could.",
        )
    ]


def test_a_breaker_and_a_flag_need_no_message():
    assert told({"gw-1": [old_access(0, status=503), access(0, status=500, flag="UCF"), access(0)]}) == []


def test_errors_that_no_class_knows_are_shown_with_how_often_they_came():
    lines = [message(second, f"widget {second} is blue", level="error") for second in range(3)]

    assert list(COMPLETENESS.answer(view_of({"gw-1": [*lines, message(9, "a green one", level="error")]}))) == [
        Finding(
            id="unclassified_errors",
            severity=Severity.INFO,
            title="Error lines that no class knows",
            summary="4 lines of level error belong to no known class, in 2 kinds.",
            evidence=(
                Evidence(
                    statement="widget N is blue",
                    value=3,
                    unit="lines",
                    source=FileSource(path="gw-1.log", line=1),
                    sample=lines[0],
                ),
                Evidence(
                    statement="a green one",
                    value=1,
                    unit="lines",
                    source=FileSource(path="gw-1.log", line=4),
                    sample=message(9, "a green one", level="error"),
                ),
            ),
        )
    ]
