"""Errors that follow a silence on their upstream."""

import pytest

from gwdiag.logs.analysis.silence import SILENCE, Silence, silence_before
from tests.logs.from_lines import class_in, view_of
from tests.logs.small_logs import Timed, failures, log, successes

RESET = "read tcp 10.20.0.11:4711->10.20.0.31:9001: read: connection reset by peer"


def silences(*gaps: tuple[int, bool], error: str = RESET) -> Timed:
    """Requests after so many seconds of silence each, and whether they fail."""
    lines: Timed = successes(0, 1, every=1, latency=0)
    second = 0
    for gap, fails in gaps:
        second += gap
        more = {"latency": 0, "every": 1}
        lines += (
            failures(second, second + 1, error=error, flag="URR", **more)
            if fails
            else successes(second, second + 1, **more)
        )
    return lines


def found(lines: Timed, id_: str = "upstream_reset") -> Silence | None:
    view = view_of({"gw-1": log(lines)})
    return silence_before(view, class_in(view, id_))


def test_failures_after_a_silence():
    gaps = [(gap, True) for gap in (60, 65, 70, 75, 80)] + [(gap, False) for gap in (1, 2, 3, 4) * 5]

    assert found(silences(*gaps)) == Silence(
        failing=70, succeeding=2.5, chance=pytest.approx(0.00056, abs=0.00001), shortest=60
    )


@pytest.mark.parametrize(
    "gaps",
    [
        [(60, True)] * 4 + [(2, False)] * 20,
        [(60, True)] * 10 + [(2, False)] * 9,
        [(2, True)] * 10 + [(2, False)] * 20,
        [(0, True)] * 10 + [(2, False)] * 20,
        [(60, True)] * 20 + [(60, False)] * 20,
        [(60, True)] * 5 + [(50, False), (70, False)] * 10,
    ],
    ids=["too few failures", "too few successes", "no silence", "none at all", "successes after it too", "not mostly"],
)
def test_what_does_not_follow_a_silence(gaps):
    assert found(silences(*gaps)) is None


def test_another_upstream_is_another_silence():
    gaps = [(60, True), (2, False), (2, False)] * 10
    noise = successes(0, 700, every=1, upstream="http://returns.internal:9003", api="Returns")

    assert found(silences(*gaps) + noise).failing == 60


def test_the_finding_and_the_classes_that_it_is_asked_for():
    gaps = [(60, True), (2, False), (2, False)] * 10

    [told] = SILENCE.answer(view_of({"gw-1": log(silences(*gaps))}))
    refused = view_of({"gw-1": log(silences(*gaps, error="dial tcp 10.20.0.31:9001: connect: connection refused"))})

    assert told.summary == (
        "They follow a silence on that upstream: 60.0 s without a request before a failure (nine in ten at least "
        "60.0 s), 2.0 s before a success; chance alone does that less than once in a million times. An idle "
        "connection was closed or forgotten meanwhile."
    )
    assert list(SILENCE.answer(refused)) == []
