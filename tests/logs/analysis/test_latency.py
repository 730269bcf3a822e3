"""Latency around the onset: before the errors, with them, or not at all."""

import pytest

from gwdiag.logs.analysis.latency import LATENCY, Around, around_onset
from tests.logs.from_lines import class_in, view_of
from tests.logs.small_logs import Timed, failures, log, successes


def told(*stretches: Timed) -> list[str]:
    view = view_of({"gw-1": log(failures(120, 180), *stretches)})
    return [one.id for one in LATENCY.answer(view)]


@pytest.mark.parametrize(
    ("before", "ahead", "after", "expected"),
    [
        (100, 100, 100, ["latency_flat"]),
        (100, 100, 170, ["latency_flat"]),
        (100, 100, 220, ["latency_rose"]),
        (100, 100, 30, ["latency_flat"]),
        (100, 220, 100, ["latency_rose_before"]),
        (100, 220, 900, ["latency_rose_before"]),
        (1, 1, 4, ["latency_flat"]),
        (1, 1, 12, ["latency_rose"]),
    ],
    ids=[
        "the same",
        "a little slower",
        "twice as slow",
        "quicker",
        "slower ahead of it only",
        "slower and slower",
        "slower by milliseconds",
        "slower by more of them",
    ],
)
def test_how_latency_went(before, ahead, after, expected):
    stretches = [
        successes(0, 96, latency=before),
        successes(96, 119, latency=ahead),
        successes(120, 180, every=0.25, latency=after),
    ]

    assert told(*stretches) == expected


def test_a_tail_that_grows_is_a_rise_too():
    tail = successes(120, 180, every=2, latency=900)

    assert told(successes(0, 119, latency=100), successes(120, 180, latency=100), tail) == ["latency_rose"]


def test_percentiles_of_each_stretch():
    view = view_of(
        {
            "gw-1": log(
                successes(0, 96, latency=100),
                successes(96, 119, latency=300),
                successes(120, 180, latency=500),
                failures(120, 180),
            )
        }
    )

    found = around_onset(view, class_in(view, "upstream_dial_refused"))

    assert found.before == pytest.approx((0.1, 0.1), rel=0.02)
    assert found.ahead == pytest.approx((0.3, 0.3), rel=0.02)
    assert found.after == pytest.approx((0.5, 0.5), rel=0.02)


def test_too_few_successes_tell_nothing():
    assert told(successes(0, 119)) == ["no_success_since"]
    assert told(successes(110, 119), successes(120, 180)) == []


def test_only_where_the_class_is_at_home():
    others = [
        stretch
        for begin, latency in ((0, 20), (120, 900))
        for stretch in [successes(begin, begin + 60, latency=latency, api="Returns", upstream="http://returns:1")]
    ]
    view = view_of({"gw-1": log(successes(0, 180, latency=100), failures(120, 180), *others)})

    assert around_onset(view, class_in(view, "upstream_dial_refused")) == Around(
        before=pytest.approx((0.1, 0.1), rel=0.02),
        ahead=pytest.approx((0.1, 0.1), rel=0.02),
        after=pytest.approx((0.1, 0.1), rel=0.02),
    )


def test_what_has_no_onset_has_nothing_around_it():
    view = view_of({"gw-1": log(successes(0, 60), failures(0, 60))})

    assert around_onset(view, class_in(view, "upstream_dial_refused")) is None


def test_the_sentence_of_a_rise_ahead_of_the_errors():
    lines = log(
        successes(0, 96, latency=100),
        successes(96, 119, latency=400),
        successes(120, 180, latency=900),
        failures(120, 180),
    )

    [found] = LATENCY.answer(view_of({"gw-1": lines}))

    assert found.summary == (
        "Latency rose before the errors: p50 100 ms, p95 100 ms before, p50 396 ms, p95 396 ms in the 20 s ahead of "
        "them, p50 902 ms, p95 902 ms since, among requests that succeed."
    )
    assert found.evidence[0].value == pytest.approx(4, rel=0.04)
