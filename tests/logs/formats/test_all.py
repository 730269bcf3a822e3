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
    for line in sample(name):
        for end in range(len(line)):
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


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), FIELDS.map(json.dumps), LOGRUS, GO_LOG, TERMINAL, BRACKET))
def test_any_line_is_an_event_of_at_most_one_format(line):
    events = [event for one in FORMATS.values() if (event := one.read(line, CLOCK))]

    assert len(events) <= 1
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

        assert readers_of(line) in (["logrus_json"], [])
