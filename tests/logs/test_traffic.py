"""Requests and failures by place and time."""

import pytest

from gwdiag.logs.over_time import Span
from gwdiag.logs.tally import Cell, Tally
from gwdiag.logs.traffic import Traffic

ORDERS_1 = Cell("gw-1", "Orders", "http://orders:1")
ORDERS_2 = Cell("gw-2", "Orders", "http://orders:1")
ORDERS_NEW = Cell("gw-1", "Orders", "http://orders:2")
RETURNS = Cell("gw-1", "Returns", "http://returns:1")
WRONG = "upstream_dial_refused"


@pytest.fixture
def traffic() -> Traffic:
    """Ten successes in bucket 0 and 1 each on every cell but the new one; failures of Orders on gw-1 since bucket 1."""
    tally = Tally()
    for cell in (ORDERS_1, ORDERS_2, RETURNS):
        for second in (0, 1):
            tally.requests.add(("none", cell), second, 10)
    tally.requests.add((WRONG, ORDERS_1), 1, 3)
    tally.requests.add((WRONG, ORDERS_NEW), 2, 4)
    return Traffic(tally)


def test_all_cells_that_had_traffic_are_known(traffic):
    assert traffic.cells == {ORDERS_1, ORDERS_2, ORDERS_NEW, RETURNS}
    assert traffic.failing_cells(WRONG) == {ORDERS_1, ORDERS_NEW}
    assert traffic.failing_cells("dns_timeout") == frozenset()
    assert traffic.has_successes


def test_traffic_beside_a_cell_is_that_of_its_node_and_api_whatever_the_upstream(traffic):
    assert traffic.beside([ORDERS_NEW]) == {ORDERS_1, ORDERS_NEW}
    assert traffic.beside([ORDERS_2, RETURNS]) == {ORDERS_2, RETURNS}


def test_failures_are_requests_too(traffic):
    assert traffic.asked([ORDERS_1]) == 23
    assert traffic.asked_over_time([ORDERS_1, ORDERS_NEW]) == {0: 10, 1: 13, 2: 4}
    assert traffic.failed(WRONG, [ORDERS_1, ORDERS_NEW]) == 7
    assert traffic.failed_over_time(WRONG, [ORDERS_1, RETURNS]) == {1: 3}
    assert traffic.failed("dns_timeout", [ORDERS_1]) == 0


@pytest.mark.parametrize(
    ("span", "asked"),
    [
        (Span(), 73 - 6),
        (Span(1), 33 + 4),
        (Span(None, 0), 30),
        (Span(1, 1), 33),
        (Span(3), 0),
    ],
)
def test_only_what_lies_in_the_span_counts(traffic, span, asked):
    assert traffic.asked(traffic.cells, span) == asked


def test_counts_by_node_api_and_upstream(traffic):
    assert traffic.by(lambda cell: cell.node, traffic.cells) == {"gw-1": 47, "gw-2": 20}
    assert traffic.by(lambda cell: cell.api, [ORDERS_1, RETURNS], Span(1)) == {"Orders": 13, "Returns": 10}
    assert traffic.failed_by(WRONG, lambda cell: cell.upstream, traffic.cells) == {
        "http://orders:1": 3,
        "http://orders:2": 4,
        "http://returns:1": 0,
    }


def test_a_log_of_failures_alone_has_no_successes():
    tally = Tally()
    tally.requests.add((WRONG, ORDERS_1), 0)

    assert not Traffic(tally).has_successes
