"""`gwdiag explain`: one line for a person, many lines for a program."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import tyk_log
from tests.cli.conftest import Here

Jsonl = Callable[[bytes], list[object]]

RECORD = tyk_log.proxy_error(0, "dial tcp 10.20.0.31:9001: i/o timeout")
ACCESS = tyk_log.access(1, status=504, flag="URT", detail="context_deadline_exceeded")


@pytest.fixture
def jsonl(here: Here, tmp_path: Path) -> Jsonl:
    """The objects that `-o jsonl` writes for a file of these bytes, one for each line of its output."""

    def explained(content: bytes) -> list[object]:
        (tmp_path / "lines.txt").write_bytes(content)
        ended = here("explain", "--input", tmp_path / "lines.txt", "-o", "jsonl")
        assert (ended.status, ended.err) == (0, "")
        return objects(ended.out)

    return explained


def objects(out: str) -> list[object]:
    *lines, rest = out.split("\n")
    assert rest == ""
    return [json.loads(line) for line in lines]


def one(n: int, name: str, format_: str, status: int | None, confidence: float) -> dict[str, object]:
    return {"n": n, "class": name, "format": format_, "status": status, "confidence": confidence}


def nothing(n: int) -> dict[str, object]:
    return one(n, "none", "none", None, 0.0)


def test_every_line_has_its_object_in_order(jsonl):
    assert jsonl(f"{RECORD}\n\n{ACCESS}\r\nhello\n   \nconnection refused".encode()) == [
        one(1, "upstream_dial_timeout", "logrus_text", None, 0.97),
        nothing(2),
        one(3, "upstream_response_timeout", "logrus_text", 504, 0.95),
        nothing(4),
        nothing(5),
        one(6, "upstream_dial_refused", "none", None, 0.97),
    ]


def test_the_same_from_standard_input():
    command = [sys.executable, "-m", "gwdiag", "explain", "--input", "-", "-o", "jsonl"]
    run = subprocess.run(
        command, input=f"\n{RECORD}\r\n\xff".encode("latin-1"), capture_output=True, timeout=60, check=True
    )

    assert objects(run.stdout.decode("utf-8")) == [
        nothing(1),
        one(2, "upstream_dial_timeout", "logrus_text", None, 0.97),
        nothing(3),
    ]


def test_lines_end_with_lf_and_nothing_else(jsonl):
    odd = "a\rb\x0bc\x0cd\x1ce\x85f\u2028g connection refused"

    assert jsonl(f"{odd}\nh\n".encode()) == [one(1, "upstream_dial_refused", "none", None, 0.97), nothing(2)]


def test_bytes_that_are_no_utf_8_and_nul_bytes_do_no_harm(jsonl):
    assert jsonl(b"\x80\xff\xfe connection refused\n\0\0\n\xc3\n") == [
        one(1, "upstream_dial_refused", "none", None, 0.97),
        nothing(2),
        nothing(3),
    ]


def test_a_last_line_without_its_end_counts_and_nothing_after_an_end_does_not(jsonl):
    assert [len(jsonl(given)) for given in (b"", b"x", b"x\n", b"x\n\n")] == [0, 1, 1, 2]


def test_a_record_of_several_lines_joined_by_spaces_is_one_line(jsonl):
    panic = "2026/11/20 08:41:03 http: panic serving 203.0.113.7:4711: boom goroutine 34 [running]: main.serve(0x1)"

    assert jsonl(f"{panic}\n".encode()) == [one(1, "gateway_internal", "go_log", None, 0.97)]


def test_the_message_decides_whatever_wraps_it(jsonl):
    docker = json.dumps({"log": f"{RECORD}\n", "stream": "stdout", "time": "2026-11-20T08:00:00.1Z"})
    lines = [docker, f"2026-11-20T08:00:00.1Z stdout F {RECORD}", f"Nov 20 08:00:00 gw-1 tyk[7]: {RECORD}"]

    assert jsonl("\n".join(lines).encode()) == [
        one(n, "upstream_dial_timeout", "logrus_text", None, 0.97) for n in (1, 2, 3)
    ]


def test_a_line_given_as_an_argument_is_explained_in_words(here):
    ended = here("explain", RECORD)

    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("upstream_dial_timeout: The connection to the upstream timed out\n")
    assert "\n      nc -vz -w 5 10.20.0.31 9001\n" in ended.out
    assert ended.out.endswith("Runbook: gwdiag runbook show dial-timeout\nFormat: logrus_text. How sure: 97%.\n")


def test_a_line_on_standard_input_is_explained_in_words(gwdiag, here):
    assert gwdiag("explain", input=f"{RECORD}\n").stdout == here("explain", RECORD).out


def test_the_id_of_a_class_is_explained(here):
    ended = here("explain", "upstream_dial_timeout")

    assert ended.status == 0
    assert ended.out.startswith("upstream_dial_timeout: The connection to the upstream timed out\n")
    assert "\n      nc -vz -w 5 HOST PORT\n" in ended.out
    assert ended.out.endswith("Runbook: gwdiag runbook show dial-timeout\n")


def test_many_lines_are_a_table_for_a_person(gwdiag):
    run = gwdiag("explain", input=f"{RECORD}\nhello\n")

    assert (
        run.stdout
        == """\
