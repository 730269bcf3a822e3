"""Caddy's JSON: routes within routes."""

from gwdiag.definitions.caddy_json import CADDY_JSON
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def limits(**timers: float) -> tuple[Limit, ...]:
    return tuple(Limit(name=name.replace("__", " "), seconds=after, path="x.conf") for name, after in timers.items())


def test_a_configuration():
    orders = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": "10.0.0.1:9001"}, {"dial": "10.0.0.2:9001"}],
        "transport": {"protocol": "http", "dial_timeout": 3000000000, "response_header_timeout": "1.5s"},
    }
    returns = {"handler": "reverse_proxy", "upstreams": [{"dial": "returns:443"}], "transport": {"tls": {}}}
    inner = [
        {"match": [{"path": ["/orders/*", "/o/*"]}], "handle": [{"handler": "rewrite"}, orders]},
        {"handle": [{"handler": "subroute", "routes": [{"handle": [returns]}]}]},
        {"handle": [{"handler": "reverse_proxy", "upstreams": []}, 7]},
        7,
    ]
    server = {
        "read_timeout": "10s",
        "routes": [{"match": [{"host": ["api.example.com"]}], "handle": [{"handler": "subroute", "routes": inner}]}],
    }
    group = {
        "target": "http://10.0.0.1:9001",
        "members": ("http://10.0.0.1:9001", "http://10.0.0.2:9001"),
        "limits": limits(dial_timeout=3.0, response_header_timeout=1.5, server__read_timeout=10.0),
    }

    assert read(CADDY_JSON, {"apps": {"http": {"servers": {"srv0": server}}}}) == [
        ApiDefinition(id="orders", name="orders", paths=("/orders/",), **group),
        ApiDefinition(id="o", name="o", paths=("/o/",), **group),
        ApiDefinition(
            id="api.example.com",
            name="api.example.com",
            target="https://returns:443",
            paths=("/",),
            limits=limits(server__read_timeout=10.0),
        ),
    ]


def test_who_is_asked_for_permission_is_no_upstream():
    asked = {
        "handler": "reverse_proxy",
        "upstreams": [{"dial": "auth:9091"}],
        "rewrite": {"method": "GET", "uri": "/api/verify"},
        "handle_response": [{"match": {"status_code": [2]}}],
    }
    proxied = {"handler": "reverse_proxy", "upstreams": [{"dial": "unix//run/a.sock"}, {"dial": ":9001"}]}
    routes = [{"match": [{"path": ["/a/*"]}], "handle": [asked, proxied]}]

    assert read(CADDY_JSON, {"apps": {"http": {"servers": {"srv0": {"routes": routes}}}}}) == [
        ApiDefinition(
            id="a",
            name="a",
            target="http://unix:/run/a.sock",
            members=("http://unix:/run/a.sock", "http://localhost:9001"),
            paths=("/a/",),
        )
    ]


def test_routes_without_end_are_not_followed():
    routes: list[object] = [{"handle": [{"handler": "reverse_proxy", "upstreams": [{"dial": "a:1"}]}]}]
    for _ in range(100):
        routes = [{"handle": [{"handler": "subroute", "routes": routes}]}]

    assert read(CADDY_JSON, {"apps": {"http": {"servers": {"srv0": {"routes": routes}}}}}) == []
