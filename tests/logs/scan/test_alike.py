"""Messages that are known by others like them give the same answers as if each had been read."""

import random
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gwdiag.logs import join, waiting
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import formats
from gwdiag.logs.records import records
from gwdiag.logs.scan import alike, found, reader
from tests.conftest import ROOT
from tests.logs.scan.test_both_ways import BOTH
from tests.logs.scan.test_fuzzed import damaged
from tests.logs.scan.ways import Slow, differences, lines_of, quickly, slowly

OF_MESSAGES = sorted({*formats()} - {*BOTH})
EXAMPLES = 3
PAGES = (1000, 1 << 22)
NUMBERS = ("0", "2", "8", "110", "200", "404", "499", "502", "504", "6379", "10061", "65536", "123456", "70007")


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few lines suffice to see which are alike."""
    monkeypatch.setattr(reader, "MANY", 1)
    monkeypatch.setattr(alike, "OFTEN", 2)
    monkeypatch.setattr(alike, "READ_FREELY", 1 << 40)


def time_of(line: str) -> float | None:
    [record] = records(iter([(1, line)]), Clock())
    return record.event and record.event.at


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", OF_MESSAGES)
def test_what_is_like_others_says_the_same(name: str, tmp_path: Path):
    log = tmp_path / "a.log"
    sample = (ROOT / "sample_logs" / "formats" / f"{name}.log").read_bytes().splitlines()
    lines = lines_of(name, 30_000)
    log.write_bytes(
        b"\n".join([*lines[: len(lines) // 2], *sample, *lines[len(lines) // 2 :], *sample, *sample]) + b"\n"
    )

    assert differences(log, PAGES) == []


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", OF_MESSAGES)
def test_other_numbers_may_say_something_else(name: str, tmp_path: Path):
    log, draw = tmp_path / "a.log", random.Random(7)
    sample = (ROOT / "sample_logs" / "formats" / f"{name}.log").read_text().splitlines()
    lines = sample * 6 + [line.decode() for line in lines_of(name, 20_000)]
    for number, line in enumerate(lines):
        seen = draw.choice([*re.finditer(r"\d+", line)] or [None])
        other = line[: seen.start()] + draw.choice(NUMBERS) + line[seen.end() :] if seen else line
        # A record without a time has that of the one that was given out before it: which one that is may differ.
        lines[number] = other if time_of(other) == time_of(line) else line
    log.write_text("\n".join(lines) + "\n")

    assert differences(log, PAGES) == []


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["logrus_terminal", "linkerd_proxy", "haproxy_log"])
def test_failures_without_a_time(name: str, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for one in (found, join, waiting):
        monkeypatch.setattr(one, "MOST_WAITING", 20)
    log, draw = tmp_path / "a.log", random.Random(seed)
    lines = lines_of(name, 200_000, seed)
    clients = [seen and seen[1] for seen in (re.search(rb"(?:user_ip|rescue\{client.addr)=([\d.]+)", x) for x in lines)]
    waiting_at = [number for number, client in enumerate(clients) if client]
    for place in sorted(draw.sample(range(25, len(waiting_at)), 10), reverse=True) if seed and waiting_at else ():
        client = clients[waiting_at[place - draw.randrange(17, 24)]]  # the oldest that still waits, or did
        lines.insert(
            waiting_at[place] + 1, b'%s - - [20/Nov/2026:02:00:00 +0000] "GET / HTTP/1.1" 502 1 "-" "-"' % client
        )
    log.write_bytes(b"\n".join(lines) + b"\n")

    assert differences(log, PAGES) == []


APACHE = (
    "[proxy_http:error] %s(104)Reset: [client %s:5] AH01102: error reading status line from remote server 10.0.5.%d:90",
    "[proxy:error] %s(111)Connection refused: AH00957: http: attempt to connect to 10.0.5.9:80 (10.0.5.9:80) failed",
    "[proxy:info] %s[client %s:6] AH02337: proxy: keeping /a/%d as it is",
    "[ssl:error] %sSSL Library Error: error:0A000126:SSL routines::unexpected eof while reading",
    "[core:info] %s[client %s:6] AH00128: File does not exist: /srv/%d",
    "[authz_core:error] %s[client %s:6] AH01630: client denied by server configuration: /srv/%d",
)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("seed", range(6))
def test_messages_about_one_failure(seed: int, tmp_path: Path):
    log, draw, at, lines = tmp_path / "a.log", random.Random(seed), 0.0, []
    for _ in range(400):
        at += draw.choice((0, 0.01, 0.1, 0.2, 0.3, 3))
        thread = f"[pid 7:tid {draw.randrange(4)}] "
        said = draw.choice(APACHE)
        values = (thread, f"10.0.0.{draw.randrange(4)}", draw.randrange(99))
        said %= values if said.count("%") > 1 else thread
        minutes, seconds = divmod(at, 60)
        lines.append(f"[Fri Nov 20 08:{minutes:02.0f}:{seconds:09.6f} 2026] {said}\n")
    log.write_text("".join(lines))

    assert differences(log, PAGES) == []


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", ["go_log", "nginx_error", "klog"])
def test_what_a_collector_wrapped_and_cut(name: str, tmp_path: Path):
    log, draw = tmp_path / "a.log", random.Random(3)
    lines = []
    for number, line in enumerate(lines_of(name, 30_000)):
        at = b"2026-11-20T08:%02d:%02d.118Z stdout " % (number // 60 % 60, number % 60)
        half = draw.randrange(1, len(line)) if number % 9 == 0 else 0
        # Of some that are cut the end never comes.
        lines += [at + b"P " + line[:half]] if half else []
        lines += [] if half and number % 2 else [at + b"F " + line[half:]]
        lines += [at + b"F panic: no", at + b"P goroutine 26", at + b"F 0 [running]:"] if number % 50 == 0 else []
    log.write_bytes(b"\n".join(lines) + b"\n")

    assert differences(log, PAGES) == []


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", OF_MESSAGES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_lines(name: str, data: st.DataObject):
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "a.log"
        log.write_bytes(data.draw(damaged(name)))

        assert differences(log, PAGES) == []


@pytest.mark.parametrize("name", ["dotnet_console", "envoy_log", "haproxy_log"])
def test_few_messages_are_read(name: str, tmp_path: Path):
    log = tmp_path / "a.log"
    lines = lines_of(name, 600_000)
    log.write_bytes(b"\n".join(lines) + b"\n")

    with Slow() as slow:
        read = quickly(log, 1 << 20)

    assert read.tally.events == slowly(log).tally.events
    assert slow.lines <= 0.5 * len(lines)
