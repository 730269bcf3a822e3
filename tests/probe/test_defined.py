"""The targets in gateways' own files, and in what a registry answers."""

import json
from pathlib import Path

import pytest

from gwdiag.model.definition import Discovery
from gwdiag.model.problem import Problem
from gwdiag.probe.defined import defined_targets
from gwdiag.probe.discovery import hosts_in
from gwdiag.probe.how import How
from tests.probe.servers import answers, closed_port, head, tcp_server

HOW = How(timeout_s=1.0)
SCHEMES = "http, https, tcp, tls, redis, rediss, ws, wss, h2c, grpc, grpcs"


def classic(**proxy: object) -> str:
    return json.dumps({"api_id": "a1", "name": "Orders", "proxy": {"target_url": "http://orders:9001/v1", **proxy}})


def texts(apps: Path | None, config: Path | None = None) -> list[str]:
    return [one.text for one in defined_targets(apps, config, HOW).targets.values()]


def test_a_target_with_its_path_and_its_api(tmp_path):
    (tmp_path / "orders.json").write_text(classic())
    [one] = defined_targets(tmp_path, None, HOW).targets.values()

    assert (one.text, one.path, one.apis) == ("http://orders:9001/v1", "/v1", ("Orders",))


def test_the_members_of_a_balanced_list_stand_for_the_target(tmp_path):
    (tmp_path / "orders.json").write_text(classic(target_list=["10.0.0.7:80", "https://10.0.0.8"]))

    assert texts(tmp_path) == ["http://10.0.0.7:80", "https://10.0.0.8"]


def test_what_two_apis_share_is_probed_once(tmp_path):
    (tmp_path / "a.json").write_text(classic())
    (tmp_path / "b.json").write_text(classic().replace("Orders", "More"))
    [one] = defined_targets(tmp_path, None, HOW).targets.values()

    assert one.apis == ("Orders", "More")


def test_tyk_conf_names_its_redis_its_definitions_and_its_timer(tmp_path):
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/orders.json").write_text(classic())
    conf = {
        "listen_port": 8080,
        "secret": "s",
        "app_path": "apps",
        "proxy_default_timeout": 12,
        "storage": {"host": "cache", "port": 6379, "password": "hush/hush"},
    }
    (tmp_path / "tyk.conf").write_text(json.dumps(conf))
    redis, orders = defined_targets(None, tmp_path / "tyk.conf", HOW).targets.values()

    assert (redis.text, redis.password) == ("redis://cache:6379", "hush/hush")
    assert [(one.name, one.seconds) for one in orders.limits] == [("proxy_default_timeout", 12.0)]


def test_other_gateways_count_as_well(tmp_path):
    (tmp_path / "nginx.conf").write_text("http { server { location / { proxy_pass http://10.0.0.9:8080; } } }")

    assert texts(None, tmp_path / "nginx.conf") == ["http://10.0.0.9:8080"]


def test_what_cannot_be_probed_is_named(tmp_path):
    (tmp_path / "a.json").write_text(classic())
    (tmp_path / "b.json").write_text(classic(target_list=["consul://orders"]))
    (tmp_path / "c.json").write_text('{"api_id":\n"x" "name"}')
    (tmp_path / "d.json").write_text('{"something": "else"}')
    found = defined_targets(tmp_path, None, HOW)
    problems = [(one.path, one.problem) for one in found.inputs if one.problem]

    assert len(found.targets) == 1
    assert problems == [
        (f"{tmp_path}/c.json:2", "no JSON: Expecting ',' delimiter"),
        (f"{tmp_path}/b.json", f"not probed: consul://orders: no scheme that can be probed; there are {SCHEMES}"),
    ]


@pytest.mark.parametrize("name", ["nothing", "missing"])
def test_no_target_at_all_is_a_problem(tmp_path, name):
    (tmp_path / "nothing").mkdir()

    with pytest.raises(Problem) as problem:
        defined_targets(tmp_path / name, None, HOW)

    assert problem.value.status == 3


