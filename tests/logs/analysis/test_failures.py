"""The main finding of each class: how much fails, since when, how sure that is, and what to run next."""

import pytest

from gwdiag.error_classes import error_classes
from gwdiag.logs.analysis.failures import FAILURES
from gwdiag.model.finding import Evidence, FileSource, Finding, Scope, Severity, Window
from tests.logs.from_lines import Logs, class_in, view_of
from tests.logs.small_logs import REFUSED, failures, log, successes
from tests.tyk_log import access, message, proxy_error

ID = "upstream_dial_refused"


def told(logs: Logs, id_: str = ID) -> Finding:
    return next(one for one in FAILURES.answer(view_of(logs)) if one.id == id_)


def test_a_finding_with_all_that_belongs_to_it():
    lines = log(successes(0, 60), failures(60, 120))
    window = class_in(view_of({"gw-1": lines}), ID).window

    found = told({"gw-1": lines})

    assert found == Finding(
        id=ID,
        severity=Severity.ERROR,
        title=error_classes()[ID].title,
        summary=(
            "120 of 120 requests to Orders (100 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 % to "
            "100 % (very sure), and went on to the end of the log."
        ),
        evidence=(
            Evidence(
                statement="120 failed requests: gw-1 120; Orders 120; http://orders.internal:9001 120",
                value=120,
                unit="requests",
            ),
            *(
                Evidence(
                    statement=f"http: proxy error: {REFUSED}",
                    source=FileSource(path="gw-1.log", line=line),
                    sample=lines[line - 1],
                )
                for line in (121, 123, 125)
            ),
        ),
        about=ID,
        scope=Scope(nodes=("gw-1",), apis=("Orders",), upstreams=("http://orders.internal:9001",)),
        window=Window(onset=window.onset, first=window.first, last=window.last),
        remedies=found.remedies,
        runbook=error_classes()[ID].runbook,
    )


@pytest.mark.parametrize(
    ("logs", "summary"),
    [
        (
            {"gw-1": log(successes(0, 60), failures(60, 66), successes(60, 120))},
            (
                "12 of 24 requests to Orders (50.0 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 % "
                "to 50.0 % (fairly sure), and ended at 2026-11-20 08:01:05 UTC."
            ),
        ),
        (
            {"gw-1": log(successes(0, 60), failures(60, 62.5), successes(60, 120))},
            (
                "5 of 11 requests to Orders (45.5 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 % "
                "to 45.5 % (fairly sure), and ended at 2026-11-20 08:01:02 UTC."
            ),
        ),
        (
            {
                "gw-1": log(successes(0, 120), failures(100, 102, every=1)),
                "gw-2": log(successes(0, 60), failures(60, 120)),
            },
            (
                "120 of 120 requests to Orders (100 %) failed so on gw-2; 2 more elsewhere or at other times. It began "
                "at 2026-11-20 08:00:59 UTC, from 0 % to 100 % (very sure), and went on to the end of the log."
            ),
        ),
        (
            {"gw-1": [message(0, "x"), *(proxy_error(second, "EOF") for second in range(60, 65))]},
            (
                "5 requests to Orders failed so on gw-1. It began at 2026-11-20 08:01:00 UTC (weak), and went on to "
                "the end of the log."
            ),
        ),
        (
            {"gw-1": ["ERRO[0001] http: proxy error: EOF  api_name=Orders api_id=a1"] * 3},
            "3 requests to Orders failed so on gw-1. Its lines have no time, so since when cannot be told.",
        ),
    ],
    ids=["it ended", "a few", "elsewhere too", "without access lines", "without times"],
)
def test_the_sentence_of_a_class(logs, summary):
    [found] = FAILURES.answer(view_of(logs))

    assert found.summary == summary


def test_a_steady_rate_that_is_not_usual_cannot_be_told_since_when():
    steady = failures(30, 120, every=7)

    assert told({"gw-1": log(successes(0, 120, every=0.25), steady)}).summary == (
        "13 of 493 requests to Orders (2.6 %) failed so on gw-1. When it began cannot be told."
    )


