"""tyk.conf, of which only the timers are read."""

import pytest

from gwdiag.definitions.tyk_conf import TYK_CONF
from gwdiag.model.definition import GatewaySettings, Limit, Store
from tests.definitions.files import document


def settings_of(**content: object) -> GatewaySettings:
    [found] = TYK_CONF.read(document({"listen_port": 8080, "secret": "s", **content}), "nodes/gw-1/tyk.conf")
    assert isinstance(found, GatewaySettings)
    return found


def timers(proxy: float, write: float) -> GatewaySettings:
    return GatewaySettings(
        path="nodes/gw-1/tyk.conf",
        limits=(
            Limit(name="proxy_default_timeout", seconds=proxy, path="nodes/gw-1/tyk.conf"),
            Limit(name="write_timeout", seconds=write, path="nodes/gw-1/tyk.conf"),
        ),
        write_timeout_s=write,
        listen_port=8080,
    )


def test_the_timers():
    found = settings_of(proxy_default_timeout=12.5, http_server_options={"write_timeout": 60})

    assert found == timers(12.5, 60.0)


@pytest.mark.parametrize("content", [{}, {"proxy_default_timeout": 0, "http_server_options": {"write_timeout": 0}}])
def test_nothing_and_zero_stand_for_the_gateways_defaults(content):
    assert settings_of(**content) == timers(30.0, 120.0)


@pytest.mark.parametrize("value", ["12", True, None, [], float("nan"), 10**400])
def test_what_is_no_number_stands_for_the_default(value):
    assert settings_of(proxy_default_timeout=value) == timers(30.0, 120.0)


@pytest.mark.parametrize(
    ("storage", "stores"),
    [
        ({"host": "cache", "port": 6380}, [Store(url="redis://cache:6380")]),
        ({"host": "cache"}, [Store(url="redis://cache:6379")]),
        ({"addrs": ["a:1", "b:2"], "host": "x"}, [Store(url="redis://a:1"), Store(url="redis://b:2")]),
        ({"hosts": {"a": "1"}}, [Store(url="redis://a:1")]),
        (
            {"host": "cache", "use_ssl": True, "username": "me", "password": "p"},
            [Store(url="rediss://cache:6379", user="me", password="p")],
        ),
        (
            {"addrs": ["s:26379"], "master_name": "m", "password": "p", "sentinel_password": "q"},
            [Store(url="redis://s:26379", password="q")],
        ),
        ({"port": 6379}, []),
    ],
)
def test_its_redis(storage, stores):
    assert settings_of(storage=storage).stores == tuple(stores)


def test_a_redis_of_its_own_for_the_cache_counts_where_it_is_on():
    cache = {"storage": {"host": "a"}, "cache_storage": {"host": "b"}}

    assert [one.url for one in settings_of(**cache).stores] == ["redis://a:6379"]
    both = settings_of(**cache, enable_separate_cache_store=True)
    assert [one.url for one in both.stores] == ["redis://a:6379", "redis://b:6379"]


def test_a_password_is_not_in_what_is_printed_of_it():
    assert "hushhush" not in repr(settings_of(storage={"host": "a", "password": "hushhush"}))


def test_where_its_definitions_lie():
    assert settings_of(app_path="/opt/tyk-gateway/apps").apps == "/opt/tyk-gateway/apps"


def test_what_is_no_tyk_conf_is_left_to_others():
    assert TYK_CONF.read(document({"listen_port": 8080}), "x.json") == []
    assert TYK_CONF.read(document({"secret": "s", "storage": {}}), "x.json") == []
    found = TYK_CONF.read(document({"listen_port": 8080, "storage": {}}), "nodes/gw-1/tyk.conf")
    assert found == [timers(30.0, 120.0)]
