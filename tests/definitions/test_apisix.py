"""APISIX in standalone mode: routes, and the upstreams within them or apart."""

from gwdiag.definitions.apisix import APISIX
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def test_a_configuration():
    found = read(
        APISIX,
        """
        routes:
          - id: 1
            name: orders
            uri: /orders/*
            upstream:
              nodes:
                "10.0.0.1:9001": 1
                "10.0.0.2": 1
              type: roundrobin
              scheme: https
              timeout: {connect: 2, send: 2.5, read: 3}
          - uris: [/returns/*, /r/:id]
            upstream_id: 7
            timeout:
              read: 9
          - id: stock
            uri: /*
            service_id: s1
          - uri: /nowhere
        services:
          - id: s1
            upstream_id: 7
        upstreams:
          - id: 7
            nodes:
              - {host: returns.internal, port: 9002, weight: 1}
        #END
        """,
    )

    assert found == [
        ApiDefinition(
            id="1",
            name="orders",
            target="https://10.0.0.1:9001",
            members=("https://10.0.0.1:9001", "https://10.0.0.2:443"),
            paths=("/orders/",),
            limits=tuple(
                Limit(name=f"timeout.{name}", seconds=seconds, path="x.conf")
                for name, seconds in (("connect", 2.0), ("send", 2.5), ("read", 3.0))
            ),
        ),
        ApiDefinition(
            id="/returns/*",
            name="/returns/*",
            target="http://returns.internal:9002",
            paths=("/returns/", "/r/"),
            aliases={"7": "http://returns.internal:9002"},
            limits=(Limit(name="timeout.read", seconds=9.0, path="x.conf"),),
        ),
        ApiDefinition(
            id="stock",
            name="stock",
            target="http://returns.internal:9002",
            aliases={"7": "http://returns.internal:9002"},
        ),
    ]