def test_of_what_happens_seldom_a_long_quiet_before_it_tells_since_when():
    seldom = failures(60, 120, every=5)

    assert told({"gw-1": log(successes(0, 120, every=0.25), seldom)}).summary == (
        "12 of 252 requests to Orders (4.8 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 % to "
        "4.8 % (weak), and went on to the end of the log."
    )


def test_tries_after_which_another_upstream_answered_harm_no_client():
    refused = "connect() failed (111: Connection refused) while connecting to upstream"
    error = (
        f"2026/11/20 08:01:00 [error] 7#7: *1 {refused}, client: 10.0.0.9, server: a, "
        'request: "GET /orders/1 HTTP/1.1", upstream: "http://10.0.0.1:80/1", host: "a"'
    )
    access_line = '10.0.0.9 - - [20/Nov/2026:08:01:00 +0000] "GET /orders/1 HTTP/1.1" 200 9 "-" "-"'

    [found] = FAILURES.answer(view_of({"gw-1": [error, access_line]}))

    assert found.severity is Severity.WARNING
    assert found.summary == (
        "1 try of requests to orders failed so at http://10.0.0.1:80 on gw-1; the gateway then asked another upstream, "
        "and no client saw a failure. Too few to tell since when."
    )


def test_notices_belong_to_no_request():
    down = [message(second, "storage: Redis is either down", level="error") for second in range(20)]

    found = told({"gw-1": down}, "storage_down")

    assert found.summary == (
        "20 records of it on gw-1, none of which belongs to one request. It was so from the start of the log "
        "(2026-11-20 08:00:00 UTC) and may be older, and went on to the end of the log."
    )
    assert (found.evidence[0].statement, found.evidence[0].unit) == ("20 records: gw-1 20", "records")


def test_notices_beside_failed_requests_are_named():
    accept = "http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 5ms"
    files = failures(0, 10, error="dial tcp 10.20.0.31:9001: socket: too many open files", flag="URT")

    found = told({"gw-1": [*log(files), message(10, accept, level="error")]}, "gateway_fd_exhausted")

    assert found.evidence[0].statement == (
        "20 failed requests and 1 record beside them: gw-1 20; Orders 20; http://orders.internal:9001 20"
    )


def test_neither_a_line_nor_what_it_says_shows_a_secret():
    error = 'Get \\"http://orders.internal/x?access_token=c2VjcmV0LXRva2Vu\\": EOF'
    found = told({"gw-1": log(failures(0, 10, error=error, flag="UPE"))}, "upstream_closed")

    assert "c2VjcmV0LXRva2Vu" not in str(found)
    assert found.evidence[1].statement.endswith('access_token=[hidden]": EOF')


def test_an_access_line_alone_is_shown_as_one():
    found = told({"gw-1": [access(0, status=500, flag="UCF")]})

    assert [one.statement for one in found.evidence[1:]] == ["an access line of gw-1"]


def commands(logs: Logs, id_: str) -> str:
    return "\n".join(one.command for one in told(logs, id_).remedies if one.command)


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("orders.internal:9001", "orders.internal", "9001"),
        ("[fd00::31]:9001", "fd00::31", "9001"),
        ("plain", "plain", "80"),
    ],
)
def test_commands_name_the_upstream(server, host, port):
    written = commands({"gw-1": log(failures(0, 10, server=server))}, ID)

    assert host in written
    assert port in written


def test_commands_name_what_the_message_tells_where_no_upstream_is_known():
    lines = ["2026/11/20 08:00:00 http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused"] * 5

    assert "10.20.0.31" in commands({"gw-1": lines}, ID)


def test_a_command_never_holds_what_a_stranger_could_have_written():
    evil = "dial tcp: lookup $(reboot).example on 10.20.0.53:53: no such host"

    assert "reboot" not in commands({"gw-1": [proxy_error(0, evil, server="`reboot`:1")] * 5}, "dns_not_found")