gwdiag explain: 1 file, 2 lines

Lines
  n  class                  format       confidence
  1  upstream_dial_timeout  logrus_text        0.97
  2  none                   none               0.00

1 of 2 lines reports a failure.
"""
    )


def test_a_word_that_looks_like_an_option_can_be_explained(here):
    assert here("explain", "--", "--- dial tcp 10.20.0.31:9001: i/o timeout").out.startswith("upstream_dial_timeout:")


@pytest.mark.parametrize(("name", "reason"), [("gone", "No such file or directory"), ("", "Is a directory")])
def test_what_cannot_be_read_is_status_3(here, tmp_path, name, reason):
    path = str(tmp_path / name)

    assert here("explain", "--input", path, "-o", "jsonl") == (3, "", f"gwdiag: {path}: {reason}\n")


@pytest.mark.parametrize("magic", [b"\x1f\x8b\x08\x00junkjunkjunk", b"BZhjunk", b"\xfd7zXZ\x00junk"])
def test_damaged_compressed_lines_are_status_3_and_one_line(here, tmp_path, magic):
    file = tmp_path / "lines.gz"
    file.write_bytes(magic + b"\xff" * 64)
    ended = here("explain", "--input", file, "-o", "jsonl")

    assert (ended.status, ended.out) == (3, "")
    assert ended.err.startswith(f"gwdiag: {file}: ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("output", ["text", "json", "md", "jsonl"])
def test_what_was_read_of_a_damaged_file_is_explained(here, tmp_path, output):
    file = tmp_path / "lines.gz"
    whole = gzip.compress(f"{RECORD}\n{ACCESS}\n".encode() * 500)
    file.write_bytes(whole[: len(whole) // 2])
    ended = here("explain", "--input", file, "-o", output)

    assert ended.status == 4
    assert ended.out.count("upstream_response_timeout") > 100
    assert re.fullmatch(
        f"gwdiag: {file}: compressed data is damaged or cut after line \\d+; what came before it was read\n", ended.err
    )


def test_a_class_as_json_has_its_meaning_and_no_lines(here):
    report = json.loads(here("explain", "dns_not_found", "-o", "json").out)

    assert (report["lines"], report["inputs"], report["status"]) == ([], [], "ok")
    assert [(one["class"], one["line"], one["names"]) for one in report["meanings"]] == [("dns_not_found", None, {})]


def test_a_class_has_no_objects_of_lines(here):
    assert here("explain", "dns_not_found", "-o", "jsonl") == (
        2,
        "",
        "gwdiag: -o jsonl has one object for each line, and a class or a check is none\n",
    )
