"""What holds for all wrappers, present and future."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import ALL_BUILT_IN, formats
from gwdiag.logs.journal_export import JournalLine
from gwdiag.logs.records import NOTHING, LineReader, Record, records
from gwdiag.logs.wrappers import Unwrapped, wrappers
from gwdiag.model.event import Kind
from tests.conftest import SAMPLES
from tests.logs.wrappers.around import AROUND

NAMES = list(wrappers())


def lines_of(folder: str, name: str) -> list[str]:
    return (SAMPLES / folder / f"{name}.log").read_text("utf-8").splitlines()


def records_of(*lines: str) -> list[Record]:
    return list(records(iter(enumerate(lines, 1)), Clock(year=2026)))


def test_every_wrapper_has_a_sample_and_every_sample_a_wrapper():
    assert sorted(path.stem for path in (SAMPLES / "wrappers").iterdir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_takes_every_line_of_its_sample_apart_and_no_other_wrapper_does(name):
    for line in lines_of("wrappers", name):
        assert [other for other, one in wrappers().items() if one.unwrap(line)] == [name], line


@pytest.mark.parametrize("name", NAMES)
def test_inside_of_its_sample_are_the_lines_that_the_gateway_wrote(name):
    read = [(one.format, one.event.kind, one.event.status) for one in records_of(*lines_of("wrappers", name))]

    assert read == [("logrus_text", Kind.REQUEST, None), ("logrus_text", Kind.ACCESS, 500)]


@pytest.mark.parametrize("name", list(formats()))
def test_no_wrapper_takes_a_line_apart_that_a_format_reads_as_it_is(name):
    for line in lines_of("formats", name):
        # A time and a line: so some formats begin, too. What is left of these is a line of none.
        assert [other for other, one in wrappers().items() if one.unwrap(line)] in ([], ["timestamps"]), line


@pytest.mark.parametrize("name", list(formats()))
@pytest.mark.parametrize("wrapper", ["cri", "timestamps"])
def test_a_line_behind_a_wrapped_one_is_read_as_it_would_be_alone(name, wrapper):
    wrapped = lines_of("wrappers", wrapper)[0]
    for line in lines_of("formats", name):
        assert records_of(wrapped, line)[-1].format == name, line


@pytest.mark.parametrize("name", list(formats()))
@pytest.mark.parametrize("around", AROUND)
def test_what_is_inside_is_read_whatever_was_before(name, around):
    for line in lines_of("formats", name):
        first = LineReader(Clock(year=2026), ALL_BUILT_IN, NOTHING)
        later = LineReader(Clock(year=2026), ALL_BUILT_IN, NOTHING._replace(was_wrapped=True))
        text = JournalLine(1, AROUND[around](line, 1))
        [one], [other] = first.line(text), later.line(text)
        # A few take the collector's time for their own: then that is all that the line has of it.
        has_own = one.text == other.text
        assert (one if has_own else one.event) == (other if has_own else other.event), line


def test_a_collector_s_words_are_no_client_s():
    line = '203.0.113.9 - - [20/Nov/2026:08:27:15 +0000] "GET /orders HTTP/1.1" 200 11 "-" "curl/7.88.1"'

    [cri] = records_of(f"2026-11-20T08:27:15.123456789Z stdout F {line}")
    [compose] = records_of(f"gateway-1  | {line}")

    assert (cri.text, cri.event.client, cri.event.host) == (line, "203.0.113.9", None)
    assert (compose.text, compose.event.client, compose.event.host) == (line, "203.0.113.9", "gateway-1")


def test_an_address_before_a_bar_is_a_client():
    [record] = records_of('203.0.113.9 | - - [20/Nov/2026:08:27:15 +0000] "GET /orders HTTP/1.1" 200 11')

    assert record.event.host is None


PLAIN = "2026/11/20 08:37:48 http: proxy error: EOF"


def test_wrappers_around_wrappers_are_taken_off():
    compose = f"gateway-1  | {PLAIN}"
    docker = f'{{"log":"{compose}\\n","stream":"stderr","time":"2026-11-20T08:37:48Z"}}'
    syslog = f"Nov 20 08:37:48 gw-1 docker[12]: {docker}"

    [record] = records_of(syslog)

    assert (record.text, record.format, record.event.host) == (PLAIN, "go_log", "gateway-1")


def test_four_wrappers_around_a_line_are_more_than_anybody_has():
    docker = f'{{"log":"{PLAIN}\\n","stream":"stderr","time":"2026-11-20T08:37:48Z"}}'
    syslog = f"Nov 20 08:37:48 gw-1 docker[12]: gw-2 | 2026-11-20T08:37:48Z stderr F {docker}"

    [record] = records_of(syslog)

    assert (record.line, record.text, record.event) == (1, docker, None)


def test_the_innermost_host_is_the_one_that_wrote():
    [record] = records_of(f"<14>1 2026-11-20T08:37:48Z collector app - - - Nov 20 08:37:48 gw-7 tyk[1]: {PLAIN}")

    assert record.event.host == "gw-7"


def test_a_line_without_a_time_takes_the_collector_s():
    [record] = records_of("2026-11-20T08:37:48.5Z stderr F http: proxy error: EOF")

    assert record.event.at == pytest.approx(1795163868.5)


def test_a_collector_s_year_is_that_of_the_line_inside():
    [record] = records_of('2019-11-20T08:37:48.5Z stderr F time="Nov 20 08:37:47" level=info msg=x')

    assert record.event.at == 1574239067.0


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r'\A\{"(log|MESSAGE)":("[a-z]*"|\[[0-9, -]*\]|\{\}),"(stream|__x|time)":.*\}\Z')
    | st.from_regex(r"\A(<14>1 )?2026-11-20T08:37:48\S* .*\Z")
)
def test_any_text_is_unwrapped_or_not(text):
    for one in wrappers().values():
        assert isinstance(one.unwrap(text), Unwrapped | None)
