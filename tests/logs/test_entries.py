"""The tables of a report: classes, series, latency, groups."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.entries import class_entries, grouping, latencies, percentile, series
from gwdiag.logs.report import ClassEntry, Group, LatencyEntry, LogLine, Series
from gwdiag.model.definition import ApiDefinition
from tests.logs.from_lines import view_of
from tests.logs.small_logs import failures, log, successes
from tests.tyk_log import BEGIN, access, message, proxy_error

REFUSED = "upstream_dial_refused"


def at(second: float) -> datetime:
    return datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=second)


def test_a_class_with_its_figures_and_samples():
    view = view_of({"gw-1": log(successes(0, 60), failures(60, 120))})

    [entry] = class_entries(view, 240)

    assert entry == ClassEntry(
        class_=REFUSED,
        count=120,
        share=1.0,
        rate=0.5,
        requests=120,
        notices=0,
        first=at(60),
        last=at(119),
        onset=at(59),
        onset_at_start=False,
        ended=None,
        nodes={"gw-1": 120},
        apis={"Orders": 120},
        upstreams={"http://orders.internal:9001": 120},
        samples=entry.samples,
    )
    assert [(one.path, one.line, one.node) for one in entry.samples] == [
        ("gw-1.log", n, "gw-1") for n in (121, 123, 125)
    ]


def test_shares_are_of_all_errors_and_rates_of_all_requests():
    view = view_of({"gw-1": log(successes(0, 60), failures(0, 30), failures(0, 10, error="EOF", flag="UPE"))})

    assert [(one.class_, one.share, one.rate) for one in class_entries(view, 200)] == [
        (REFUSED, 0.75, 0.3),
        ("upstream_closed", 0.25, 0.1),
    ]


def test_without_access_lines_there_is_no_rate():
    view = view_of({"gw-1": [proxy_error(second, "EOF") for second in range(9)]})

    assert [(one.count, one.rate) for one in class_entries(view, 9)] == [(9, None)]


def test_a_sample_shows_no_secrets():
    view = view_of({"gw-1": [f'{proxy_error(0, "EOF")} authorization="Bearer abcdefgh12345678"']})

    [entry] = class_entries(view, 1)

    assert entry.samples == (
        LogLine(path="gw-1.log", line=1, node="gw-1", text=f'{proxy_error(0, "EOF")} authorization="Bearer [hidden]"'),
    )


def test_a_series_of_requests_and_failures():
    view = view_of({"gw-1": log(successes(10, 40, latency=0), failures(20, 30, latency=0))})

    assert series(view, 10) == Series(
        interval_s=10.0,
        start=at(10),
        requests=(20, 40, 20),
        by_class={REFUSED: (0, 20, 0)},
    )


def test_a_series_begins_at_a_whole_interval_and_holds_what_began_before_it():
    view = view_of({"gw-1": [access(65, latency=60_000), access(75), access(125)]})

    assert series(view, 30) == Series(interval_s=30.0, start=at(60), requests=(2, 0, 1), by_class={})


@pytest.mark.parametrize(
    ("last", "step", "points"),
    [
        (0, 1, 1),
        (44, 1, 45),
        (45, 2, 23),
        (120, 5, 25),
        (3600, 120, 31),
        (86_400, 3600, 25),
        (89 * 86_400, 172_800, 46),
        (90 * 86_400, 259_200, 31),
    ],
)
def test_without_an_interval_one_is_taken_that_gives_few_points(last, step, points):
    view = view_of({"gw-1": [access(0, latency=0), access(last, latency=0)]})

    found = series(view, None)

    assert (found.interval_s, len(found.requests)) == (step, points)


def test_an_interval_too_small_for_the_length_of_the_log_becomes_larger():
    view = view_of({"gw-1": ['time="1970-01-01T00:00:07Z" level=info msg=x', access(0, latency=0)]})

    found = series(view, 1)

    assert found.interval_s == 17_952
    assert len(found.requests) == 99_998
    assert sum(found.requests) == 1


def test_a_log_without_times_has_no_series():
    view = view_of({"gw-1": ["ERRO[0001] http: proxy error: EOF"]})

    assert series(view, None) == Series(interval_s=1.0, start=None, requests=(), by_class={})


def test_notices_are_part_of_the_series_of_their_class():
    view = view_of({"gw-1": [message(5, "storage: Redis is either down", level="error"), access(6)]})

    assert series(view, 10).by_class == {"storage_down": (1,)}


def test_latency_by_api_upstream_and_node_the_slowest_first():
    quick = [access(second, latency=second) for second in range(1, 101)]
    slow = [access(second, latency=1000, api="Returns", upstream="http://returns.internal:9003") for second in range(3)]

    assert latencies(view_of({"gw-1": [*quick, *slow]})) == (
        LatencyEntry(
            api="Returns",
            upstream="http://returns.internal:9003",
            node="gw-1",
            count=3,
            p50_ms=1000.0,
            p90_ms=1000.0,
            p99_ms=1000.0,
            max_ms=1000.0,
        ),
        LatencyEntry(
            api="Orders",
            upstream="http://orders.internal:9001",
            node="gw-1",
            count=100,
            p50_ms=50.0,
            p90_ms=90.0,
            p99_ms=99.0,
            max_ms=100.0,
        ),
    )


def test_latency_before_and_after_the_onset():
    view = view_of({"gw-1": log(successes(0, 60, latency=20), successes(60, 120, latency=400), failures(60, 120))})

    [entry] = latencies(view)

    assert (entry.p50_before_ms, entry.p50_after_ms) == pytest.approx((20, 400), rel=0.02)
    assert (entry.p95_before_ms, entry.p95_after_ms) == pytest.approx((20, 400), rel=0.02)


def test_what_was_there_from_the_start_has_no_before():
    view = view_of({"gw-1": log(successes(0, 60), failures(0, 60))})

    [entry] = latencies(view)

    assert (entry.p50_before_ms, entry.p50_after_ms) == (None, None)


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1.0), (0.5, 2.0), (0.51, 3.0), (0.75, 3.0), (0.9, 10.0), (0.99, 10.0), (1.0, 10.0)]
)
def test_percentiles_by_nearest_rank(share, expected):
    assert percentile([(1, 1), (2, 1), (3, 1), (10, 1)], share) == expected


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.integers(0, 1000), st.integers(1, 50), min_size=1), st.floats(0.01, 1))
def test_a_percentile_has_its_share_at_or_below_it_and_less_below(counts, share):
    total = sum(counts.values())

    value = percentile(sorted(counts.items()), share)

    assert sum(count for one, count in counts.items() if one <= value) >= share * total - 1e-6
    assert sum(count for one, count in counts.items() if one < value) < share * total


GROUPED = {
    "gw-1": [
        *log(successes(0, 10, client="203.0.113.1")),
        *log(failures(0, 3, every=1, client="203.0.113.2")),
        access(20, api="Returns", upstream="http://returns.internal:9003", client="203.0.113.3", path="/r/7"),
    ],
    "gw-2": log(successes(0, 10, client="203.0.113.1")),
}


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("node", [("gw-1", 24, {REFUSED: 3}), ("gw-2", 20, {})]),
        ("api", [("Orders", 43, {REFUSED: 3}), ("Returns", 1, {})]),
        ("upstream", [("http://orders.internal:9001", 43, {REFUSED: 3}), ("http://returns.internal:9003", 1, {})]),
        ("client", [("203.0.113.2", 3, {REFUSED: 3}), ("203.0.113.1", 40, {}), ("203.0.113.3", 1, {})]),
        ("status", [("500", 3, {REFUSED: 3}), ("200", 41, {})]),
        ("path", [("GET /orders/items/*", 43, {REFUSED: 3}), ("GET /returns/r/*", 1, {})]),
    ],
)
def test_groups_of_requests_those_with_the_most_failures_first(by, groups):
    found = grouping(view_of(GROUPED), by, top=20)

    assert found.by == by
    assert list(found.groups) == [
        Group(name=name, requests=requests, errors=sum(classes.values()), classes=classes)
        for name, requests, classes in groups
    ]


def test_an_upstream_is_called_as_its_definition_has_it():
    orders = ApiDefinition(id="o", name="orders", target="http://orders.internal:80")
    line = '10.0.0.9 - - [20/Nov/2026:08:00:00 +0000] "GET /orders/1 HTTP/1.1" 200 9 "-" "-"'
    with_address = f'{line} "10.0.0.1:80" "200" 0.1 0.1'

    found = grouping(view_of({"gw-1": [line, with_address]}, definitions=[orders]), "upstream", top=20)

    assert [(one.name, one.requests) for one in found.groups] == [("http://orders.internal:80", 2)]


def test_only_the_first_groups_are_given():
    assert [one.name for one in grouping(view_of(GROUPED), "client", top=2).groups] == ["203.0.113.2", "203.0.113.1"]
