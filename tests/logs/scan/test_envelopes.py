"""Lines inside of what collectors put around them are read quickly, and say the same as if each had been read."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import ALL_BUILT_IN
from gwdiag.logs.scan.envelopes import Envelopes
from gwdiag.logs.scan.page import pages
from tests.conftest import ROOT
from tests.logs.scan.test_both_ways import BOTH
from tests.logs.scan.test_fuzzed import damaged
from tests.logs.scan.test_page import Stream
from tests.logs.scan.ways import Slow, differences, lines_of, quickly, slowly
from tests.logs.wrappers.around import AROUND

PAGES = (1, 1000, 1 << 16, 1 << 22)
OF_EACH_KIND = ("combined", "haproxy_http", "logrus_text", "traefik_json")
EXAMPLES = 5


def wrapped(name: str, lines: list[bytes]) -> list[bytes]:
    return [AROUND[name](line.decode("utf-8", "replace"), number).encode() for number, line in enumerate(lines, 1)]


def inside(*lines: str) -> list[str]:
    """The lines that are found in these."""
    [page] = pages(Stream("".join(f"{line}\n" for line in lines).encode()))
    found = Envelopes(Clock(year=2026), ALL_BUILT_IN).of(page, was_part=False)
    return [found.text(line) for line in range(len(lines)) if found.wrapped and found.wrapped.envelope[line] >= 0]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", OF_EACH_KIND)
def test_what_is_read_quickly_is_what_is_read_slowly(name: str, around: str, tmp_path: Path):
    log = tmp_path / "a.log"
    sample = (ROOT / "sample_logs" / "formats" / f"{name}.log").read_bytes().splitlines()
    lines = lines_of(name, 16_000)
    log.write_bytes(b"\n".join(wrapped(around, [*lines, *sample, *lines])) + b"\n")

    assert differences(log, PAGES) == []


@pytest.mark.parametrize("around", ["cri", "docker_json"])
@pytest.mark.parametrize("name", BOTH)
def test_in_kubernetes_and_docker(name: str, around: str, tmp_path: Path):
    log = tmp_path / "a.log"
    sample = (ROOT / "sample_logs" / "formats" / f"{name}.log").read_bytes().splitlines()
    lines = lines_of(name, 12_000)
    log.write_bytes(b"\n".join(wrapped(around, [*lines, *sample, *lines])) + b"\n")

    assert differences(log, (1 << 14,)) == []


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", OF_EACH_KIND)
def test_the_mass_of_the_lines_is_read_quickly(name: str, around: str, tmp_path: Path):
    log = tmp_path / "a.log"
    lines = wrapped(around, lines_of(name, 300_000))
    log.write_bytes(b"\n".join(lines) + b"\n")

    with Slow() as slow:
        read = quickly(log, 1 << 20)

    assert read.tally.events == slowly(log).tally.events
    assert slow.lines <= 0.35 * len(lines)


def test_records_that_were_cut_and_lines_of_others(tmp_path: Path):
    log, draw = tmp_path / "a.log", random.Random(3)
    lines = []
    for number, line in enumerate(lines_of("combined", 60_000)):
        at = b"2026-11-20T08:%02d:%02d.118Z stdout " % (number // 60 % 60, number % 60)
        half = draw.randrange(1, len(line)) if number % 9 == 0 else 0
        # Of some that are cut the end never comes.
        lines += [at + b"P " + line[:half]] if half else []
        lines += [] if half and number % 2 else [at + b"F " + line[half:]]
        lines += [line] if number % 7 == 0 else []
        lines += [b"", at + b"F panic: no", b"\t", at + b"F goroutine 260 [running]:"] if number % 50 == 0 else []
    log.write_bytes(b"\n".join(lines) + b"\n")

    assert differences(log, PAGES) == []


@pytest.mark.parametrize("around", ["cri", "docker_json", "syslog_rfc5424"])
@settings(derandomize=True, max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_damaged_lines(around: str, data: st.DataObject):
    name = data.draw(st.sampled_from(OF_EACH_KIND))
    lines = wrapped(around, lines_of(name, 6_000))
    broken = data.draw(damaged(name)).split(b"\n")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "a.log"
        log.write_bytes(b"\n".join([*lines, *wrapped(around, broken), *broken, *lines]))

        assert differences(log, (1 << 13, 1 << 20)) == []


@settings(derandomize=True, max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=3)), max_size=12))
def test_bytes_in_the_envelopes_are_damaged(changes: list[tuple[int, bytes]]):
    text = b"\n".join(wrapped("docker_json", lines_of("combined", 8_000)) * 2)
    for place, other in changes:
        text = text[:place] + other + text[place + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "a.log"
        log.write_bytes(text)

        assert differences(log, (1 << 13, 1 << 20)) == []


LINE = '203.0.113.9 - - [20/Nov/2026:08:27:15 +0000] "GET /orders?a=1&b=2 HTTP/1.1" 200 11 "-" "curl/7.88.1"'


def test_digits_of_a_time_and_of_a_process_may_be_any():
    assert (
        inside(
            f"2026-11-20T08:27:15.123456+00:00 gw-1 nginx[123]: {LINE}",
            f"2026-11-20T09:28:16.654321+00:00 gw-1 nginx[124]: {LINE}",
            f"2026-11-20T09:28:16.654321+00:00 gw-1 nginx[12x]: {LINE}",
        )
        == [LINE] * 3
    )


def test_a_host_is_told_from_another():
    lines = [f"Nov 20 08:27:{second} gw-{second % 2} nginx[1]: {LINE}" for second in range(10, 14)]
    [page] = pages(Stream("".join(f"{line}\n" for line in lines).encode()))

    found = Envelopes(Clock(year=2026), ALL_BUILT_IN).of(page, was_part=False)

    assert found.wrapped
    assert found.wrapped.hosts.tolist() == [1, 2, 1, 2]


def test_what_follows_a_part_or_an_unknown_line_may_belong_to_it():
    at = "2026-11-20T08:27:15.123456789Z stdout"
    assert inside(f"{at} F {LINE}1", f"{at} P {LINE}", f"{at} F {LINE}2", f"{at} F {LINE}3", "?", f"{at} F {LINE}") == [
        f"{LINE}1",
        f"{LINE}3",
    ]


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        (r"GET /a\u0026b", True),
        (r"GET /a\/b\\c", True),
        (r"GET /a\\\\", True),
        (r"GET /a\\\"b", True),
        (r"GET /a\tb", False),
        (r"GET /a\u00e9", False),
        (r"GET /a\u0000", False),
        (r"GET /a\u26", False),
    ],
)
def test_escapes(text: str, is_read: bool):
    plain = LINE.replace('"', '\\"')
    line = plain.replace("GET /orders", text)
    docker = '{{"log":"{}\\n","stream":"stdout","time":"2026-11-20T08:27:15.123456789Z"}}'.format

    found = inside(docker(plain), docker(line), docker(plain), docker(plain))  # behind one that is not read another

    unescaped = line.replace(r"\u0026", "&").replace(r"\/", "/").replace(r"\"", '"').replace("\\\\", "\\")
    assert found == ([LINE, unescaped, LINE, LINE] if is_read else [LINE, LINE])
