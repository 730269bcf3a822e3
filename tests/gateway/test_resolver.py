"""Which names are asked for, as Go's own resolver builds them."""

import pytest

from gwdiag.gateway.resolver import candidates
from gwdiag.resolv_conf import read_resolv_conf


@pytest.mark.parametrize(
    ("text", "host", "names"),
    [
        ("search a.lab b.lab.", "orders", ["orders.a.lab.", "orders.b.lab.", "orders."]),
        ("search a.lab", "orders.internal", ["orders.internal.", "orders.internal.a.lab."]),
        ("search a.lab\noptions ndots:2", "orders.internal", ["orders.internal.a.lab.", "orders.internal."]),
        ("search a.lab\noptions ndots:99", ".".join("a" * 16), [".".join("a" * 16) + ".", "a." * 16 + "a.lab."]),
        ("search a.lab", "orders.", ["orders."]),
        ("search .", "orders", ["orders."]),
        ("", "orders", ["orders.eu.example.", "orders."]),
        ("search", "orders", ["orders."]),
        ("search a.lab", "a" * 254, []),
        ("search " + "b" * 60, "a" * 200, ["a" * 200 + "."]),
    ],
)
def test_the_names_that_are_asked_for(text, host, names):
    assert candidates(host, read_resolv_conf(text), "gw-1.eu.example") == names
