"""Gateways that died, and gateways that fell silent."""

import pytest

from gwdiag.logs.analysis.stops import STOPS
from gwdiag.model.finding import FileSource, Scope, Severity
from tests.logs.from_lines import answers_of, view_of
from tests.logs.small_logs import Timed, log, successes
from tests.tyk_log import message

START = "Tyk API Gateway v5.14.0"
SHUTDOWN = "Shutdown signal received: terminated. Initiating graceful shutdown..."


def at(second: float, text: str) -> Timed:
    return [(second, message(second, text))]


def ids(**logs: list[Timed]) -> list[str]:
    view = view_of({node.replace("_", "-"): log(*stretches) for node, stretches in logs.items()})
    return [one.id for one in STOPS.answer(view)]


def test_a_start_without_a_shutdown_before():
    [one] = STOPS.answer(view_of({"gw-1": log(successes(0, 60), at(63, START), successes(65, 120))}))

    assert (one.id, one.severity, one.scope) == ("unclean_restart", Severity.WARNING, Scope(nodes=("gw-1",)))
    assert one.summary == (
        "1 start on gw-1 without a shutdown before: 2026-11-20 08:01:03 UTC. "
        "The process was killed, crashed or ran out of memory."
    )
    assert one.evidence[0].source == FileSource(path="gw-1.log", line=121)
    assert one.runbook == "gateway-resources#memory"


@pytest.mark.parametrize(
    "stretches",
    [
        [at(0, START), successes(1, 60)],
        [at(0, START), successes(1, 60), at(60, SHUTDOWN), at(63, START), successes(64, 120)],
        [successes(0, 60), at(60, SHUTDOWN), at(61, "Terminating."), at(63, START), successes(64, 120)],
        [at(0, START)],
    ],
    ids=["the first start", "an orderly restart", "of a log that begins later", "nothing else"],
)
def test_orderly_starts(stretches):
    assert ids(gw_1=stretches) == []


def test_requests_of_the_second_of_a_start_were_not_before_it():
    asked = '{"remote_ip":"10.0.0.9","proto":"HTTP/1.1","method":"GET","host":"a","uri":"/orders/1"}'
    started = '{"level":"info","ts":1795161600.7318,"msg":"serving initial configuration"}'
    access_line = (
        f'{{"level":"info","ts":1795161600.8,"logger":"http.log.access","msg":"handled request","request":{asked},'
        '"duration":0.01,"size":0,"status":200}'
    )

    assert answers_of(STOPS.answer(view_of({"gw-1": [started, access_line]}))) == []


def test_the_service_is_the_one_of_the_gateway_that_wrote_the_log():
    started = '{"level":"info","ts":1795161663.7318,"msg":"serving initial configuration"}'
    caddy = [
        '{"level":"info","ts":1795161600.7318,"msg":"serving initial configuration"}',
        started,
    ]

    [one] = STOPS.answer(view_of({"gw-1": caddy}))

    assert one.remedies[1].command == "journalctl -u caddy --no-pager -n 50"


def test_a_crash_loop():
    view = view_of({"gw-1": log(*(at(10 * number, START) for number in range(6)))})

    assert [summary.partition(":")[0] for _, summary in answers_of(STOPS.answer(view))] == [
        "5 starts on gw-1 without a shutdown before"
    ]


def test_a_log_that_ends_before_the_others():
    [one] = STOPS.answer(view_of({"gw-1": log(successes(0, 120)), "gw-2": log(successes(0, 60))}))

    assert (one.id, one.severity, one.scope) == ("silent_node", Severity.INFO, Scope(nodes=("gw-2",)))
    assert one.summary == (
        "gw-2 has no request from 2026-11-20 08:00:59 UTC to the end of the log, 60.0 s, while the others went on; "
        "120 requests would have been its share: it died, hung or got no traffic, or its log was taken earlier than "
        "the others'."
    )


def test_a_hole_in_the_middle_is_stranger():
    [one] = STOPS.answer(view_of({"gw-1": log(successes(0, 180)), "gw-2": log(successes(0, 60), successes(90, 180))}))

    assert one.severity is Severity.WARNING
    assert one.summary == (
        "gw-2 has no request from 2026-11-20 08:00:59 UTC for 30.0 s, while the others went on; "
        "60 requests would have been its share: it hung, got no traffic, or lost lines."
    )


def test_a_hole_after_a_shutdown_is_a_restart():
    [one] = STOPS.answer(
        view_of(
            {
                "gw-1": log(successes(0, 180)),
                "gw-2": log(successes(0, 60), at(60, SHUTDOWN), at(88, START), successes(90, 180)),
            }
        )
    )

    assert (one.severity, one.remedies) == (Severity.INFO, ())
    assert one.summary.endswith("60 requests would have been its share, after a shutdown at 2026-11-20 08:01:00 UTC.")


def test_the_hole_of_a_death_is_told_once():
    dead = [successes(0, 60), at(88, START), successes(90, 180)]

    assert ids(gw_1=[successes(0, 180)], gw_2=dead) == ["unclean_restart"]


@pytest.mark.parametrize(
    "stretches",
    [
        [successes(0, 171)],
        [successes(0, 180, 30)],
        [successes(0, 60), successes(68, 180)],
    ],
    ids=["ends nearly together", "has little traffic", "a short hole"],
)
def test_no_silence(stretches):
    assert ids(gw_1=[successes(0, 180)], gw_2=stretches) == []


def test_one_node_has_nobody_to_be_compared_with():
    assert ids(gw_1=[successes(0, 60), successes(120, 180)]) == []
