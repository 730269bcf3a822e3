"""Traefik's dynamic configuration, as YAML, as TOML, and as its API gives it."""

import pytest

from gwdiag.definitions.traefik import TRAEFIK
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read

ORDERS = ApiDefinition(
    id="orders@file",
    name="orders",
    target="http://10.0.0.1:9001",
    members=("http://10.0.0.1:9001", "http://10.0.0.2:80"),
    paths=("/orders", "/o"),
    aliases={"orders-svc": "http://10.0.0.1:9001", "orders-svc@file": "http://10.0.0.1:9001"},
    limits=(
        Limit(name="dialTimeout", seconds=5.0, path="x.conf"),
        Limit(name="responseHeaderTimeout", seconds=3.0, path="x.conf"),
    ),
)


def paths(rule: str) -> tuple[str, ...]:
    services = {"s": {"loadBalancer": {"servers": [{"url": "http://a:1"}]}}}
    [found] = read(TRAEFIK, {"http": {"routers": {"r": {"rule": rule, "service": "s"}}, "services": services}})
    assert isinstance(found, ApiDefinition)
    return found.paths


def test_yaml():
    text = """
        http:
          routers:
            orders:
              rule: Host(`api.example.com`) && PathPrefix(`/orders`, `/o`)
              service: orders-svc
            without:
              rule: Host(`x.example.com`)
              service: api@internal
          services:
            orders-svc:
              loadBalancer:
                serversTransport: quick@file
                servers:
                  - url: http://10.0.0.1:9001/v1
                  - url: http://10.0.0.2
          serversTransports:
            quick:
              forwardingTimeouts:
                dialTimeout: 5s
                responseHeaderTimeout: 3
        """

    assert read(TRAEFIK, text) == [ORDERS]


def test_toml():
    text = """
        [http.routers.orders]
          rule = "Host(`api.example.com`) && PathPrefix(`/orders`, `/o`)"
          service = "orders-svc"
        [http.services.orders-svc.loadBalancer]
          serversTransport = "quick"
          [[http.services.orders-svc.loadBalancer.servers]]
            url = "http://10.0.0.1:9001/"
          [[http.services.orders-svc.loadBalancer.servers]]
            url = "http://10.0.0.2/"
        [http.serversTransports.quick.forwardingTimeouts]
          dialTimeout = "5s"
          responseHeaderTimeout = 3
        """

    assert read(TRAEFIK, text) == [ORDERS]


def test_what_the_api_gives_and_services_of_services():
    content = {
        "routers": {"shop@docker": {"rule": "PathPrefix(`/shop`)", "service": "both"}},
        "services": {
            "both@docker": {"weighted": {"services": [{"name": "a"}, {"name": "more"}, {"name": "both"}]}},
            "more@docker": {"highestRandomWeight": {"services": [{"name": "mirror@docker"}]}},
            "mirror@docker": {"mirroring": {"service": "b"}},
            "a@docker": {"loadBalancer": {"servers": [{"url": "http://a:1"}]}},
            "b@docker": {"loadBalancer": {"servers": [{"url": "http://b:2"}]}},
        },
    }

    assert read(TRAEFIK, content) == [
        ApiDefinition(
            id="shop@docker",
            name="shop",
            target="http://a:1",
            members=("http://a:1", "http://b:2"),
            paths=("/shop",),
            aliases={"both": "http://a:1", "both@docker": "http://a:1"},
        )
    ]


def test_the_static_configuration_in_the_same_file_has_the_timers_of_all():
    services = {"s": {"loadBalancer": {"servers": [{"url": "http://a:1"}]}}}
    http = {"routers": {"r": {"rule": "Host(`a`)", "service": "s"}}, "services": services}
    static = {"forwardingTimeouts": {"dialTimeout": "3s"}}
    [found] = read(TRAEFIK, {"serversTransport": static, "http": http})

    assert isinstance(found, ApiDefinition)
    assert found.limits == (Limit(name="dialTimeout", seconds=3.0, path="x.conf"),)


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ('PathPrefix("/orders")', ("/orders",)),
        ("Path(`/orders`) || PathPrefix(`/o/`)", ("/orders", "/o/")),
        ("PathPrefix(`/orders`) && !PathPrefix(`/orders/secret`)", ("/orders",)),
        ("PathPrefix(`/orders/{id:[0-9]+}`)", ("/orders/",)),
        ("PathRegexp(`^/orders/[0-9]+`)", ("/orders/",)),
        ("Host(`a`)", ()),
        ("PathPrefix(`/`)", ()),
        ("PathPrefix(" * 1000, ()),
    ],
)
def test_the_paths_of_a_rule(rule, found):
    assert paths(rule) == found


@pytest.mark.parametrize(
    "text",
    ["", "http:\n  routers:\n    a: 7\n", "entryPoints:\n  web:\n    address: ':80'\n", "[http.routers]\n", "[http.\n"],
)
def test_what_is_no_dynamic_configuration_is_none(text):
    assert read(TRAEFIK, text) == []
