"""Memory stays bounded whatever is read, measured on processes of their own; and answers do not depend on the files."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.examine import Wanted, examine
from gwdiag.logs.one_file import Reading
from gwdiag.logs.records import records
from gwdiag.render import renderers
from tests.logs.small_logs import failures, log, successes
from tests.tyk_log import access, message, proxy_error

MEGABYTE = 1 << 20

MEASURED = """
import sys
from pathlib import Path
from gwdiag.logs.examine import Wanted, examine
from gwdiag.logs.one_file import Reading
report = examine(sys.argv[1:], Reading(year=2026), Wanted())
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(report.totals.events, int(peak.split()[1]) * 1024)
"""


def peak_of(path: Path) -> tuple[int, int]:
    """The events that a process of its own reads from there, and the most bytes of memory that it has meanwhile."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell the memory of a process")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, timeout=120, check=True
    )
    events, peak = map(int, done.stdout.split())
    return events, peak


def traffic(size: int) -> Iterator[str]:
    """Lines of about that many bytes: successes, failures, new clients and paths, a restart now and then."""
    number = written = 0
    while written < size:
        second = number / 20
        lines = [
            access(
                second, client=f"client-{number % 50_000}", path=f"/p{number % 30_000:x}/items", latency=number % 997
            )
        ]
        if number % 10 == 0:
            lines = [proxy_error(second, f"EOF after {number}"), access(second, status=500, flag="UPE", latency=number)]
        if number % 500 == 0:
            lines.append(message(second, "API reload complete"))
        number += 1
        written += sum(map(len, lines)) + len(lines)
        yield "".join(f"{line}\n" for line in lines)


def test_memory_does_not_grow_with_the_file(tmp_path):
    small, large = tmp_path / "small.log", tmp_path / "large.log"
    small.write_text("".join(traffic(8 * MEGABYTE)))
    large.write_text("".join(traffic(40 * MEGABYTE)))

    (few, small_peak), (many, large_peak) = peak_of(small), peak_of(large)

    assert many > 4.5 * few > 4.5 * 8000
    assert large_peak < 1.5 * small_peak
    assert large_peak < 100 * MEGABYTE


def test_memory_does_not_grow_with_messages_that_wait_for_an_access_line(tmp_path):
    path = tmp_path / "a.log"
    lines = (proxy_error(number / 10_000, "EOF", client=f"client-{number}") for number in range(30_000))
    path.write_text("\n".join(lines))

    events, peak = peak_of(path)

    assert events == 30_000
    assert peak < 100 * MEGABYTE


def test_a_line_of_200_megabytes_takes_little_memory(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with path.open("wb") as pipe:
            pipe.write(access(0).encode() + b"\n" + b'level=error msg="')
            for _ in range(200):
                pipe.write(b"x" * MEGABYTE)
            pipe.write(b"\n" + access(2).encode())

    writer = threading.Thread(target=write)
    writer.start()
    try:
        events, peak = peak_of(path)
    finally:
        writer.join()

    assert events == 3
    assert peak < 100 * MEGABYTE


def test_a_hole_of_200_megabytes_takes_little_memory(tmp_path):
    path = tmp_path / "a.log"
    with path.open("wb") as sparse:
        sparse.seek(200 * MEGABYTE)
        sparse.write(access(0).encode() + b"\n")

    events, peak = peak_of(path)

    assert events == 1
    assert peak < 100 * MEGABYTE


def test_a_compressed_bomb_takes_little_memory(tmp_path):
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress(access(0).encode() + b"\n" + b"a" * (100 * MEGABYTE), compresslevel=1))

    events, peak = peak_of(path)

    assert events == 1
    assert peak < 100 * MEGABYTE


def test_a_line_of_endless_parts_takes_little_time_and_memory():
    part = "2026-11-20T08:37:48.1Z stderr P xxxxxxxxxx"
    began = time.process_time()

    [record] = records(((number, part) for number in range(1, 200_000)), Clock())

    assert (record.line, len(record.text)) == (1, 1 << 18)
    assert time.process_time() - began < 5


LINES = log(
    successes(0, 120, client="203.0.113.7"),
    failures(60, 90),
    failures(70, 80, error="EOF", flag="UPE", client="203.0.113.77"),
)


def answers(*paths: Path) -> dict[str, object]:
    """The report as a program gets it, without what names files."""
    report = examine([str(path) for path in paths], Reading(year=2026), Wanted())
    whole = json.loads(renderers()["json"].render(report, None))
    for name in ("inputs", "created", "findings"):
        del whole[name]
    for one in whole["classes"]:
        del one["samples"]
    return {**whole, "said": [(one.id, one.severity, one.summary, one.scope, one.window) for one in report.findings]}


def test_the_answers_are_the_same_for_one_file_a_compressed_one_and_two_in_order(tmp_path):
    content = "".join(f"{line}\n" for line in LINES).encode()
    cut = content.index(access(75.5).encode())  # in the middle of the failures, between two requests
    for node, files in {
        "plain": {"a.log": content},
        "packed": {"a.log.gz": gzip.compress(content)},
        "split": {"a.log": content[:cut], "b.log": content[cut:]},
    }.items():
        folder = tmp_path / node / "nodes" / "gw-1"
        folder.mkdir(parents=True)
        for name, part in files.items():
            (folder / name).write_bytes(part)

    whole = answers(tmp_path / "plain")

    assert len(whole["classes"]) == 2  # type: ignore[arg-type]
    assert answers(tmp_path / "packed") == whole
    assert answers(tmp_path / "split") == whole
