"""What can be probed, and how it is shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.model.problem import Problem
from gwdiag.probe.target import Target, joined, parsed, without_secrets


def test_a_url():
    assert parsed("https://Orders.internal/v1?id=7") == Target(
        text="https://Orders.internal/v1?id=[hidden]", scheme="https", host="orders.internal", port=443, path="/v1?id=7"
    )


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port"),
    [
        ("10.0.0.5:6379", "tcp", "10.0.0.5", 6379),
        ("[2001:db8::5]:443", "tcp", "2001:db8::5", 443),
        ("orders.internal:9001", "tcp", "orders.internal", 9001),
        ("http://[::1]:8080/", "http", "::1", 8080),
        ("http://orders.internal.", "http", "orders.internal.", 80),
        ("ws://chat.internal/x", "http", "chat.internal", 80),
        ("h2c://grpc.internal:9000", "tcp", "grpc.internal", 9000),
        ("tls://mail.internal", "tls", "mail.internal", 443),
        ("redis://cache.internal", "redis", "cache.internal", 6379),
        ("http://bücher.example/", "http", "xn--bcher-kva.example", 80),
        ("http://my_service:80/", "http", "my_service", 80),
    ],
)
def test_schemes_hosts_and_ports(text, scheme, host, port):
    one = parsed(text)

    assert (one.scheme, one.host, one.port) == (scheme, host, port)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("orders.internal", "give a URL"),
        ("10.0.0.5:0", "give a port"),
        ("10.0.0.5:70000", "give a port"),
        ("http://host:99999/", "Port out of range"),
        ("http:///x", "no host name"),
        ("http://a b/", "no host name"),
        ("ftp://host/", "no scheme"),
        ("tcp://host", "give a port"),
        ("http://[::1/", "Invalid IPv6"),
        ("http://user:hushhush@host:bad/", "Port could not"),
        (f"http://{'a' * 64}.example/", "no host name"),
        ("", "give a URL"),
    ],
)
def test_what_is_no_target_is_said_in_one_line_without_secrets(text, said):
    with pytest.raises(Problem, match=said) as problem:
        parsed(text)

    assert "hushhush" not in str(problem.value)
    assert "\n" not in str(problem.value)


def test_secrets_are_in_no_text_of_it():
    one = parsed("https://me:hushhush@orders.internal/v1?token=hushhush&sig=hushhush#hushhush")

    assert (one.user, one.password) == ("me", "hushhush")
    assert one.text == "https://[hidden]@orders.internal/v1?token=[hidden]&sig=[hidden]#hushhush"
    assert "hushhush" not in repr(one).replace("#hushhush", "")


def test_a_path_is_fit_for_a_request():
    assert parsed("http://h/a b/é?q=ü").path == "/a%20b/%C3%A9?q=%C3%BC"


def test_addresses_of_six_have_brackets():
    assert (joined("::1", 80), joined("h", 80)) == ("[::1]:80", "h:80")
    assert (parsed("[::1]:80").origin, parsed("https://h/").origin) == ("[::1]:80", "https://h:443")


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_anything_is_a_target_or_a_problem(text):
    try:
        one = parsed(text)
    except Problem:
        return
    assert 0 < one.port < 65536
    assert one.path.isascii()


@given(st.text(alphabet="abc:/@?&=#[]", max_size=40))
def test_what_parameters_are_set_to_is_never_shown(text):
    assert "hushhush" not in without_secrets(f"http://u:hushhush@h/{text}?k=hushhush")
