"""Which API a request reaches, and with which path its upstream sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.gateway.urls import cleaned, escape, joined, parse_request, unescape
from tests.gateway.served import Gateway, definition, oas


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    """Seven APIs; what is behind a path says where it came out."""
    made = Gateway(
        tmp_path_factory.mktemp("routing"),
        [
            definition("/a/", f"{upstream}/echo/base/"),
            definition("/a/longer/", f"{upstream}/echo/longer"),
            definition("/whole/", f"{upstream}/echo", proxy={"strip_listen_path": False}),
            definition("/question/", f"{upstream}/echo?fixed=1"),
            definition("/off/", f"{upstream}/echo", active=False),
            definition("/user/{id}/", f"{upstream}/echo/users"),
            oas("/oas/", f"{upstream}/echo/oas"),
        ],
    )
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/a/x", "/echo/base/x"),
        ("/a/x?b=1&a", "/echo/base/x?b=1&a"),
        ("/a/x?", "/echo/base/x?"),
        ("/a", None),
        ("/a/", "/echo/base"),
        ("/a/longer/x", "/echo/longer/x"),
        ("/a/longerer", "/echo/base/longerer"),
        ("/a/b%2Fc", "/echo/base/b%2Fc"),
        ("/a/b%20c", "/echo/base/b%20c"),
        ("/a/%41", "/echo/base/%41"),
        ("/a/%C3%A4", "/echo/base/%C3%A4"),
        ("/a/(b)", "/echo/base/%28b%29"),
        ("/whole/x", "/echo/whole/x"),
        ("/whole/b%2Fc", "/echo/whole/b%2Fc"),
        ("/question/x", "/echo/x?fixed=1"),
        ("/question/x?y=2", "/echo/x?fixed=1&y=2"),
        ("/user/7/x", "/echo/users/x"),
        ("/oas/x", "/echo/oas/x"),
        ("/id-a/x", "/echo/base/id-a/x"),
        ("/off/x", "/echo/x"),  # from files, `active` has no effect in Tyk
        ("/nothing", None),
    ],
)
def test_a_path_comes_out_at_its_target(gateway, path, target):
    answer = gateway.get(path)

    assert (answer.json()["target"] if answer.status == 200 else None) == target


def test_paths_are_cleaned_before_they_are_matched(gateway):
    seen = {path: gateway.get(path) for path in ("/a//x", "/a/./x", "/a/../whole/x?q=1", "/../a/x")}

    assert {path: (one.status, one.headers["location"]) for path, one in seen.items()} == {
        "/a//x": (301, "/a/x"),
        "/a/./x": (301, "/a/x"),
        "/a/../whole/x?q=1": (301, "/whole/x?q=1"),
        "/../a/x": (301, "/a/x"),
    }


def test_what_no_api_serves_is_not_found(gateway):
    answer = gateway.get("/nothing")

    assert (answer.status, answer.headers["content-type"], answer.body) == (
        404,
        "text/plain; charset=utf-8",
        b"Not Found",
    )


def test_an_absolute_target_is_taken_by_its_path(gateway):
    head = b"GET http://elsewhere/a/x HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"

    assert b'"target": "/echo/base/x"' in gateway.raw(head)
    assert "host=elsewhere" in gateway.logged("host=elsewhere")[0]


@pytest.mark.parametrize(
    ("target", "rest", "whole"),
    [
        ("/base/", "/x", "/base/x"),
        ("/base", "x", "/base/x"),
        ("/base//", "//x", "/base/x"),
        ("", "/x", "/x"),
        ("/base", "/", "/base"),
    ],
)
def test_joining(target, rest, whole):
    assert joined(target, rest, keep_slash=False) == whole


def test_an_empty_rest_may_keep_the_slash_of_the_target():
    assert joined("/base/", "/", keep_slash=True) == "/base/"


@given(st.text(st.characters(max_codepoint=255), max_size=30).map(lambda rest: "/" + rest))
def test_what_is_escaped_reads_as_it_was(path):
    assert unescape(escape(path)) == path


@given(st.text(alphabet="ab/.%2F?", max_size=20).map(lambda rest: "/" + rest))
def test_a_target_that_parses_goes_on_as_it_came(target):
    try:
        url = parse_request(target)
    except ValueError:
        return
    assert url.escaped_path() + url.question() == target


@given(st.text(alphabet="ab/.", max_size=20))
def test_a_cleaned_path_is_clean(rest):
    once = cleaned("/" + rest)

    assert cleaned(once) == once
    assert "//" not in once
    assert "/../" not in once + "/"
