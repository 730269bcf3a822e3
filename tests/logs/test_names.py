"""What nodes, APIs and upstreams are called once all of a log is known."""

from collections import Counter

import pytest

from gwdiag.logs.names import Names, rename
from gwdiag.logs.tally import Cell, FirstSight, Place, Tally, Value
from gwdiag.model.definition import ApiDefinition
from tests.logs.from_lines import tally_of
from tests.tyk_log import access, old_access, old_proxy_error

ORDERS = ApiDefinition(
    id="id-orders",
    name="Orders",
    target="http://orders.internal:9001",
    members=("http://10.20.0.31:9001", "http://10.20.0.32:9001"),
)
RETURNS = ApiDefinition(id="id-returns", name="Returns", target="https://returns.internal:9443")


def names(*definitions: ApiDefinition, tally: Tally | None = None) -> Names:
    return Names(tally or Tally(), definitions)


def test_an_api_is_called_by_its_name_where_one_is_known():
    tally = tally_of({"gw-1": [access(0, api="Shipping")]})

    found = names(ORDERS, tally=tally)

    assert [found.api(key) for key in ("id-orders", "id-shipping", "Orders", "id-unknown")] == [
        "Orders",
        "Shipping",
        "Orders",
        "id-unknown",
    ]


def test_the_log_s_own_name_of_an_api_outranks_the_definition_s():
    tally = tally_of({"gw-1": [access(0, api="Renamed").replace("id-renamed", "id-orders")]})

    assert names(ORDERS, tally=tally).api("id-orders") == "Renamed"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("orders.internal:9001", "http://orders.internal:9001"),
        ("10.20.0.31:9001", "http://10.20.0.31:9001"),
        ("returns.internal:9443", "https://returns.internal:9443"),
        ("unknown:1", "unknown:1"),
    ],
)
def test_an_upstream_gets_its_scheme_from_a_definition(host, expected):
    assert names(ORDERS, RETURNS).upstream(host) == expected


def test_or_from_the_log():
    tally = tally_of({"gw-1": [access(0, upstream="h2c://new.internal:9001")]})

    assert names(tally=tally).upstream("new.internal:9001") == "h2c://new.internal:9001"


def test_a_record_without_an_api_has_that_of_its_upstream():
    found = names(ORDERS, RETURNS)

    assert found.cell(Cell("gw-1", "", "orders.internal:9001")) == Cell("gw-1", "Orders", "http://orders.internal:9001")
    assert found.cell(Cell("gw-1", "", "10.20.0.32:9001")) == Cell("gw-1", "Orders", "http://10.20.0.32:9001")
    assert found.cell(Cell("gw-1", "", "unknown:1")) == Cell("gw-1", "", "unknown:1")


def test_not_so_where_two_apis_share_the_upstream():
    twin = ApiDefinition(id="id-twin", name="Twin", target="http://orders.internal:9001")

    assert names(ORDERS, twin).cell(Cell("gw-1", "", "orders.internal:9001")).api == ""


def test_an_api_known_by_its_successes_alone_has_its_failures_too():
    tally = tally_of({"gw-1": [old_access(0), old_access(1, status=500)]})

    rename(tally, names(tally=tally))

    assert list(tally.requests) == [
        ("none", Cell("gw-1", "Orders", "http://orders.internal:9001")),
        ("upstream_connect_failed", Cell("gw-1", "Orders", "http://orders.internal:9001")),
    ]


@pytest.mark.parametrize(
    ("api", "upstream", "targets"),
    [
        ("Orders", "http://10.20.0.31:9001", ["http://orders.internal:9001"]),
        ("Orders", "http://orders.internal:9001", ["http://orders.internal:9001"]),
        ("Orders", "http://elsewhere:1", ["http://elsewhere:1"]),
        ("Orders", "", ["http://orders.internal:9001"]),
        ("Unknown", "http://10.20.0.31:9001", ["http://10.20.0.31:9001"]),
        ("Unknown", "", []),
    ],
)
def test_the_targets_behind_an_upstream(api, upstream, targets):
    assert names(ORDERS).targets(api, upstream) == targets


def test_all_sums_get_the_final_names():
    lines = [
        access(10),
        old_proxy_error(11, "unexpected EOF").replace("http: proxy error: ", "http: proxy error during body copy: "),
        old_access(11),
        old_access(12, status=500),
    ]
    tally = tally_of({"gw-1": ['level=error msg="http: proxy error: EOF" api_id=id-orders', *lines]})
    tally.api_names.clear()

    rename(tally, names(ORDERS, tally=tally))

    cell = Cell("gw-1", "Orders", "http://orders.internal:9001")
    assert dict(tally.undated) == {("upstream_closed", Cell("gw-1", "Orders", "")): 1}
    assert dict(tally.alone) == {"Orders": 1}
    assert dict(tally.cut_answers) == {cell: 1}
    assert dict(tally.latency) == {cell: Counter({20: 1})}
    assert dict(tally.durations) == {("upstream_closed", cell): Counter({20: 1})}
    assert [key[0] for key in tally.latency_over_time] == [cell]
    assert tally.first_sights == {
        ("Orders", "http://orders.internal:9001"): FirstSight(
            pytest.approx(1795161610 - 0.02), "gw-1", Place("gw-1.log", 2)
        ),
        ("", "http://orders.internal:9001"): FirstSight(1795161612.0, "gw-1", Place("gw-1.log", 5)),
    }
    assert tally.requests_by["status"] == Counter({Value("Orders", "200"): 2, Value("", "500"): 1})
    assert tally.failures_by["upstream_closed", "method"] == Counter({Value("Orders", "GET"): 1})
