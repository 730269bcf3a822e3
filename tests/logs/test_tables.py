"""The figures of a logs report as people read them."""

import pytest

from gwdiag.logs.tables import spark, tables_of
from gwdiag.model.report import Table
from tests.logs.from_lines import report_of
from tests.logs.small_logs import failures, log, successes


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((0,), " "),
        ((1,), "█"),
        ((0, 1, 8), " ▁█"),
        ((1000, 1, 0), "█▁ "),
        ((1, 2, 3, 4, 5, 6, 7, 8), "▁▂▃▄▅▆▇█"),
        ((10, 5), "█▄"),
    ],
)
def test_anything_at_all_is_seen_and_the_largest_is_full(figures, expected):
    assert spark(figures) == expected


def tables(tmp_path, lines, **wanted) -> dict[str, Table]:
    return {table.title: table for table in tables_of(report_of(tmp_path, {"gw-1": lines}, **wanted))}


def test_requests_and_failures_over_time(tmp_path):
    found = tables(tmp_path, log(successes(0, 40, latency=0), failures(20, 30, latency=0)), interval=10)

    assert found["Over time: a mark is 10.0 s, the first begins at 08:00:00 UTC"] == Table(
        "Over time: a mark is 10.0 s, the first begins at 08:00:00 UTC",
        ("", "", "most"),
        (("requests", "▄▄█▄", "40"), ("upstream_dial_refused", "  █ ", "20")),
        numeric=frozenset((2,)),
        is_chart=True,
    )


def test_latency_without_a_change(tmp_path):
    found = tables(tmp_path, log(successes(0, 40)))

    assert found["Latency of requests that succeeded"] == Table(
        "Latency of requests that succeeded",
        ("API", "node", "requests", "p50", "p90", "p99", "most"),
        (("Orders", "gw-1", "80", "20 ms", "20 ms", "20 ms", "20 ms"),),
        numeric=frozenset(range(2, 7)),
    )


def test_latency_before_and_since_the_onset_by_upstream_where_an_api_has_several(tmp_path):
    lines = log(successes(0, 120), successes(0, 60, upstream="http://new.internal:1", latency=300), failures(60, 120))

    found = tables(tmp_path, lines)["Latency of requests that succeeded, and p50 before and since the onset"]

    assert found == Table(
        "Latency of requests that succeeded, and p50 before and since the onset",
        ("API", "node", "upstream", "requests", "p50", "p90", "p99", "most", "before", "since"),
        (
            (
                "Orders",
                "gw-1",
                "http://new.internal:1",
                "120",
                "300 ms",
                "300 ms",
                "300 ms",
                "300 ms",
                "301 ms",
                "-",
            ),
            (
                "Orders",
                "gw-1",
                "http://orders.internal:9001",
                "240",
                "20 ms",
                "20 ms",
                "20 ms",
                "20 ms",
                "20 ms",
                "20 ms",
            ),
        ),
        numeric=frozenset(range(3, 10)),
    )


def test_groups(tmp_path):
    lines = log(
        successes(0, 10, client="203.0.113.1"),
        failures(0, 4, every=1, client="203.0.113.2"),
        failures(0, 2, every=1, client="203.0.113.2", error="EOF", flag="UPE"),
    )

    assert tables(tmp_path, lines, by="client")["By client"] == Table(
        "By client",
        ("client", "requests", "failed", "share", "classes"),
        (
            ("203.0.113.2", "6", "6", "100.0 %", "upstream_dial_refused 4, upstream_closed 2"),
            ("203.0.113.1", "20", "0", "0.0 %", ""),
        ),
        numeric=frozenset((1, 2, 3)),
    )


def test_lines_of_no_known_format(tmp_path):
    found = tables(tmp_path, [*log(successes(0, 10)), "junk", "more junk", "and more", "the last"])

    assert found["Lines of no known format: 4, for example"].rows == (
        (f"{tmp_path}/gw-1.log:21", "junk"),
        (f"{tmp_path}/gw-1.log:22", "more junk"),
        (f"{tmp_path}/gw-1.log:23", "and more"),
    )


def test_a_log_without_times_or_latency_has_no_tables(tmp_path):
    assert tables(tmp_path, ["ERRO[0001] http: proxy error: EOF"] * 3) == {}
