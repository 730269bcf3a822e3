"""Requests that became slower and succeed."""

import pytest

from gwdiag.logs.analysis.slower import SLOWER
from gwdiag.model.finding import Finding, Scope, Severity
from tests.logs.from_lines import view_of
from tests.logs.small_logs import Timed, failures, log, successes


def found(**logs: list[Timed]) -> list[Finding]:
    return list(SLOWER.answer(view_of({node.replace("_", "-"): log(*stretches) for node, stretches in logs.items()})))


def test_an_api_that_became_slower_on_all_nodes():
    quick_then_slow = [successes(0, 100, latency=30), successes(100, 200, latency=900)]
    others = successes(0, 200, api="Claims", upstream="http://claims.internal:9002")

    [one] = found(gw_1=[*quick_then_slow, others], gw_2=[*quick_then_slow, others])

    assert one.severity is Severity.WARNING
    assert one.scope == Scope(nodes=("gw-1", "gw-2"), apis=("Orders",), upstreams=("http://orders.internal:9001",))
    assert one.summary == (
        "Requests to Orders on gw-1 and gw-2 became slower at about 2026-11-20 08:01:36 UTC and stayed so to the end "
        "of the log, though they succeed: p50 30 ms, p95 30 ms before, p50 902 ms, p95 902 ms since."
    )
    assert [(it.statement, it.source and it.source.line) for it in one.evidence[1:]] == [
        ("the slowest request of gw-1: 900 ms", 401),
        ("the slowest request of gw-2: 900 ms", 401),
    ]
    assert one.remedies[1].command == (
        r"curl -s -o /dev/null -w '%{time_connect} %{time_starttransfer}\n' http://orders.internal:9001/"
    )
    assert one.runbook == "response-timeout"


def test_a_node_that_became_slower_for_all_apis():
    def apis(latency: int, begin: float, end: float) -> list[Timed]:
        return [
            successes(begin, end, api=api, upstream=f"http://{api.lower()}.internal:9001", latency=latency)
            for api in ("Orders", "Claims")
        ]

    [one] = found(gw_1=[*apis(30, 0, 200)], gw_2=[*apis(30, 0, 100), *apis(700, 100, 200)])

    assert (one.scope.nodes, one.scope.apis) == (("gw-2",), ("Claims", "Orders"))
    assert one.runbook == "gateway-resources#overload"


def test_it_can_be_over():
    [one] = found(
        gw_1=[successes(0, 100, latency=30), successes(100, 160, latency=900), successes(160, 300, latency=30)]
    )

    assert " and stayed so until 2026-11-20 08:02:40 UTC, " in one.summary


def test_two_moments_are_two_findings():
    claims = {"api": "Claims", "upstream": "http://claims.internal:9002"}
    early = [successes(0, 60, latency=30), successes(60, 240, latency=900)]
    late = [successes(0, 160, latency=30, **claims), successes(160, 240, latency=900, **claims)]

    assert [one.scope.apis for one in found(gw_1=[*early, *late])] == [("Orders",), ("Claims",)]


@pytest.mark.parametrize(
    "stretches",
    [
        [successes(0, 200, latency=30)],
        [successes(0, 200, latency=900)],
        [successes(0, 100, latency=30), successes(100, 200, latency=80)],  # three times, and who would notice
        [successes(0, 100, latency=200), successes(100, 200, latency=400)],
        [successes(0, 197, latency=30), successes(197, 200, latency=900)],  # too few to tell
        [successes(0, 200, latency=30), successes(100, 200, 3, latency=900)],  # one in seven
        [successes(0, 100, latency=900), successes(100, 200, latency=30)],  # it became quicker
    ],
    ids=["quick", "slow all the time", "by milliseconds", "by half", "too few", "a small share", "quicker"],
)
def test_not_slower(stretches):
    assert found(gw_1=stretches) == []


def test_where_requests_fail_their_latency_is_told_with_the_failures():
    slow_and_failing = [successes(0, 100, latency=30), successes(100, 200, latency=900), failures(100, 200)]

    assert found(gw_1=slow_and_failing) == []
