"""Logs that go on: real files that grow, are renamed, emptied, or appear late, and a real Ctrl-C."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gwdiag.logs import follow as module
from gwdiag.logs.follow import follow
from gwdiag.logs.one_file import Reading
from gwdiag.logs.reading import Read
from gwdiag.logs.tally import Tally
from tests.tyk_log import access, old_access, old_proxy_error

REFUSED = "dial tcp 10.20.0.31:9001: connect: connection refused"
LONGEST = 20.0


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(module, "POLL", 0.01)
    monkeypatch.setattr(module, "TICK", 0.05)
    monkeypatch.setattr(module, "GRACE", 0.1)


def write(path: Path, *lines: str) -> None:
    """Adds lines in one write, as a gateway does."""
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))


IN_2026 = Reading(year=2026)


def followed(paths: list[Path], what_happens: Callable[[Callable[[int], None]], None], how: Reading = IN_2026) -> Read:
    """What was read when all that happens has happened. It gets a function that waits for a number of events."""
    events = [0]
    failed: list[BaseException] = []

    def wait_for(number: int) -> None:
        until = time.monotonic() + LONGEST
        while events[0] < number:
            if time.monotonic() > until:
                raise TimeoutError(f"{events[0]} events came, not {number}")
            time.sleep(0.01)

    def run() -> None:
        try:
            what_happens(wait_for)
        except BaseException as error:
            failed.append(error)
        os.kill(os.getpid(), signal.SIGINT)

    def show(tally: Tally) -> None:
        events[0] = tally.events

    thread = threading.Thread(target=run)
    thread.start()
    result = follow([str(path) for path in paths], how, show)
    thread.join()
    if failed:
        raise failed[0]
    return result


def inputs(result: Read) -> list[tuple[str, int, int, str | None]]:
    return [(Path(one.path).name, one.lines, one.events, one.problem) for one in result.inputs]


def test_reads_what_is_there_and_what_comes(tmp_path):
    log = tmp_path / "gw-1.log"
    write(log, access(0), access(1))

    def happens(wait_for):
        wait_for(1)  # of two, as the last one may go on in the next line
        write(log, access(2), access(3))
        wait_for(3)

    result = followed([log], happens)

    assert inputs(result) == [("gw-1.log", 4, 4, None)]
    assert result.interrupted


def test_a_line_that_comes_in_parts_is_one(tmp_path):
    log = tmp_path / "gw-1.log"
    write(log, access(0), access(1))

    def happens(wait_for):
        wait_for(1)
        line = access(2)
        with log.open("a") as file:
            for part in (line[:10], line[10:50], line[50:], "\n", access(3), "\n"):
                file.write(part)
                file.flush()
                time.sleep(0.03)
        wait_for(3)

    assert inputs(followed([log], happens)) == [("gw-1.log", 4, 4, None)]


def test_a_renamed_file_is_read_to_its_end_and_then_the_new_one(tmp_path):
    log = tmp_path / "gw-1.log"
    write(log, access(0), access(1))

    def happens(wait_for):
        wait_for(1)
        old = log.rename(tmp_path / "gw-1.log.1")
        write(old, access(2))  # the gateway goes on with it until it reopens its log
        time.sleep(0.05)
        write(log, access(3), access(4))
        wait_for(4)

    result = followed([tmp_path], happens)

    assert inputs(result) == [("gw-1.log", 5, 5, None)]
    assert result.tally.samples == {}


def test_a_file_that_is_renamed_to_any_name_and_compressed_is_read_once(tmp_path):
    log = tmp_path / "gw-1.log"
    write(log, access(0), access(1))

    def happens(wait_for):
        wait_for(1)
        old = log.rename(tmp_path / "gw-1-20261120.log")  # as lumberjack does, and logrotate with dateext
        write(log, access(2), access(3))
        wait_for(3)
        (tmp_path / "gw-1-20261120.log.gz").write_bytes(gzip.compress(old.read_bytes()))
        old.unlink()
        write(log, access(4))
        wait_for(4)
        time.sleep(0.2)

    assert inputs(followed([tmp_path], happens)) == [("gw-1.log", 5, 5, None)]


def test_after_a_rotation_lines_are_counted_from_one(tmp_path):
    log = tmp_path / "gw-1.log"
    write(log, access(0), access(1))

    def happens(wait_for):
        wait_for(1)
        log.rename(tmp_path / "old")
        write(log, access(2), old_proxy_error(3, REFUSED), old_access(3, status=500), access(4))
        wait_for(4)

    result = followed([log], happens)

    [sample] = result.tally.samples["upstream_dial_refused"]
    assert sample.place.line == 2


def test_an_emptied_file_is_read_again_from_its_beginning(tmp_path):
    log = tmp_path / "gw-1.log"
    write(log, *(access(second) for second in range(5)))

    def happens(wait_for):
        wait_for(4)
        os.truncate(log, 0)
        time.sleep(0.1)
        write(log, access(5), access(6))
        wait_for(6)

    assert inputs(followed([log], happens)) == [("gw-1.log", 7, 7, None)]


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path):
    log = tmp_path / "gw-1.log"

    def happens(wait_for):
        time.sleep(0.2)
        write(log, access(0), access(1))
        wait_for(1)

    assert inputs(followed([log], happens)) == [("gw-1.log", 2, 2, None)]


def test_new_files_of_a_folder_and_a_glob_count_and_rotated_ones_do_not(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    write(tmp_path / "a/one.log", access(0), access(1))
    write(tmp_path / "b/x.log", access(0), access(1))

    def happens(wait_for):
        wait_for(2)
        write(tmp_path / "a/two.log", access(2), access(3))
        write(tmp_path / "b/y.log", access(2), access(3))
        write(tmp_path / "b/x.log.1", access(0), access(1))
        wait_for(4)

    result = followed([tmp_path / "a", tmp_path / "b/*"], happens)

    assert sorted(inputs(result)) == [
        ("one.log", 2, 2, None),
        ("two.log", 2, 2, None),
        ("x.log", 2, 2, None),
        ("y.log", 2, 2, None),
    ]


def test_only_what_lies_in_the_stretch_counts_and_is_exported(tmp_path):
    log, rows = tmp_path / "gw-1.log", tmp_path / "events.jsonl"
    write(log, *(access(second) for second in range(10)))
    how = Reading(year=2026, since="-4s", export=rows)

    def happens(wait_for):
        wait_for(3)
        write(log, access(12), access(13))
        wait_for(5)

    result = followed([log], happens, how)

    assert inputs(result) == [("gw-1.log", 12, 7, None)]
    assert [json.loads(row)["line"] for row in rows.read_text().splitlines()] == [6, 7, 8, 9, 10, 11, 12]


def test_a_large_log_is_entered_where_the_stretch_begins(tmp_path):
    log = tmp_path / "gw-1.log"
    write(log, *(access(second) for second in range(9000)))
    assert log.stat().st_size > 64 * 2**14  # what is smaller is read from its beginning

    result = followed([log], lambda wait_for: wait_for(10), Reading(year=2026, since="-10s"))

    [one] = result.inputs
    assert (one.events, one.problem, one.bytes < 2**19) == (11, None, True)


def test_a_message_in_one_file_meets_its_access_line_in_another(tmp_path):
    errors, lines = tmp_path / "gw-1/error.log", tmp_path / "gw-1/access.log"
    errors.parent.mkdir()
    client, request = "10.0.0.9", "GET /orders/{} HTTP/1.1"
    said = "connect() failed (111: Connection refused) while connecting to upstream"
    upstream = "http://10.0.0.1:80/1"
    for second in range(30):  # more than a message waits for: the files must be read side by side
        write(
            errors,
            f"2026/11/20 08:00:{second:02} [error] 7#7: *{second} {said}, client: {client}, server: a, "
            f'request: "{request.format(second)}", upstream: "{upstream}", host: "a"',
        )
        write(lines, f'{client} - - [20/Nov/2026:08:00:{second:02} +0000] "{request.format(second)}" 502 9 "-" "-"')

    result = followed([tmp_path], lambda wait_for: wait_for(28))

    assert (result.tally.joined, result.tally.alone.total()) == (30, 0)


def test_a_compressed_file_is_read_once(tmp_path):
    log = tmp_path / "gw-1.log.gz"
    log.write_bytes(gzip.compress(f"{access(0)}\n{access(1)}\n".encode()))

    result = follow([str(log)], Reading(year=2026), lambda _: None)  # ends by itself: nothing can follow

    assert inputs(result) == [("gw-1.log.gz", 2, 2, None)]
    assert not result.interrupted


def test_a_file_that_may_not_be_read_is_named(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("this user may read everything")
    log = tmp_path / "gw-1.log"
    write(log, access(0))
    log.chmod(0)

    result = followed([log], lambda _: time.sleep(0.3))

    assert inputs(result) == [("gw-1.log", 0, 0, "Permission denied")]


@contextmanager
def running(*args: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "gwdiag", "logs", "--follow", *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_prints_the_report_and_nothing_before_it_into_a_pipe(tmp_path, number):
    log = tmp_path / "gw-1.log"
    write(
        log,
        *(line for second in range(8) for line in (old_proxy_error(second, REFUSED), old_access(second, status=500))),
    )

    with running(str(log), "-o", "json", "--year", "2026") as process:
        time.sleep(3)
        process.send_signal(number)
        out, err = process.communicate(timeout=LONGEST)

    report = json.loads(out)
    assert (process.returncode, err) == (130, "")
    assert [(one["class"], one["count"]) for one in report["classes"]] == [("upstream_dial_refused", 8)]
    assert report["inputs"][0]["problem"] is None


def test_standard_input_that_hangs_keeps_nobody_waiting():
    command = [sys.executable, "-m", "gwdiag", "logs", "--follow", "-", "-o", "json", "--year", "2026"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        process.stdin.write("".join(f"{access(second)}\n" for second in range(4)))
        process.stdin.flush()
        time.sleep(4)  # some looks for new files
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=LONGEST)
        process.stdin.close()

    assert status == 130


def test_nothing_read_in_the_end_is_one_line(tmp_path):
    with running(str(tmp_path / "never.log")) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONGEST)

    assert (process.returncode, out) == (3, "")
    assert err == f"gwdiag: nothing to examine: {tmp_path}/never.log: No such file or directory\n"
