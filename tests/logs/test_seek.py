"""Reading from the middle of a log gives what reading all of it would give."""

import bz2
import gzip
import io
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gwdiag.logs.clock import Clock
from gwdiag.logs.lines import numbered_lines
from gwdiag.logs.records import records
from gwdiag.logs.seek import AROUND, DISORDER, LOOKED_AT, PLACES, Entry, entry, last_time
from gwdiag.logs.source import STDIN, LogFile
from gwdiag.model.event import Event
from tests.logs.test_source import put
from tests.tyk_log import BEGIN, access, message, old_access, proxy_error

SMALL = 600
"""Bytes to look at, so that small logs are large."""

NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC).timestamp() - BEGIN


def year() -> Clock:
    return Clock(year=2026)


def entered(log: bytes, since: float | None, until: float | None, looked_at: int = SMALL) -> Entry:
    shifted = [None if one is None else BEGIN + one for one in (since, until)]
    return entry(io.BufferedReader(io.BytesIO(log)), len(log), year, *shifted, looked_at=looked_at)


def events(log: bytes, part: Entry | None, since: float | None, until: float | None) -> list[tuple[int, Event]]:
    """The events of that time with their lines, from a part of the log or from all of it."""
    part = part or Entry(0, len(log), 0, year())
    stream = io.BufferedReader(io.BytesIO(log[part.begin :]))
    lines = numbered_lines(stream, part.end - part.begin, part.lines_before)
    first, last = BEGIN + (since if since is not None else -1e12), BEGIN + (until if until is not None else 1e12)
    found = ((record.line, record.event) for record in records(lines, part.clock))
    return [(line, event) for line, event in found if event and event.at is not None and first <= event.at <= last]


def assert_same(log: bytes, since: float | None, until: float | None) -> Entry:
    part = entered(log, since, until)

    assert 0 <= part.begin <= part.end <= len(log)
    assert part.lines_before == log[: part.begin].count(b"\n")
    assert events(log, part, since, until) == events(log, None, since, until)
    return part


def joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


STACK = [
    "goroutine 7 [running]:",
    "net/http.(*conn).serve.func1()",
    "\t/usr/local/go/src/net/http/server.go:1868 +0xb0",
    "main.(*Plugin).ServeHTTP(0xc0)",
    "\t/src/plugin.go:12 +0x1d",
]


def new(second: float, number: int) -> list[str]:
    return [access(second, path=f"/items/{number}")]


def of_5_8(second: float, number: int) -> list[str]:
    return [old_access(second, path=f"/items/{number}")]


def with_messages(second: float, number: int) -> list[str]:
    return [proxy_error(second, f"EOF after {number}"), access(second, status=500, flag="UPE")]


def in_docker(second: float, number: int) -> list[str]:
    return [f"gateway-1  | {access(second, path=f'/items/{number}')}"]


def in_parts(second: float, number: int) -> list[str]:
    """As CRI has long lines."""
    line, at = access(second, path=f"/items/{number}"), datetime.fromtimestamp(BEGIN + second, UTC)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return [f"{stamp} stdout P {line[:60]}", f"{stamp} stdout P {line[60:200]}", f"{stamp} stdout F {line[200:]}"]


def with_junk(second: float, number: int) -> list[str]:
    return [access(second), *(f"junk {number} {inner}" for inner in range(number % 9))]


def with_panics(second: float, number: int) -> list[str]:
    lines = STACK if number % 5 == 0 else []
    stamp = datetime.fromtimestamp(BEGIN + second, UTC).strftime("%Y/%m/%d %H:%M:%S")
    return [access(second), *([f"{stamp} http: panic serving 10.20.0.9:1: runtime error"] if lines else []), *lines]


def with_huge_lines(second: float, number: int) -> list[str]:
    return [access(second), message(second, "x" * 40_000) if number % 37 == 0 else access(second)]


def with_bare_messages(second: float, number: int) -> list[str]:
    return ["ERRO[0001] no time at all", access(second)]


KINDS = [new, of_5_8, with_messages, in_docker, in_parts, with_junk, with_panics, with_huge_lines, with_bare_messages]


def seconds(count: int, step: float, begin: float, disorder: float, seed: int) -> list[float]:
    shaken = random.Random(seed)
    return [begin + number * step + shaken.uniform(-disorder, 0) for number in range(count)]


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.integers(100, 500),
    st.sampled_from([0.1, 1.0, 7.0, 60.0, 3600.0, 86_400.0]),
    st.sampled_from([0.0, NEW_YEAR]),
    st.sampled_from([0.0, 0.9, 5.0, 55.0]),
    st.integers(0, 5),
    st.one_of(st.none(), st.floats(-0.1, 1.1)),
    st.one_of(st.none(), st.floats(-0.1, 1.1)),
)
@example(of_5_8, 300, 60.0, NEW_YEAR, 5.0, 1, 0.7, None)
@example(in_parts, 300, 60.0, 0.0, 0.0, 1, 0.5, 0.6)
def test_in_logs_that_are_sorted_more_or_less(kind, count, step, begin, disorder, seed, since, until):
    log = joined(
        [line for number, at in enumerate(seconds(count, step, begin, disorder, seed)) for line in kind(at, number)]
    )
    first, last = (None if one is None else begin + one * count * step for one in (since, until))

    assert_same(log, first, last)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.integers(2, 5), st.floats(0, 1), st.floats(0, 1))
