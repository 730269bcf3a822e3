"""Envoy: clusters and route configurations, wherever they lie."""

from typing import Any

import pytest

from gwdiag.definitions.envoy import ENVOY
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def limits(**timers: float) -> tuple[Limit, ...]:
    names = {"route": "route timeout"}
    return tuple(Limit(name=names.get(name, name), seconds=after, path="x.conf") for name, after in timers.items())


def cluster(name: str, *hosts: str, **more: object) -> dict[str, Any]:
    every = [
        {
            "endpoint": {
                "address": {
                    "socket_address": {"address": one.rpartition(":")[0], "port_value": int(one.rpartition(":")[2])}
                }
            }
        }
        for one in hosts
    ]
    return {"name": name, "connect_timeout": "1s", "load_assignment": {"endpoints": [{"lb_endpoints": every}]}, **more}


def routed(route: dict[str, object], *clusters: dict[str, object]) -> list[ApiDefinition]:
    configuration = {"name": "local", "virtual_hosts": [{"name": "all", "routes": [route]}]}
    found = read(ENVOY, {"resources": [configuration, *clusters]})
    return [one for one in found if isinstance(one, ApiDefinition)]


def test_a_bootstrap():
    found = read(
        ENVOY,
        """
        admin:
          address: {socket_address: {address: 127.0.0.1, port_value: 9901}}
        static_resources:
          listeners:
          - name: main
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.HttpConnectionManager
                  stat_prefix: ingress
                  request_timeout: 30s
                  route_config:
                    name: local_route
                    virtual_hosts:
                    - name: api
                      domains: ["*"]
                      routes:
                      - match: {prefix: /orders/}
                        route: {cluster: orders, timeout: 3s}
                      - match: {prefix: /old-orders/}
                        route: {cluster: orders, timeout: 0s, retry_policy: {per_try_timeout: 0.250s}}
                      - name: returns-route
                        match: {safe_regex: {regex: "/returns/[0-9]+"}}
                        route: {cluster: returns}
                      - match: {prefix: /}
                        direct_response: {status: 404}
          clusters:
          - name: orders
            connect_timeout: 0.5s
            type: STRICT_DNS
            load_assignment:
              cluster_name: orders
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 9001}}}
                - endpoint: {address: {socket_address: {address: 10.0.0.2, port_value: 9001}}}
          - name: returns
            transport_socket: {name: envoy.transport_sockets.tls}
            load_assignment:
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: returns.internal, port_value: 443}}}
          - name: xds
            load_assignment:
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {pipe: {path: /run/xds.sock}}}
        """,
    )

    assert found == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="http://10.0.0.1:9001",
            members=("http://10.0.0.1:9001", "http://10.0.0.2:9001"),
            paths=("/orders/", "/old-orders/"),
            aliases={"orders": "http://10.0.0.1:9001"},
            limits=limits(connect_timeout=0.5, route=3.0, request_timeout=30.0, per_try_timeout=0.25),
        ),
        ApiDefinition(
            id="returns-route",
            name="returns-route",
            target="https://returns.internal:443",
            paths=("/returns/",),
            aliases={"returns": "https://returns.internal:443"},
            limits=limits(request_timeout=30.0),
        ),
        ApiDefinition(
            id="xds",
            name="xds",
            target="http://unix:/run/xds.sock",
            aliases={"xds": "http://unix:/run/xds.sock"},
        ),
    ]


def test_a_config_dump():
    content = {
        "configs": [
            {"@type": "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump", "bootstrap": {"node": {"id": "a"}}},
            {"dynamic_active_clusters": [{"cluster": cluster("orders", "10.0.0.1:9001")}]},
            {
                "dynamic_route_configs": [
                    {
                        "route_config": {
                            "name": "http",
                            "virtual_hosts": [
                                {
                                    "routes": [
                                        {
                                            "name": "default",
                                            "match": {"path": "/orders"},
                                            "route": {"cluster": "orders"},
                                        }
                                    ]
                                }
                            ],
                        }
                    }
                ]
            },
        ]
    }

    assert read(ENVOY, content) == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="http://10.0.0.1:9001",
            paths=("/orders",),
            aliases={"orders": "http://10.0.0.1:9001"},
            limits=limits(connect_timeout=1.0),
        )
    ]


def test_weighted_clusters_ipv6_and_tls_of_old():
    route = {
        "match": {"path_separated_prefix": "/o"},
        "route": {"weighted_clusters": {"clusters": [{"name": "a"}, {"name": "b"}]}},
    }

    assert routed(route, cluster("a", "fd00::1:80"), cluster("b", "10.0.0.2:1", tls_context={})) == [
        ApiDefinition(
            id="a",
            name="a",
            target="http://[fd00::1]:80",
            members=("http://[fd00::1]:80", "https://10.0.0.2:1"),
            paths=("/o",),
            aliases={"a": "http://[fd00::1]:80", "b": "https://10.0.0.2:1"},
            limits=limits(connect_timeout=1.0),
        )
    ]


def test_a_cluster_whose_endpoints_lie_elsewhere():
    route = {"match": {"prefix": "/orders"}, "route": {"cluster": "orders", "timeout": "3s"}}

    assert routed(route, {"name": "orders", "eds_cluster_config": {}}) == [
        ApiDefinition(id="orders", name="orders", target="", paths=("/orders",), limits=limits(route=3.0))
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"resources": [{"name": "a"}]},
        {"static_resources": None},
        {"configs": [{"virtual_hosts": [{"routes": [{"match": 7, "route": {"cluster_header": "x"}}, 7]}, 7]}]},
        {"virtual_hosts": [{"routes": [{"match": {"prefix": "/a"}, "route": {"cluster": "a"}}]}]},
    ],
)
def test_what_has_no_route_is_none(content):
    assert read(ENVOY, content) == []
