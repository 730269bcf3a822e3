"""A file is recognised by what is in it, and no file can do harm."""

import json
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.definitions import LARGEST, known_in, readers
from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit
from tests.definitions.files import only_reader, read

CLASSIC = {"api_id": "a1", "name": "Orders", "proxy": {"target_url": "http://orders:9001"}}
OAS = {"openapi": "3.0.3", "x-tyk-api-gateway": {"info": {"id": "o1", "name": "Orders"}, "upstream": {}}}
CONF = {"listen_port": 8080, "secret": "s"}
ENDPOINT = {"endpoint": "/orders", "backend": [{"host": ["http://orders:9001"]}]}
ROUTER = {"rule": "PathPrefix(`/orders`)", "service": "s"}
SERVED = {"loadBalancer": {"servers": [{"url": "http://orders:9001"}]}}
PROXIED = {"handle": [{"handler": "reverse_proxy", "upstreams": [{"dial": "orders:9001"}]}]}
CLUSTER = {
    "name": "orders",
    "load_assignment": {"endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"pipe": {"path": "/x"}}}}]}]},
}

EXAMPLES: dict[str, object] = {
    "apache": "ProxyPass /orders/ http://orders:9001/\n",
    "apisix": {"routes": [{"uri": "/orders/*", "upstream": {"nodes": {"orders:9001": 1}}}]},
    "caddy_json": {"apps": {"http": {"servers": {"srv0": {"routes": [PROXIED]}}}}},
    "caddyfile": ":8080 {\n\treverse_proxy orders:9001\n}\n",
    "envoy": {"static_resources": {"clusters": [CLUSTER]}},
    "haproxy": "listen orders\n  bind :8080\n  server s orders:9001\n",
    "kong": {"_format_version": "3.0", "services": [{"name": "orders", "url": "http://orders:9001"}]},
    "krakend": {"endpoints": [ENDPOINT]},
    "nginx": "server { location /orders/ { proxy_pass http://orders:9001; } }\n",
    "traefik": {"http": {"routers": {"orders": ROUTER}, "services": {"s": SERVED}}},
    "tyk_classic": CLASSIC,
    "tyk_conf": CONF,
    "tyk_oas": OAS,
}

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["5s", "http://orders:9001/x", "orders:9001", "a", "/a/*", "~/a(b|c)", "PathPrefix(`/a`)", "\ud800"]
    ),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def shaped(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """An object with these fields, or anything else in its place."""
    return st.fixed_dictionaries({}, optional=fields) | ANYTHING


def several(one: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3)


TIMER = shaped(
    enabled=st.booleans() | LEAVES, method=LEAVES, path=LEAVES, timeout=LEAVES, duration=LEAVES, value=LEAVES
)
VERSION = shaped(extended_paths=shaped(hard_timeouts=several(TIMER)), global_enforce_timeout=LEAVES)
UPSTREAM = shaped(url=LEAVES, loadBalancing=shaped(targets=several(shaped(url=LEAVES))), enforceTimeout=TIMER)
TYK = st.fixed_dictionaries(
    {"info": st.just({"id": "o1"}) | shaped(id=LEAVES, name=LEAVES)},
    optional={
        "upstream": UPSTREAM,
        "middleware": shaped(operations=several(shaped(enforceTimeout=TIMER))),
    },
)
# fmt: off
WORDS = [
    "name", "id", "host", "hosts", "url", "port", "protocol", "path", "paths", "uri", "uris", "services",
    "routes", "upstreams", "targets", "target", "service", "upstream_id", "service_id", "nodes", "timeout",
    "connect", "read", "send", "connect_timeout", "read_timeout", "endpoint", "endpoints", "backend", "http",
    "routers", "rule", "loadBalancer", "servers", "weighted", "mirroring", "failover", "serversTransport",
    "forwardingTimeouts", "dialTimeout", "virtual_hosts", "match", "route", "cluster", "clusters",
    "weighted_clusters", "prefix", "safe_regex", "regex", "route_config", "stat_prefix", "load_assignment",
    "lb_endpoints", "address", "socket_address", "port_value", "pipe", "transport_socket", "static_resources",
    "resources", "configs", "apps", "srv0", "handle", "handler", "subroute", "reverse_proxy", "dial",
    "transport", "_format_version",
]
# fmt: on
KEYED = st.recursive(
    LEAVES | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=12,
)
"""Objects with the keys of these kinds, in any place and of any type."""


def damaged(example: object, inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """The example, with anything in the place of any part of it."""
    if isinstance(example, dict):
        whole = st.fixed_dictionaries({key: damaged(one, inner) for key, one in example.items()})
        return (
            st.builds(lambda one, more: {**more, **one}, whole, st.dictionaries(st.sampled_from(WORDS), inner)) | inner
        )
    if isinstance(example, list):
        return st.tuples(*(damaged(one, inner) for one in example)).map(list) | inner
    return st.just(example) | inner


CONTENTS = {name: damaged(example, KEYED) for name, example in EXAMPLES.items() if not isinstance(example, str)} | {
    "tyk_classic": st.fixed_dictionaries(
        {"api_id": st.just("a1") | LEAVES, "proxy": shaped(target_url=LEAVES, target_list=several(LEAVES))},
        optional={"name": LEAVES, "version_data": shaped(versions=several(VERSION))},
    ),
    "tyk_oas": st.fixed_dictionaries({"x-tyk-api-gateway": TYK | ANYTHING}),
    "tyk_conf": st.fixed_dictionaries(
        {"listen_port": LEAVES, "secret": LEAVES},
        optional={"proxy_default_timeout": LEAVES, "http_server_options": shaped(write_timeout=LEAVES)},
    ),
}


def written(folder: Path, content: object) -> str:
    file = folder / "file.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def is_sound(limit: Limit) -> bool:
    return isinstance(limit.name, str) and 0 < limit.seconds < 1e10


@pytest.mark.parametrize("name", readers())
def test_each_kind_is_recognised_by_its_content_alone(name):
    assert only_reader(EXAMPLES[name]) == [name]


@pytest.mark.parametrize("name", [name for name, one in EXAMPLES.items() if not isinstance(one, str)])
def test_what_is_json_may_as_well_be_yaml(name):
    as_yaml = yaml.safe_dump(EXAMPLES[name])

    assert only_reader(as_yaml) == ([name] if name in ("apisix", "envoy", "kong", "krakend", "traefik") else [])


def test_a_byte_order_mark_is_no_reason_to_miss_a_definition():
    orders = ApiDefinition(id="a1", name="Orders", target="http://orders:9001", url="http://orders:9001")

    assert known_in(("\ufeff" + json.dumps(CLASSIC)).encode(), "orders.json") == [orders]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '"api_id"',
        "{}",
        '{"policies": {}}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "\0\0\0\0",
        '{"listen_port": 1, "secret": "s", "proxy_default_timeout": 1' + "0" * 5000 + "}",
        'time="Nov 20 08:41:03" level=info msg="a log"',
    ],
)
def test_what_is_no_definition_is_nothing(content):
    assert known_in(content.encode(), "x") == []


