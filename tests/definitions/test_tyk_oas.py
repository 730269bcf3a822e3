"""Tyk's OAS definition."""

from gwdiag.definitions.tyk_oas import TYK_OAS
from gwdiag.model.definition import ApiDefinition, Discovery, Limit
from tests.definitions.files import document

INFO = {"id": "0a1b", "name": "Orders"}


def read(**tyk: object) -> ApiDefinition | None:
    content = {"openapi": "3.0.3", "x-tyk-api-gateway": {"info": INFO, **tyk}}
    found = next(iter(TYK_OAS.read(document(content), "apps/orders-oas.json")), None)
    assert found is None or isinstance(found, ApiDefinition)
    return found


def test_a_definition():
    found = read(
        upstream={
            "url": "http://orders.internal:9001/v1",
            "loadBalancing": {"enabled": True, "targets": [{"url": "http://10.20.0.41:9001", "weight": 1}]},
            "enforceTimeout": {"enabled": True, "duration": "2s"},
        },
        middleware={
            "operations": {
                "getItem": {"enforceTimeout": {"enabled": True, "value": 5}},
                "postItem": {"enforceTimeout": {"enabled": True, "value": 1, "duration": "250ms"}},
                "putItem": {"enforceTimeout": {"enabled": False, "value": 3}},
                "deleteItem": {},
            }
        },
    )

    assert found == ApiDefinition(
        id="0a1b",
        name="Orders",
        target="http://orders.internal:9001",
        url="http://orders.internal:9001/v1",
        members=("http://10.20.0.41:9001",),
        limits=(
            Limit(name="enforced timeout of operation getItem", seconds=5.0, path="apps/orders-oas.json"),
            Limit(name="enforced timeout of operation postItem", seconds=0.25, path="apps/orders-oas.json"),
            Limit(name="enforced timeout of the API", seconds=2.0, path="apps/orders-oas.json"),
        ),
    )


def test_a_limit_is_on_only_where_it_says_so():
    found = read(upstream={"url": "http://orders:1", "enforceTimeout": {"enabled": "yes", "duration": "2s"}})

    assert found == ApiDefinition(id="0a1b", name="Orders", target="http://orders:1", url="http://orders:1")


def test_what_a_probe_needs_to_know():
    found = read(
        upstream={
            "url": "http://orders:1",
            "uptimeTests": {"enabled": True, "tests": [{"url": "http://orders:1/health"}, {"method": "GET"}]},
            "serviceDiscovery": {
                "enabled": True,
                "queryEndpoint": "http://registry/v1/orders",
                "dataPath": "host",
                "portDataPath": "port",
                "parentDataPath": "nodes",
                "useNestedQuery": True,
            },
        }
    )

    assert found is not None
    assert found.checks == ("http://orders:1/health",)
    assert found.discovery == Discovery(
        url="http://registry/v1/orders", list_path="nodes", host_path="host", port_path="port", is_text=True
    )


def test_a_definition_without_a_name_is_called_by_its_id():
    assert read(info={"id": "0a1b"}) == ApiDefinition(id="0a1b", name="0a1b", target="")


def test_plain_openapi_is_left_to_others():
    assert TYK_OAS.read(document({"openapi": "3.0.3", "info": {"title": "Orders"}}), "x.json") == []
    assert read(info={"name": "Orders"}) is None
