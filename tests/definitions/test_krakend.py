"""KrakenD: endpoints and the backends behind them."""

from gwdiag.definitions.krakend import KRAKEND
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read

CONTENT = {
    "$schema": "https://www.krakend.io/schema/v2.7/krakend.json",
    "version": 3,
    "timeout": "2000ms",
    "dialer_timeout": "1s",
    "host": ["http://users.internal:8080"],
    "endpoints": [
        {
            "endpoint": "/orders/{id}",
            "method": "GET",
            "timeout": "3s",
            "backend": [
                {"host": ["http://orders.internal:9001", "http://orders2.internal:9001"], "url_pattern": "/items/{id}"}
            ],
        },
        {"endpoint": "/orders/{id}", "method": "POST", "backend": [{"host": ["http://orders.internal:9001"]}]},
        {"endpoint": "/users", "backend": [{"url_pattern": "/users"}]},
        {"endpoint": "/nothing", "backend": []},
        {"backend": [{"host": ["http://x"]}]},
        "junk",
    ],
}


def limits(whole: float) -> tuple[Limit, ...]:
    return (
        Limit(name="timeout", seconds=whole, path="x.conf"),
        Limit(name="dialer_timeout", seconds=1.0, path="x.conf"),
    )


def test_a_configuration():
    assert read(KRAKEND, CONTENT) == [
        ApiDefinition(
            id="/users",
            name="/users",
            target="http://users.internal:8080",
            paths=("/users",),
            limits=limits(2.0),
        ),
        ApiDefinition(
            id="/orders/{id}",
            name="/orders/{id}",
            target="http://orders.internal:9001",
            members=("http://orders.internal:9001", "http://orders2.internal:9001"),
            paths=("/orders/",),
            limits=(limits(3.0)[0], limits(3.0)[1], limits(2.0)[0]),
        ),
    ]


def test_other_endpoints_are_none_of_it():
    assert (
        read(KRAKEND, {"endpoints": [{"endpoint": "orders", "backend": [{"host": ["http://x"]}]}, {"name": "x"}]}) == []
    )