def test_in_logs_that_are_not_sorted(kind, seed, parts, since, until):
    """The logs of several nodes one behind another, as `kubectl logs -l` has them, and lines in no order at all."""
    one = [kind(at, number) for number, at in enumerate(seconds(120, 60.0, 0.0, 0.0, seed))]
    shuffled = random.Random(seed).sample(one * parts, len(one) * parts)

    for records_ in (one * parts, shuffled):
        log = joined([line for lines in records_ for line in lines])
        assert_same(log, since * 7200, until * 7200)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000), st.integers(1, 20), st.floats(0, 100), st.floats(0, 100))
def test_in_any_bytes(junk, copies, since, until):
    log = (junk + joined([access(number) for number in range(20)])) * copies

    entered(log, since, until)


LONG = joined([access(number * 10.0, path=f"/items/{number}") for number in range(20_000)])
"""8 MB, 200 000 seconds."""


def test_only_what_was_asked_for_is_read():
    part = assert_same(LONG, 100_000, 101_000)

    assert part.begin > 0.49 * len(LONG)
    assert part.end - part.begin < 0.02 * len(LONG)
    assert LONG[part.begin - 1 : part.begin] == LONG[part.end - 1 : part.end] == b"\n"


def test_messages_before_and_access_lines_after_are_read_too():
    part = assert_same(LONG, 100_000, 101_000)
    times = [event.at - BEGIN for _, event in events(LONG, part, None, None) if event.at]

    assert times[0] <= 100_000 - AROUND
    assert times[-1] >= 101_000 + AROUND - 10


def test_a_year_that_the_lines_lack_goes_on_from_the_lines_before():
    """Reading from the start, a log that begins in December is in the next year by January."""
    log = joined([old_access(NEW_YEAR + number * 60.0) for number in range(2000)])

    part = assert_same(log, NEW_YEAR + 80_000, None)

    assert part.begin > 0.5 * len(log)
    assert events(log, part, None, None)[0][1].at == pytest.approx(BEGIN + NEW_YEAR + 80_000, abs=3000)


def test_a_short_log_is_read_from_its_start():
    log = LONG[: PLACES * LOOKED_AT // 8]

    assert entered(log, 100_000, None, LOOKED_AT).begin == 0


def test_utf_16_is_read_from_its_start():
    log = LONG.decode().encode("utf-16")

    part = entered(log, 100_000, 101_000)

    assert (part.begin, part.end) == (0, len(log))


def test_a_log_without_times_is_read_from_its_start():
    log = b"ERRO[0001] no time at all\n" * 50_000

    part = entered(log, 100_000, 101_000)

    assert (part.begin, part.end, part.lines_before) == (0, len(log), 0)


def test_before_and_after_all_of_it():
    assert entered(LONG, -1e6, None).begin == 0
    assert entered(LONG, 1e6, None).begin > len(LONG) - 50_000
    assert entered(LONG, None, -1e6).end < 50_000
    assert entered(LONG, None, 1e6).end == len(LONG)


def test_the_stream_stands_where_reading_begins():
    stream = io.BufferedReader(io.BytesIO(LONG))

    part = entry(stream, len(LONG), year, BEGIN + 100_000)

    assert part.begin
    assert stream.read1(20) == LONG[part.begin : part.begin + 20]


def last(path: Path) -> float | None:
    found = last_time(LogFile(str(path), None, "", chosen=True), year)
    return None if found is None else found - BEGIN


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress])
@pytest.mark.parametrize("count", [1, 2, 300, 20_000])
def test_the_last_time_of_a_log(tmp_path, compress: Callable[[bytes], bytes], count):
    log = joined([access(number * 10.0) for number in range(count)])

    assert last(put(tmp_path / "a", compress(log))) == (count - 1) * 10
    assert last(put(tmp_path / "b", compress(log[:-1]))) == (count - 1) * 10


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_last_time_may_stand_before_much_that_has_none(tmp_path, compress):
    log = joined([*(access(number) for number in range(500)), *["junk"] * 30_000, "x" * 300_000])

    assert last(put(tmp_path / "a", compress(log))) == 499


def test_the_last_time_may_not_be_at_the_end(tmp_path):
    one, other = [access(5000.0 + number) for number in range(2000)], [access(number) for number in range(2000)]

    assert last(put(tmp_path / "a", joined([*one, *other]))) == pytest.approx(6999, abs=100)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_last_time_has_the_year_that_follows_from_the_first(tmp_path, compress):
    log = joined([old_access(NEW_YEAR + number * 60.0) for number in range(2000)])

    assert last(put(tmp_path / "a", compress(log))) == NEW_YEAR + 1999 * 60


@pytest.mark.parametrize("content", [b"", b"junk\n", b"\x1f\x8bjunk", gzip.compress(b"", mtime=0)])
def test_what_has_no_last_time(tmp_path, content):
    assert last(put(tmp_path / "a", content)) is None
    assert last(tmp_path / "absent") is None
    assert last_time(LogFile(STDIN, None, "", chosen=True), year) is None


def test_of_a_damaged_file_the_last_time_before_the_damage_counts(tmp_path):
    packed = gzip.compress(LONG)

    found = last(put(tmp_path / "a", packed[: len(packed) // 2]))

    assert found
    assert 50_000 < found < 150_000


def test_looking_takes_no_time_whatever_the_log():
    """A log of one endless line, of holes, of lines without times."""
    began = time.process_time()
    for log in (b"x" * (64 << 20), bytes(64 << 20), LONG + bytes(32 << 20) + LONG, b"\n" * (16 << 20)):
        entered(log, 100_000, 101_000, LOOKED_AT)

    assert time.process_time() - began < 15
    assert DISORDER < AROUND
