"""tyk.conf, of which only the timers are read."""

import pytest

from gwdiag.definitions.tyk_conf import TYK_CONF
from gwdiag.model.definition import GatewaySettings, Limit
from tests.definitions.files import document


def settings_of(**content: object) -> object:
    [found] = TYK_CONF.read(document({"listen_port": 8080, "secret": "s", **content}), "nodes/gw-1/tyk.conf")
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


def test_what_is_no_tyk_conf_is_left_to_others():
    assert TYK_CONF.read(document({"listen_port": 8080}), "x.json") == []
    assert TYK_CONF.read(document({"secret": "s", "storage": {}}), "x.json") == []
    found = TYK_CONF.read(document({"listen_port": 8080, "storage": {}}), "nodes/gw-1/tyk.conf")
    assert found == [timers(30.0, 120.0)]
