"""Which API a request is of, where the log does not say."""

import pytest

from gwdiag.logs.routes import MOST_NAMES, Routes
from gwdiag.model.definition import ApiDefinition


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/orders/1", "orders"),
        ("/orders", "orders"),
        ("/orders/", "orders"),
        ("/api/v2/orders/1", "api/v2/orders"),
        ("/v1/claims", "v1/claims"),
        ("/rest/api/v1/x-y", "rest/api/v1/x-y"),
        ("/", ""),
        ("/api", ""),
        ("/api/v1/", ""),
        ("/favicon.ico", ""),
        ("/8f3a/orders", ""),
        ("/users12345/orders", ""),
        ("/" + "a" * 50, ""),
        ("*", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_without_definitions_the_first_element_that_tells_is_the_name(path, name):
    assert Routes().api("combined", path) == name


def test_a_format_that_names_its_apis_is_not_asked_for_paths():
    assert Routes().api("logrus_json", "/orders/1") == ""


def test_with_definitions_only_their_paths_count_and_the_longest_wins():
    routes = Routes(
        ApiDefinition(id=name, name=name, target="http://a:1", paths=paths)
        for name, paths in {"Orders": ("/orders/",), "Archive": ("/orders/old/", "/archive/")}.items()
    )

    paths = ["/orders/1", "/orders/old/1", "/archive/x", "/orders", "/ordersx", "/returns/1"]
    assert [routes.api("combined", path) for path in paths] == ["Orders", "Archive", "Archive", "Orders", "", ""]


def test_only_so_many_names_are_made_up():
    routes = Routes()
    names = [routes.api("combined", f"/name{chr(97 + number // 26)}{chr(97 + number % 26)}/x") for number in range(99)]

    assert names.count("") == 99 - MOST_NAMES
    assert routes.api("combined", "/nameaa/y") == "nameaa"
