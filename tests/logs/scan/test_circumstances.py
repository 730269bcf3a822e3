"""Both ways are one for a part of a log, a compressed one, standard input, and a stream that breaks."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from gwdiag.logs.one_file import Reading
from gwdiag.logs.reading import read
from tests.logs.scan.ways import NEVER_AT_ONCE, lines_of, outcome

NAMES = ("logrus_text", "traefik_json", "combined", "haproxy_tcp")
MEGABYTE = 1 << 20


def both(path: Path, **options: str) -> list[dict[str, object]]:
    ways = (Reading(at_once_from=at_once, page=4096, **options) for at_once in (NEVER_AT_ONCE, 0))
    return [outcome(read([str(path)], how)) for how in ways]


@pytest.fixture(params=NAMES)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "a.log"
    path.write_bytes(b"\n".join(lines_of(request.param, 60_000)) + b"\n")
    return path


@pytest.mark.parametrize(
    "options",
    [
        {"since": "2026-11-20T03:00:00Z"},
        {"until": "2026-11-20T04:00:00Z"},
        {"since": "2026-11-20T03:10:00Z", "until": "2026-11-20T03:40:00Z"},
        {"since": "-30m"},
    ],
)
def test_a_part_of_a_log(log: Path, options: dict[str, str]):
    slow, quick = both(log, **options)

    assert quick == slow
    assert 0 < slow["events"] < outcome(read([str(log)], Reading()))["events"]


def test_an_export_of_the_journal(tmp_path: Path):
    path, lines = tmp_path / "a.export", lines_of("nginx_error", 30_000)
    path.write_bytes(b"".join(b"__CURSOR=s=1\n_HOSTNAME=gw-1\nMESSAGE=%s\n\n" % line for line in lines))

    slow, quick = both(path)

    assert quick == slow
    assert quick["events"] == len(lines)


def test_a_compressed_log(log: Path, tmp_path: Path):
    packed = tmp_path / "b.log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))

    slow, quick = both(packed)

    assert quick == slow


def test_a_compressed_log_that_is_cut(log: Path, tmp_path: Path):
    packed = tmp_path / "b.log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes())[:-2000])

    slow, quick = both(packed)

    assert quick == slow
    [one] = slow["inputs"]
    assert "compressed data is damaged or cut" in one.problem


def test_standard_input(tmp_path: Path):
    path = tmp_path / "a.log"
    path.write_bytes(b"\n".join(lines_of("logrus_text", 2 * MEGABYTE)) + b"\n")
    command = [sys.executable, "-m", "gwdiag", "logs", "--quiet", "--fail-on", "never", "--output", "json"]

    reports = []
    for source in ("-", str(path)):
        with path.open("rb") as stdin:
            done = subprocess.run([*command, source], stdin=stdin, capture_output=True, check=True)
        reports.append(json.loads(done.stdout))

    assert reports[0]["totals"] == reports[1]["totals"]
    assert [one["count"] for one in reports[0]["classes"]] == [one["count"] for one in reports[1]["classes"]]
    assert [one["lines"] for one in reports[0]["inputs"]] == [one["lines"] for one in reports[1]["inputs"]]
