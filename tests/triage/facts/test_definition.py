"""What the configuration says of the affected APIs."""

from dataclasses import replace

import pytest

from gwdiag.definitions import Known
from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit
from gwdiag.model.finding import Scope
from gwdiag.triage.case import Case
from gwdiag.triage.facts import definition
from gwdiag.triage.symptoms import Symptom
from tests.triage.facts.asked import NOTHING, ORDERS, PAYMENTS, Told, told

OF_ORDERS = Symptom(scope=Scope(nodes=("gw-1",), apis=("Orders",)))


def target(url: str) -> ApiDefinition:
    return replace(ORDERS, target=url)


def known(*every: Known, nodes: tuple[str, ...] = ("gw-1", "gw-2", "gw-3")) -> Case:
    return Case(view=None, known=tuple(zip(nodes, every, strict=False)))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://orders.internal:8443", ("yes", "http://orders.internal:8443 is plain http on a port of TLS")),
        ("http://orders.internal:443", ("yes", "http://orders.internal:443 is plain http on a port of TLS")),
        ("http://orders.internal:9001", ("no", "scheme and port of http://orders.internal:9001 go together")),
        ("https://orders.internal:8443", ("no", "scheme and port of https://orders.internal:8443 go together")),
        ("http://orders.internal:99999", ("no", "scheme and port of http://orders.internal:99999 go together")),
    ],
)
def test_plain_http_on_a_port_of_tls(url, expected):
    assert told(definition.plain_on_tls_port, known(target(url), PAYMENTS), OF_ORDERS) == expected


@pytest.mark.parametrize(
    ("url", "other", "expected"),
    [
        ("https://orders.internal:8080", "", ("yes", "https://orders.internal:8080 is https on a port of plain HTTP")),
        ("https://orders.internal:9001", "", ("no", "scheme and port of https://orders.internal:9001 go together")),
        (
            "https://shop.internal:9001",
            "http://shop.internal:9001",
            ("yes", "https://shop.internal:9001 is https on a port of plain HTTP"),
        ),
        (
            "https://shop.internal:9001",
            "http://elsewhere.internal:9001",
            ("no", "scheme and port of https://shop.internal:9001 go together"),
        ),
        ("http://orders.internal:8080", "", ("no", "scheme and port of http://orders.internal:8080 go together")),
    ],
    ids=["a usual port", "another port", "a neighbour speaks plain HTTP there", "a neighbour elsewhere", "no https"],
)
def test_https_on_a_port_of_plain_http(url, other, expected):
    neighbour = replace(PAYMENTS, target=other or PAYMENTS.target)
    assert told(definition.tls_on_plain_port, known(target(url), neighbour), OF_ORDERS) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://orders.internal:9001", ("yes", "https://orders.internal:9001 has TLS")),
        ("http://orders.internal:9001", ("no", "http://orders.internal:9001 has no TLS")),
    ],
)
def test_tls(url, expected):
    assert told(definition.speaks_tls, known(target(url)), OF_ORDERS) == expected


def test_without_definitions_the_addresses_of_the_log_are_looked_at():
    of_log = Symptom(scope=Scope(apis=("Orders",), upstreams=("http://orders.internal:8443",)))

    assert told(definition.plain_on_tls_port, NOTHING, of_log)[0] == "yes"
    assert told(definition.speaks_tls, NOTHING, of_log)[0] == "no"


@pytest.mark.parametrize(
    "fact",
    [definition.plain_on_tls_port, definition.tls_on_plain_port, definition.speaks_tls],
    ids=lambda fact: fact.id,
)
def test_an_address_of_a_log_without_a_scheme_tells_nothing_of_tls(fact):
    of_log = Symptom(scope=Scope(apis=("Orders",), upstreams=("orders.internal:8443",)))

    assert told(fact, NOTHING, of_log) == ("unknown", "no definition of the API is at hand")


def test_nodes_that_define_other_targets():
    differing = known(target("http://orders.internal:9001"), target("http://orders.internal:9002"))
    says = "the nodes define different targets: http://orders.internal:9001 and http://orders.internal:9002"

    assert told(definition.nodes_differ, differing, OF_ORDERS) == ("yes", says)
    assert told(definition.nodes_differ, known(ORDERS, ORDERS), OF_ORDERS) == (
        "no",
        "all nodes define the same targets",
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ((), ("no", "it has one target")),
        (("http://10.0.0.1:80",), ("no", "it has one target")),
        (("http://10.0.0.1:80", "http://10.0.0.1:80"), ("no", "it has one target")),
        (("http://10.0.0.1:80", "http://10.0.0.2:80"), ("yes", "its list has 2 targets")),
    ],
)
def test_a_list_of_targets(members, expected):
    assert told(definition.has_list, known(replace(ORDERS, members=members)), OF_ORDERS) == expected


def settings(*, closes: bool) -> GatewaySettings:
    return GatewaySettings(path="tyk.conf", limits=(), write_timeout_s=120, closes_connections=closes)


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        ((False, False), ("no", "connections to upstreams are kept")),
        ((False, True), ("yes", "proxy_close_connections is on: gw-2")),
        ((), ("unknown", "no configuration of the gateway is at hand")),
    ],
)
def test_connections_that_are_not_kept(closes: tuple[bool, ...], expected: Told):
    case = known(*(settings(closes=one) for one in closes))

    assert told(definition.closes_connections, case, OF_ORDERS) == expected


def test_an_enforced_timeout():
    limited = replace(ORDERS, limits=(Limit(name="enforced_timeout", seconds=1.5, path="orders.json"),))

    assert told(definition.has_enforced_timeout, known(limited), OF_ORDERS) == ("yes", "enforced_timeout 1.5 s")
    assert told(definition.has_enforced_timeout, known(ORDERS), OF_ORDERS) == ("no", "it has no timeout of its own")


@pytest.mark.parametrize(
    "fact",
    [
        definition.plain_on_tls_port,
        definition.tls_on_plain_port,
        definition.speaks_tls,
        definition.nodes_differ,
        definition.has_list,
        definition.has_enforced_timeout,
    ],
    ids=lambda fact: fact.id,
)
def test_without_a_definition_of_the_api_it_cannot_be_told(fact):
    assert told(fact, known(PAYMENTS), OF_ORDERS) == ("unknown", "no definition of the API is at hand")
