"""Addresses written one way, names that people use, and the beginnings of patterns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.definitions._routes import Route, address, addresses, beginnings, definitions
from gwdiag.model.definition import ApiDefinition, Limit

A, B = ("http://a:1",), ("http://b:2",)


def route(path: str, members: tuple[str, ...], title: str = "t", **more: object) -> Route:
    return Route(path=path, members=members, title=title, **more)  # type: ignore[arg-type]


def named(*routes: Route) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.name: (one.target, one.paths) for one in definitions(routes)}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("http://a", "http://a:80"),
        ("HTTPS://a/x?y", "https://a:443"),
        ("a", "http://a:80"),
        ("a:9001", "http://a:9001"),
        ("http://a:9001#x", "http://a:9001"),
        ("http://user:pass@a:1/", "http://a:1"),
        ("user@a", "http://a:80"),
        ("http://user:pa/ss@a", ""),
        ("http://[::1]:80", "http://[::1]:80"),
        ("[::1]", "http://[::1]:80"),
        ("unix:/run/a.sock", "http://unix:/run/a.sock"),
        ("fastcgi://unix:/run/a.sock:", "fastcgi://unix:/run/a.sock"),
        ("tcp://a", "tcp://a"),
        ("http://a:x", ""),
        ("http://a:123456", ""),
        ("http://${A}:1", ""),
        ("http://a-$1", ""),
        ("http://{host}", ""),
        ("http://", ""),
        ("/a", ""),
        ("", ""),
        ("a b", ""),
    ],
)
def test_an_address(written, found):
    assert address(written) == found


def test_addresses_are_named_once():
    assert addresses(("a:1", "", "http://a:1", "b:2"), "http") == ("http://a:1", "http://b:2")


@given(written=st.text("aA:/@[]{}$.1%?# ", max_size=30))
@settings(max_examples=300)
def test_any_text_is_an_address_without_a_user_or_nothing(written):
    found = address(written)

    assert not found or (found.startswith(("http://", "a", "A")) and "@" not in found)


@pytest.mark.parametrize(
    ("routes", "found"),
    [
        ((route("/a/", A),), {"a": ("http://a:1", ("/a/",))}),
        ((route("/a/", A), route("/a/x", A)), {"a": ("http://a:1", ("/a/", "/a/x"))}),
        ((route("/a/", A), route("/a/x", B)), {"a": ("http://a:1", ("/a/",)), "a/x": ("http://b:2", ("/a/x",))}),
        ((route("/", A, "s"),), {"s": ("http://a:1", ("/",))}),
        ((route("", A, "s"),), {"s": ("http://a:1", ())}),
        ((route("/a/", A, "s"), route("/a/", B, "u")), {"s/a": ("http://a:1", ()), "u/a": ("http://b:2", ())}),
        ((route("/a/", A, "s"), route("/a/", B, "s")), {"a:1": ("http://a:1", ()), "b:2": ("http://b:2", ())}),
        ((route("/a/", A, name="n"), route("/b/", A, name="n")), {"n": ("http://a:1", ("/a/", "/b/"))}),
        ((route("", (), ""),), {}),
        ((), {}),
    ],
)
def test_the_names(routes, found):
    assert named(*routes) == found


def test_what_routes_of_one_api_have_is_put_together():
    quick, slow = (Limit(name=name, seconds=1.0, path="x") for name in ("quick", "slow"))
    first = route("/a/", A, limits=(quick,), aliases={"x": "http://a:1"})
    other = route("/a/b", A, limits=(quick, slow), aliases={"y": "http://a:1"})

    assert definitions([first, other]) == [
        ApiDefinition(
            id="a",
            name="a",
            target="http://a:1",
            paths=("/a/", "/a/b"),
            aliases={"x": "http://a:1", "y": "http://a:1"},
            limits=(quick, slow),
        )
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("^/orders/(.*)$", ["/orders/"]),
        ("^/orders", ["/orders"]),
        ("^/orders?", ["/order"]),
        ("^/orders*/x", ["/order"]),
        ("^/orders+/x", ["/orders"]),
        ("^/v1\\.0/x", ["/v1.0/x"]),
        ("^/(orders|returns)/", ["/orders/", "/returns/"]),
        ("^/v1/(?:a|b)", ["/v1/a", "/v1/b"]),
        ("^/(a|b)?/", []),
        ("^/a|/b", []),
        ("^/", []),
        ("/orders", []),
        ("^\\w+", []),
        ("", []),
    ],
)
def test_the_beginnings_of_a_pattern(pattern, found):
    assert list(beginnings(pattern)) == found