def test_a_registry_is_asked(tmp_path):
    answer = head("200 OK", b'[{"host": "10.0.0.7", "port": 9001}, {"host": "10.0.0.8", "port": "9002"}]')
    with tcp_server(answers(answer)) as port:
        registry = {
            "use_discovery_service": True,
            "query_endpoint": f"http://127.0.0.1:{port}/orders?token=hushhush",
            "data_path": "host",
            "port_data_path": "port",
        }
        (tmp_path / "a.json").write_text(classic(service_discovery=registry))

        assert texts(tmp_path) == [
            f"http://127.0.0.1:{port}/orders?token=[hidden]",
            "http://10.0.0.7:9001",
            "http://10.0.0.8:9002",
        ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (head("500 Oops"), "it answers 500"),
        (head("200 OK", b"<html>"), "its answer is no JSON"),
        (head("200 OK", b"{}"), "its answer names no host where the definition looks for one"),
    ],
)
def test_a_registry_that_gives_nothing_leaves_the_target(tmp_path, answer, reason):
    with tcp_server(answers(answer)) as port:
        registry = {"use_discovery_service": True, "query_endpoint": f"http://127.0.0.1:{port}/", "data_path": "host"}
        (tmp_path / "a.json").write_text(classic(service_discovery=registry))
        found = defined_targets(tmp_path, None, HOW)

    assert [one.problem for one in found.inputs if one.problem] == [
        f"service discovery of Orders at http://127.0.0.1:{port}/: {reason}"
    ]
    assert [one.text for one in found.targets.values()] == [f"http://127.0.0.1:{port}/", "http://orders:9001/v1"]


def test_a_registry_that_is_not_there(tmp_path):
    with closed_port() as port:
        registry = {"use_discovery_service": True, "query_endpoint": f"http://127.0.0.1:{port}/", "data_path": "host"}
        (tmp_path / "a.json").write_text(classic(service_discovery=registry))
        found = defined_targets(tmp_path, None, HOW)

    assert (
        found.inputs[-1].problem
        == f"service discovery of Orders at http://127.0.0.1:{port}/: it cannot be asked (ConnectError)"
    )


@pytest.mark.parametrize(
    ("answer", "where", "hosts"),
    [
        ({"host": "a:1"}, {"host_path": "host"}, ["a:1"]),
        ({"node": {"host": "a", "ports": [7, 8]}}, {"host_path": "node.host", "port_path": "node.ports"}, ["a:7"]),
        ([{"h": "a"}, {"h": "b"}, {"x": 1}, 7], {"host_path": "h"}, ["a", "b"]),
        ({"list": [{"h": "a"}, {"h": "b"}]}, {"list_path": "list", "host_path": "h"}, ["a", "b"]),
        ({"v": '[{"h": "a"}, {"h": "b"}]'}, {"list_path": "v", "host_path": "h", "is_text": True}, ["a", "b"]),
        ([{"v": '{"h": "a"}'}], {"list_path": "v", "host_path": "h", "is_text": True}, ["a"]),
        ({"nodes": [{"h": "a"}, {"h": "b"}]}, {"host_path": "nodes.h"}, ["a", "b"]),
        ({"host": 7}, {"host_path": "host"}, []),
        ("text", {"host_path": "host"}, []),
    ],
)
def test_where_hosts_stand_in_an_answer(answer, where, hosts):
    assert list(hosts_in(answer, Discovery(url="http://registry/", **where))) == hosts


def test_a_redis_whose_authority_cannot_be_read_is_named_and_not_blamed(tmp_path):
    storage = {"addrs": ["a:1"], "use_ssl": True, "ca_file": "/nowhere/ca.pem"}
    conf = {
        "listen_port": 8080,
        "storage": storage,
        "enable_separate_cache_store": True,
        "cache_storage": {"host": "b"},
    }
    (tmp_path / "tyk.conf").write_text(json.dumps(conf))
    found = defined_targets(None, tmp_path / "tyk.conf", HOW)

    assert [one.text for one in found.targets.values()] == ["redis://b:6379"]
    assert [one.problem for one in found.inputs if one.problem] == [
        "not probed: /nowhere/ca.pem: No such file or directory"
    ]
