"""What holds for all formats, present and future."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import formats
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event
from tests.conftest import SAMPLES

FORMATS = formats()
CLOCK = Clock(year=2026)


def sample(name: str) -> list[str]:
    return (SAMPLES / "formats" / f"{name}.log").read_text("utf-8").splitlines()


def readers_of(line: str) -> list[str]:
    return [name for name, one in FORMATS.items() if one.read(line, CLOCK)]


def test_every_format_has_a_sample_and_every_sample_a_format():
    assert sorted(path.stem for path in (SAMPLES / "formats").iterdir()) == list(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_reads_every_line_of_its_sample_and_no_other_format_does(name):
    for line in sample(name):
        assert readers_of(line) == [name], line


@pytest.mark.parametrize("name", FORMATS)
def test_a_line_cut_anywhere_is_read_by_its_own_format_or_by_none(name):
    allowed = ([name], [], [FORMATS[name].begins_like])
    for number, line in enumerate(sample(name)):
        for end in range(number % 3, len(line), 3):  # all places in turn: samples have many lines alike
            assert readers_of(line[:end]) in allowed, line[:end]


@pytest.mark.parametrize("name", FORMATS)
def test_the_sample_has_a_failure_and_something_that_is_none(name):
    classes = {class_of(FORMATS[name].read(line, CLOCK)).id for line in sample(name)}

    assert NONE in classes
    assert len(classes) > 1


ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=10),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(["error", "access-log", "2026-11-20T08:37:48Z", "AuthKey", "URT", "http://a:1/b", "nan", "1e999"]),
)
KEYS = [
    "api_id",
    "api_name",
    "client_ip",
    "code",
    "error",
    "latency_gateway",
    "latency_total",
    "level",
    "message",
    "msg",
    "mw",
    "prefix",
    "response_flag",
    "server_name",
    "status",
    "time",
    "upstream_addr",
    "upstream_latency",
    "user_ip",
]
FIELDS = st.fixed_dictionaries(
    {"level": st.just("error") | ODD_VALUES, "msg": st.just("") | ODD_VALUES, "time": st.just("x") | ODD_VALUES},
    optional={key: ODD_VALUES for key in KEYS if key not in ("level", "msg", "time")},
)
LOGRUS = st.lists(st.tuples(st.sampled_from(KEYS), st.text(max_size=12)), max_size=6).map(
    lambda pairs: "time=x level=error " + " ".join(f"{key}={value}" for key, value in pairs)
)
GO_LOG = st.text(max_size=40).map(lambda text: f"2026/11/20 08:37:48 {text}")
TERMINAL = st.text(max_size=40).map(lambda text: f"ERRO[0004] {text}")
BRACKET = st.text(max_size=40).map(lambda text: f"[Jun 02 08:41:19] ERROR {text}")

NGINX_WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["-", "502, 200", "0.041", "10.20.0.31:9001, [::1]:80", "unix:/run/a", "a : b", '"', "\\", "[a]", "=", "5"]
    ),
)
NGINX_ERROR = st.tuples(st.sampled_from(["error", "info", "emerg", "debug"]), st.lists(NGINX_WORDS, max_size=4)).map(
    lambda said: f"2026/11/20 08:37:48 [{said[0]}] 7#7: *9 " + ", client: ".join(said[1])
)
COMBINED = st.tuples(NGINX_WORDS, st.sampled_from(["200", "009", "-", "0"]), st.lists(NGINX_WORDS, max_size=9)).map(
    lambda said: f'10.0.0.1 - - [20/Nov/2026:08:37:48 +0000] "{said[0]}" {said[1]} 5 "-" "-" ' + " ".join(said[2])
)
NGINX_NAMES = [
    "remote_addr",
    "status",
    "request",
    "request_time",
    "upstream_addr",
    "upstream_status",
    "time",
    "uht",
    "msg",
]
NGINX_PAIRS = st.dictionaries(st.sampled_from(NGINX_NAMES), NGINX_WORDS | ODD_VALUES).map(
    lambda one: {"status": 502} | one
)
NGINX_KV = NGINX_PAIRS.map(lambda one: " ".join(f"{key}={value}" for key, value in one.items()))
APACHE = st.tuples(
    st.sampled_from(["(111)Connection refused: ", "[client a:1] ", "AH01102: ", ""]), st.text(max_size=40)
).map(lambda said: "[Fri Nov 20 08:37:48.118 2026] [proxy:error] [pid 7:tid 8] " + "".join(said))
GATEWAY_LOG = st.dictionaries(
    st.sampled_from(
        ["latencies", "started_at", "tries", "response", "service", "request", "apisix_latency", "upstream"]
    ),
    ODD_VALUES,
).map(lambda one: {"latencies": {}, "started_at": 1} | one)
NGINX = st.one_of(NGINX_ERROR, COMBINED, NGINX_KV, NGINX_PAIRS.map(json.dumps), APACHE, GATEWAY_LOG.map(json.dumps))

WORDS = st.text(max_size=20) | st.sampled_from(
    ["-", "502 Bad Gateway", "dial tcp 10.0.0.1:80: connect: connection refused", "a=b", '"', "\\", "{", "12ms", "H12"]
)
SHARED_NAMES = [
    *("ts", "time", "level", "msg", "message", "error", "err", "status", "method", "path", "duration", "latency_ms"),
    *("logger", "caller", "request", "res", "req", "httpRequest", "jsonPayload", "DownstreamStatus", "RouterName"),
    *("ServiceURL", "StartUTC", "@t", "@mt", "@timestamp", "client_ip", "upstream", "request_id", "event", "code"),
]
NESTED = st.dictionaries(
    st.sampled_from(["method", "url", "uri", "status", "statusCode", "message", "code", "remote_ip", "statusDetails"]),
    ODD_VALUES | WORDS,
)
OTHER_JSON = st.dictionaries(st.sampled_from(SHARED_NAMES), ODD_VALUES | WORDS | NESTED).map(json.dumps)
CADDY = st.dictionaries(st.sampled_from(SHARED_NAMES), ODD_VALUES | WORDS | NESTED).map(
    lambda one: json.dumps(one | {"level": "error", "logger": "http.log.access", "msg": "handled request"})
)
LOGFMT = st.lists(st.tuples(st.sampled_from(SHARED_NAMES), WORDS), min_size=1, max_size=8).map(
    lambda pairs: " ".join(f"{key}={value}" for key, value in pairs)
)
BEGINNINGS = [
    *("E1120 08:27:48.118234       1 file.go:12] ", 'I1120 08:27:48.118234 1 a.go:1] "', "2026-11-20T08:37:48Z ERR "),
    *("10:34PM INF ", "[GIN] 2026/11/20 - 08:37:48 | 500 | 1.2ms | ", "2026/11/20 08:37:48 KRAKEND ERROR: "),
    *("[KRAKEND] 2026/11/20 - 08:37:48.118 \u25b6 ERROR ", "2026/11/20 08:37:48.118\tERROR\t", "at=error dyno= "),
    *("2026-11-20T08:37:48.118Z ERROR 1 --- [a] [b] c : ", "08:37:48.118 [a] WARN b - ", "fail: Yarp.A[48] "),
    *(
        "[2026-11-20 08:37:48 ERR] ",
        "[2026/11/20 08:37:48] [a.go:1] ",
        "a - b - c [2026/11/20 08:37:48] ",
        "[gw] http: ",
    ),
    'a - [2026-11-20T08:37:48.1Z] "GET / HTTP/1.1" 502 0 0 "-" "-" "a" "b" x_cf_routererror:',
    '10.0.0.1 - - [20/Nov/2026:08:37:48 +0000] "GET / HTTP/1.1" 502 11 "-" "-" 1 "r" "',
]
BEGUN = st.tuples(st.sampled_from(BEGINNINGS), st.lists(WORDS, max_size=6)).map(
    lambda said: said[0] + " ".join(said[1])
)
GO_FAMILY = st.one_of(OTHER_JSON, CADDY, LOGFMT, BEGUN)

SAMPLED = [line for name in FORMATS for line in sample(name)]
SPOILED = st.tuples(
    st.sampled_from(SAMPLED),
    st.floats(0, 1),
    st.integers(0, 12),
    st.just("") | WORDS | NGINX_WORDS | ODD_VALUES.map(str),
).map(lambda said: said[0][: int(said[1] * len(said[0]))] + said[3] + said[0][int(said[1] * len(said[0])) + said[2] :])


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), FIELDS.map(json.dumps), LOGRUS, GO_LOG, TERMINAL, BRACKET, NGINX, GO_FAMILY))
def test_any_line_is_an_event_of_at_most_one_format(line):
    events = [event for one in FORMATS.values() if (event := one.read(line, CLOCK))]

    assert len(events) <= 1
    for event in events:
        assert_is_sound(event)


@settings(max_examples=1000, deadline=None)
@given(SPOILED)
def test_a_line_spoiled_anywhere_is_an_event_of_at_most_one_format(line):
    events = [event for one in FORMATS.values() if (event := one.read(line, CLOCK))]

    assert len(events) <= 1, readers_of(line)
    for event in events:
        assert_is_sound(event)


def assert_is_sound(event: Event) -> None:
    assert event.at is None or isinstance(event.at, float)
    assert event.status is None or isinstance(event.status, int)
    assert event.duration_ms is None or 0 <= event.duration_ms < 1e10
    for word in (event.message, event.level, event.claim, event.api, event.api_id, event.upstream, event.client):
        assert word is None or isinstance(word, str)


@pytest.mark.parametrize("key", ["level", "msg", "error", "api_name", "time"])
def test_a_json_bomb_is_no_line_or_an_event_but_no_crash(key):
    for depth in (10, 900, 990, 100_000):
        fields = {"level": '"error"', "msg": '"x"', "time": '"t"'} | {key: "[" * depth + "]" * depth}
        line = "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"

        assert readers_of(line) in (["logrus_json"], ["json_lines"], [])
