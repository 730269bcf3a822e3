"""Kong's declarative configuration: services with their routes and upstreams, within them or apart."""

from gwdiag.definitions.kong import KONG
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def limits(**timers: float) -> tuple[Limit, ...]:
    return tuple(Limit(name=name, seconds=seconds, path="x.conf") for name, seconds in timers.items())


def test_a_configuration():
    found = read(
        KONG,
        """
        _format_version: "3.0"
        _transform: true
        services:
          - name: orders
            url: https://orders.internal/v1
            connect_timeout: 5000
            read_timeout: 3000
            write_timeout: 60000
            routes:
              - name: orders-route
                paths: [/orders, "~/v1/orders/(?<id>\\\\d+)$"]
              - name: orders-old
                paths:
                  - /old-orders
          - id: 8a3b
            name: returns
            host: returns-upstream
            protocol: http
            port: 8000
            read_timeout: 2500
        routes:
          - name: returns-route
            service: {name: returns}
            paths: [/returns]
        upstreams:
          - name: returns-upstream
            targets:
              - target: 10.0.0.1:9001
              - target: 10.0.0.2
        """,
    )

    assert found == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="https://orders.internal:443",
            paths=("/orders", "/v1/orders/", "/old-orders"),
            limits=limits(connect_timeout=5.0, read_timeout=3.0, write_timeout=60.0),
        ),
        ApiDefinition(
            id="8a3b",
            name="returns",
            target="http://10.0.0.1:9001",
            members=("http://10.0.0.1:9001", "http://10.0.0.2:8000"),
            paths=("/returns",),
            aliases={"returns-upstream": "http://10.0.0.1:9001"},
            limits=limits(read_timeout=2.5),
        ),
    ]


def test_as_json_and_with_entities_apart():
    content = {
        "_format_version": "1.1",
        "services": [{"host": "orders", "port": 9001}, {"name": "nowhere"}, "junk", {}],
        "routes": [{"service": "orders", "paths": ["/orders"]}, 7],
        "targets": [{"upstream": "orders", "target": "10.0.0.1:1"}],
    }

    assert read(KONG, content)[0] == ApiDefinition(
        id="orders",
        name="orders",
        target="http://10.0.0.1:1",
        paths=("/orders",),
        aliases={"orders": "http://10.0.0.1:1"},
    )


def test_what_is_no_kong_configuration_is_none():
    assert read(KONG, "services:\n  - name: a\n    url: http://a\n") == []
    assert read(KONG, {"services": [{"name": "a", "url": "http://a"}]}) == []
