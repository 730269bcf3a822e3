"""Tyk's Classic definition."""

from gwdiag.definitions.tyk_classic import TYK_CLASSIC
from gwdiag.model.definition import ApiDefinition, Discovery, Limit
from tests.definitions.files import document


def read(**content: object) -> ApiDefinition | None:
    whole = {"api_id": "a1", "name": "Orders", "proxy": {"target_url": "http://orders.internal:9001/v1"}, **content}
    found = next(iter(TYK_CLASSIC.read(document(whole), "apps/orders.json")), None)
    assert found is None or isinstance(found, ApiDefinition)
    return found


def limits(**version: object) -> tuple[Limit, ...]:
    found = read(version_data={"versions": {"Default": version}})
    return found.limits if found else ()


def test_a_definition():
    found = read(
        proxy={
            "target_url": "https://orders.internal:9443/v1?x=1",
            "target_list": ["http://10.20.0.41:9001", "10.20.0.42:9001", 7],
        },
        version_data={
            "not_versioned": True,
            "versions": {
                "Default": {
                    "extended_paths": {"hard_timeouts": [{"path": "/reports", "method": "GET", "timeout": 4}]},
                    "global_enforce_timeout": "1.5s",
                }
            },
        },
    )

    assert found == ApiDefinition(
        id="a1",
        name="Orders",
        target="https://orders.internal:9443",
        url="https://orders.internal:9443/v1?x=1",
        members=("http://10.20.0.41:9001", "http://10.20.0.42:9001"),
        limits=(
            Limit(name="enforced timeout of GET /reports", seconds=4.0, path="apps/orders.json"),
            Limit(name="enforced timeout of the API", seconds=1.5, path="apps/orders.json"),
        ),
    )


def test_a_definition_without_a_name_is_called_by_its_id():
    found = read(name="")

    assert found is not None
    assert (found.id, found.name, found.target) == ("a1", "a1", "http://orders.internal:9001")


def test_what_a_probe_needs_to_know():
    found = read(
        proxy={
            "target_url": "http://orders:1",
            "service_discovery": {
                "use_discovery_service": True,
                "query_endpoint": "http://registry/v1/orders",
                "data_path": "host",
                "port_data_path": "port",
            },
        },
        uptime_tests={"check_list": [{"url": "http://orders:1/health"}, {"method": "GET"}, 7]},
    )

    assert found is not None
    assert found.checks == ("http://orders:1/health",)
    assert found.discovery == Discovery(url="http://registry/v1/orders", host_path="host", port_path="port")


def test_discovery_that_is_off_is_none():
    found = read(proxy={"target_url": "http://orders:1", "service_discovery": {"query_endpoint": "http://registry/"}})

    assert found is not None
    assert found.discovery is None


def test_a_duration_goes_before_whole_seconds():
    written = {"path": "/x", "method": "GET", "timeout": 1, "duration": "500ms"}

    assert limits(extended_paths={"hard_timeouts": [written]}) == (
        Limit(name="enforced timeout of GET /x", seconds=0.5, path="apps/orders.json"),
    )


def test_a_limit_that_is_off_is_none():
    off = [{"path": "/x", "method": "GET", "timeout": 0}, {"path": "/y", "method": "GET", "timeout": -1}, "junk"]

    assert limits(extended_paths={"hard_timeouts": off}, global_enforce_timeout="soon") == ()


def test_what_is_no_classic_definition_is_left_to_others():
    assert read(api_id="") is None
    assert read(api_id=7) is None
    assert TYK_CLASSIC.read(document({"api_id": "a1", "name": "Orders"}), "x.json") == []


def test_a_proxy_without_a_target_has_none():
    assert read(proxy=None) == ApiDefinition(id="a1", name="Orders", target="")
