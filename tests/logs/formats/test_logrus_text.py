"""logrus as text: one whole record of each version, then the odd ones."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats.logrus_text import LOGRUS_TEXT
from gwdiag.model.event import Event, Kind

OLD_MESSAGE = (
    'time="Nov 20 08:37:48" level=error msg="http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused"'
    " api_id=315e9d17c93cfb7e api_name=Telemetry mw=ReverseProxy org_id=default prefix=proxy"
    ' server_name="telemetry.iot.example.net:9001" user_id=-- user_ip="203.0.113.33, 10.20.0.9" user_name='
)
NEW_ACCESS = (
    'time="2026-11-20T08:51:23Z" level=info api_id=296df27a0363d947 api_key=00000000 api_name="Orders API"'
    " api_type=classic client_ip=203.0.113.5 host=api.example.com latency_gateway=1 latency_total=157 method=POST"
    " org_id=default original_path=/orders-api/items path=/items prefix=access-log protocol=HTTP/1.1"
    ' remote_addr="10.20.0.9:56154" status=200 type=request'
    ' upstream_addr="http://orders.svc.cluster.local:9001/items" upstream_latency=156 user_agent=axios/1.6.8'
)


def read(line: str) -> Event | None:
    return LOGRUS_TEXT.read(line, Clock(year=2026))


def message_of(line: str) -> str | None:
    event = read(line)
    return event and event.message


def test_a_message_of_5_8():
    assert read(OLD_MESSAGE) == Event(
        at=1795163868.0,
        kind=Kind.REQUEST,
        level="error",
        message="http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused",
        answers="5xx",
        api_id="315e9d17c93cfb7e",
        api="Telemetry",
        upstream="telemetry.iot.example.net:9001",
        client="203.0.113.33",
    )


def test_an_access_line_of_5_14():
    assert read(NEW_ACCESS) == Event(
        at=1795164683.0,
        kind=Kind.ACCESS,
        level="info",
        claim="none",
        status=200,
        duration_ms=157.0,
        upstream_ms=156.0,
        api_id="296df27a0363d947",
        api="Orders API",
        upstream="http://orders.svc.cluster.local:9001",
        client="203.0.113.5",
        method="POST",
        path="/orders-api/items",
    )


@pytest.mark.parametrize("key", ["msg", "message"])
def test_the_message_has_either_name(key):
    assert message_of(f'time="2026-11-20T08:37:48Z" level=error {key}="http: proxy error: EOF"') == (
        "http: proxy error: EOF"
    )


def test_a_line_without_a_time_is_read_and_has_none():
    assert read('level=error msg="http: proxy error: EOF"') == Event(
        at=None, kind=Kind.REQUEST, level="error", message="http: proxy error: EOF", answers="5xx"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('time="2026-11-20T08:37:48Z" level=error msg="http: proxy error: dial tcp', "http: proxy error: dial tcp"),
        ('time="2026-11-20T08:37:48Z" level=error msg="cut in an escape \\', "cut in an escape "),
        ('time="2026-11-20T08:37:48Z" level=error msg=', ""),
        ('time="2026-11-20T08:37:48Z" level=error', ""),
    ],
)
def test_a_cut_line_is_read_as_far_as_it_goes(line, message):
    assert message_of(line) == message


def test_curly_quotes_of_a_forum_are_quotes():
    line = "time=“Nov 20 08:37:48” level=error msg=„http: proxy error: EOF“ api_name=«Orders API»"

    assert read(line) == Event(
        at=1795163868.0,
        kind=Kind.REQUEST,
        level="error",
        message="http: proxy error: EOF",
        answers="5xx",
        api="Orders API",
    )


def test_a_key_inside_a_quoted_value_is_no_field():
    event = read('level=error msg="said level=info api_name=Other status=200" api_name=Orders')

    assert (event.level, event.api, event.status) == ("error", "Orders", None)


def test_of_a_key_that_comes_twice_the_first_counts():
    assert read("level=error level=info msg=x").level == "error"


def test_empty_values_are_none():
    event = read('level=info msg="" prefix=access-log api_id= api_name="" client_ip= status= latency_total= path=')

    assert event == Event(at=None, kind=Kind.ACCESS, level="info", claim="none")


def test_values_that_logrus_did_not_quote_go_on_to_the_next_key():
    event = read("level=error msg=http: proxy error: EOF api_name=Orders API mw=ReverseProxy")

    assert (event.message, event.api) == ("http: proxy error: EOF", "Orders API")


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        (r"a \"b\" c", 'a "b" c'),
        (r"a\\b", "a\\b"),
        (r"a\n\tb", "a\n\tb"),
        (r"\x41\u00e9\U0001F600", "A\u00e9\U0001f600"),
        (r"\xff\ud800\U00110000", "\xff\ufffd\ufffd"),
    ],
)
def test_escapes_of_go_are_taken_back(quoted, text):
    assert message_of(f'level=info msg="{quoted}"') == text


@pytest.mark.parametrize(
    "line",
    [
        "",
        "time=",
        "level=",
        "level=notice msg=x",
        'time="2026-11-20T08:37:48Z" msg=x',
        'msg="level comes later" level=error',
        '"time=1" level=error msg=x',
        "http: proxy error: EOF",
    ],
)
def test_what_logrus_did_not_write_is_none(line):
    assert read(line) is None


def test_a_line_that_is_all_quotes_and_backslashes_takes_no_time():
    assert message_of('level=error msg="' + '\\"' * 100_000) == '"' * 100_000
    assert message_of("level=error msg=" + "a b" * 80_000) == "a b" * 80_000
