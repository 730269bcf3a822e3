"""Where requests go, who may send them, and what is kept from an upstream that fails."""

import json
import random
import socket

import pytest

from gwdiag.gateway.breaker import Breaker
from gwdiag.gateway.definitions import BreakerRule
from gwdiag.gateway.keys import Window
from tests.gateway.served import definition, eventually, extended

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def listed(*hosts: str, **more: object) -> dict:
    return definition(
        "/a/", "http://unused/", proxy={"enable_load_balancing": True, "target_list": list(hosts), **more}
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as made:
        return made.getsockname()[1]


# ---- balancing


def test_targets_take_turns(serve, scripted):
    one, two = scripted(*[OK] * 3), scripted(*[OK] * 3)
    gateway = serve([listed(one.url, two.url)])

    for _ in range(6):
        gateway.get("/a/x")

    assert (len(one.got), len(two.got)) == (3, 3)


def test_a_target_that_is_listed_twice_gets_twice_as_much(serve, scripted):
    one, two = scripted(*[OK] * 4), scripted(*[OK] * 4)
    gateway = serve([listed(one.url, one.url, two.url)])

    for _ in range(6):
        gateway.get("/a/x")

    assert (len(one.got), len(two.got)) == (4, 2)


def test_a_dead_target_still_gets_its_share(serve, scripted):
    live = scripted(*[OK] * 3)
    gateway = serve([listed(live.url, f"http://127.0.0.1:{free_port()}/")])

    assert sorted(gateway.get("/a/x").status for _ in range(6)) == [200] * 3 + [500] * 3


def test_an_empty_list_is_all_hosts_down(serve):
    gateway = serve([listed()])

    answer = gateway.get("/a/x")

    assert (answer.status, answer.body) == (503, b"all hosts are down\n")
    assert "response_code_details=no_healthy_upstreams response_flag=NHU" in gateway.logged("access-log")[0]


def test_uptime_checks_take_a_dead_target_out(serve, scripted):
    live = scripted(*[OK] * 200)
    dead = f"http://127.0.0.1:{free_port()}/"
    one = listed(live.url, dead, check_host_against_uptime_tests=True)
    one["uptime_tests"] = {"check_list": [{"url": dead, "method": "GET"}]}
    gateway = serve([one], {"uptime_tests": {"config": {"failure_trigger_sample_size": 1, "time_wait": 1}}})

    eventually(lambda: [gateway.get("/a/x").status for _ in range(6)] == [200] * 6)


# ---- discovery


def discovered(endpoint: str, **more: object) -> dict:
    part = {"use_discovery_service": True, "query_endpoint": endpoint, "data_path": "host", "cache_timeout": 60, **more}
    return definition("/a/", "http://unused/", proxy={"service_discovery": part})


def as_json(value: object) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def test_a_host_is_asked_for_and_kept(serve, scripted):
    target = scripted(OK, OK)
    directory = scripted(as_json({"host": f"127.0.0.1:{target.port}"}))
    gateway = serve([discovered(directory.url)])

    assert [gateway.get("/a/x").status for _ in range(2)] == [200, 200]
    assert (len(directory.got), len(target.got)) == (1, 2)


def test_a_list_of_hosts_with_their_ports(serve, scripted):
    one, two = scripted(OK, OK), scripted(OK, OK)
    entries = [{"node": {"ip": "127.0.0.1"}, "port": place.port} for place in (one, two)]
    directory = scripted(as_json(entries))
    api = discovered(
        directory.url, endpoint_returns_list=True, data_path="node.ip", port_data_path="port", use_target_list=True
    )
    api["proxy"]["enable_load_balancing"] = True
    gateway = serve([api])

    assert [gateway.get("/a/x").status for _ in range(4)] == [200] * 4
    assert (len(one.got), len(two.got)) == (2, 2)


def test_a_timeout_makes_it_ask_again(serve, scripted, upstream):
    directory = scripted(*[as_json({"host": upstream.removeprefix("http://")})] * 3)
    api = discovered(directory.url)
    api["version_data"] = extended(hard_timeouts=[{"path": "/silent", "method": "GET", "timeout": 1}])
    gateway = serve([api])

    assert [gateway.get(path).status for path in ("/a/echo", "/a/silent", "/a/echo")] == [200, 504, 200]
    assert len(directory.got) == 2


# ---- breaker


@pytest.fixture
def breaker(monkeypatch):
    """Half of at least two requests open it; the clock is the number that is passed in."""
    random.seed(1)
    rule = BreakerRule(endpoint=None, threshold=0.5, samples=2, return_after=5, half_open=False)  # type: ignore[arg-type]
    return Breaker(rule, lambda _: None, 0.0)


def test_a_breaker_opens_at_its_share_of_failures(breaker):
    breaker.succeeded(0.1)
    assert breaker.is_ready(0.2)

    breaker.failed(0.3)

    assert not breaker.is_ready(0.31)


def test_failures_of_long_ago_do_not_count(breaker):
    breaker.failed(0.0)
    breaker.succeeded(20.0)
    breaker.succeeded(20.1)
    breaker.failed(20.2)

    assert breaker.is_ready(20.3)


def test_an_open_breaker_answers_itself(serve, scripted):
    failing = scripted(*[b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"] * 9)
    rule = {"path": "/x", "method": "GET", "threshold_percent": 0.5, "samples": 3, "return_to_service_after": 60}
    gateway = serve([definition("/a/", failing.url, version_data=extended(circuit_breakers=[rule]))])

    seen = [gateway.get("/a/x").status for _ in range(5)]
    other = gateway.get("/a/y").status

    assert seen[:3] == [500, 500, 500]
    assert 503 in seen[3:]
    assert other == 500
    assert "response_code_details=circuit_breaker_open response_flag=CBO" in gateway.logged("CBO")[0]
    assert gateway.logged("Breaker tripped") == [
        'level=warning message="[PROXY] [CIRCUIT BREAKER] Breaker tripped for path: /x"'
    ]


# ---- keys


def test_keys(serve, upstream, tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_text(
        json.dumps(
            {
                "plain-key-1": {},
                "rated-key-2": {"rate": 2, "per": 60},
                "quota-key-3": {"quota_max": 1, "quota_renewal_rate": 3600},
                "other-key-4": {"access_rights": {"id-other": {}}},
                "inactive-key-5": {"is_inactive": True},
            }
        )
    )
    gateway = serve([definition("/a/", upstream, use_keyless=False)], None, "--keys", keys)

    def status(key: str | None, times: int = 1) -> list[int]:
        headers = {"Authorization": key} if key else {}
        return [gateway.get("/a/echo", **headers).status for _ in range(times)]

    assert {
        "none": status(None),
        "unknown": status("unknown-key"),
        "plain": status("plain-key-1", 3),
        "rated": status("rated-key-2", 3),
        "quota": status("quota-key-3", 2),
        "other": status("other-key-4"),
        "inactive": status("inactive-key-5"),
    } == {
        "none": [401],
        "unknown": [403],
        "plain": [200, 200, 200],
        "rated": [200, 200, 429],
        "quota": [200, 403],
        "other": [403],
        "inactive": [403],
    }
    text = "\n".join(gateway.logged("access-log", 9))
    assert "plain-key" not in text
    assert 'api_key="****ey-1"' in text
    [limited] = [line for line in gateway.log() if 'message="Rate Limit Exceeded"' in line]
    assert 'key="****ey-2" mw=RateLimitAndQuotaCheck' in limited


def test_a_window_ends():
    window = Window()

    assert [window.admits(2, 10, now) for now in (0, 1, 2, 9.9, 10, 11, 12)] == [
        True,
        True,
        False,
        False,
        True,
        True,
        False,
    ]


def test_a_request_that_is_too_large_for_its_endpoint(serve, scripted):
    back = scripted(OK)
    sizes = [{"path": "/x", "method": "POST", "size_limit": 10}]
    gateway = serve([definition("/a/", back.url, version_data=extended(size_limits=sizes))])

    assert [gateway.ask("POST", "/a/x", b"x" * size).status for size in (11, 10)] == [400, 200]
    assert len(back.got) == 1