def test_what_is_too_large_for_a_definition_is_none():
    assert known_in(json.dumps(CLASSIC).encode().ljust(LARGEST), "x") != []
    assert known_in(json.dumps(CLASSIC).encode().ljust(LARGEST + 1), "x") == []


@pytest.mark.parametrize("name", CONTENTS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_the_json_says_a_reader_gives_sound_values_or_none(name, data):
    for found in read(readers()[name], data.draw(CONTENTS[name])):
        match found:
            case ApiDefinition():
                texts = [found.id, found.name, found.target, *found.members, *found.paths, *found.aliases]
                assert found.id
                assert found.name
                assert all(isinstance(one, str) for one in (*texts, *found.aliases.values()))
                assert all(map(is_sound, found.limits))
            case GatewaySettings():
                assert all(abs(limit.seconds) < 1e10 for limit in found.limits)
                assert found.limits[1].seconds == found.write_timeout_s


@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_nothing(content):
    known_in(content, "x")


@pytest.mark.parametrize(
    "piece", ["{", "}", "{}", "[", "<a>", "<", '"', "\\", "\n", " ", "a", "a;", "a {\n", "\0", "- ", "a: &a\n", "#"]
)
@pytest.mark.parametrize(
    "begin", ["", "proxy_pass http://a;", "http:\n", "[http.a]\n", "\nreverse_proxy a\n", "ProxyPass /a/ !\n"]
)
def test_a_large_file_of_one_thing_costs_little(begin, piece):
    content = (begin + piece * (300_000 // len(piece))).encode()
    start = time.process_time()

    assert known_in(content, "x") == []
    assert time.process_time() - start < 5  # a quadratic one takes minutes
