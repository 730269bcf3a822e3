"""Events as files for other programs: what is in them, and that they are whole or not there."""

import csv
import json
import os
import resource
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gwdiag.logs.columns import COLUMNS, row
from gwdiag.logs.export import Export
from gwdiag.logs.join import Outcome
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.problem import Exit, Problem

pq = pytest.importorskip("pyarrow.parquet")

AT = datetime(2026, 11, 20, 8, 0, 0, 123_456, tzinfo=UTC)

FAILED = Outcome(
    path="logs/gw-1/gateway.log",
    node="gw-1",
    line=7,
    text="the whole line",
    format="logrus_text",
    event=Event(
        at=AT.timestamp(),
        kind=Kind.ACCESS,
        level="error",
        message="dial tcp 10.20.0.31:9001: connect: connection refused; Authorization: Bearer abcdefgh12345",
        status=500,
        duration_ms=12.5,
        upstream_ms=0.0,
        api_id="a1",
        api="Orders, old",
        upstream="http://orders.internal:9001",
        client="203.0.113.7",
        method="GET",
        path='/items/"1"',
        flag="UCF",
        detail="é",
        request_id="r-1",
    ),
    id="upstream_dial_refused",
    joined=True,
)
STARTED = Outcome(
    path="logs/gw-2.log",
    node="gw-2",
    line=1,
    text="",
    format="go_log",
    event=Event(at=None, kind=Kind.NOTICE, message="Tyk started\nnow", mark=Mark.START),
    id="none",
)

AS_JSON = {
    "time": "2026-11-20T08:00:00.123456Z",
    "node": "gw-1",
    "file": "logs/gw-1/gateway.log",
    "line": 7,
    "format": "logrus_text",
    "kind": "access",
    "class": "upstream_dial_refused",
    "status": 500,
    "duration_ms": 12.5,
    "upstream_ms": 0.0,
    "api": "Orders, old",
    "api_id": "a1",
    "upstream": "http://orders.internal:9001",
    "client": "203.0.113.7",
    "method": "GET",
    "path": '/items/"1"',
    "flag": "UCF",
    "level": "error",
    "mark": None,
    "request_id": "r-1",
    "message": "dial tcp 10.20.0.31:9001: connect: connection refused; Authorization: Bearer [hidden]",
    "detail": "é",
    "joined": True,
    "retried": False,
}
NOTHING = dict.fromkeys(AS_JSON)
STARTED_AS_JSON = NOTHING | {
    "node": "gw-2",
    "file": "logs/gw-2.log",
    "line": 1,
    "format": "go_log",
    "kind": "notice",
    "class": "none",
    "mark": "process start",
    "message": "Tyk started\nnow",
    "joined": False,
    "retried": False,
}


def exported(path: Path, *events: Outcome) -> Path:
    with Export(path) as out:
        for one in events:
            out.add(one)
    return path


def test_lines_of_json(tmp_path):
    lines = exported(tmp_path / "a.jsonl", FAILED, STARTED).read_text("utf-8").splitlines()

    assert [json.loads(line) for line in lines] == [AS_JSON, STARTED_AS_JSON]
    assert "é" in lines[0]


def test_comma_separated_values(tmp_path):
    path = exported(tmp_path / "a.csv", FAILED, STARTED)

    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        {key: "" if value is None else str(value) for key, value in AS_JSON.items()}
        | {"joined": "true", "retried": "false"},
        {key: "" if value is None else str(value) for key, value in STARTED_AS_JSON.items()}
        | {"joined": "false", "retried": "false"},
    ]


def test_parquet(tmp_path):
    path = exported(tmp_path / "a.parquet", FAILED, STARTED)

    rows = pq.read_table(path).to_pylist()
    assert rows == [AS_JSON | {"time": AT}, STARTED_AS_JSON]
    assert [f"{field.name}: {field.type}" for field in pq.read_schema(path)] == [
        "time: timestamp[us, tz=UTC]",
        "node: dictionary<values=string, indices=int32, ordered=0>",
        "file: dictionary<values=string, indices=int32, ordered=0>",
        "line: int64",
        "format: dictionary<values=string, indices=int32, ordered=0>",
        "kind: dictionary<values=string, indices=int32, ordered=0>",
        "class: dictionary<values=string, indices=int32, ordered=0>",
        "status: int16",
        "duration_ms: double",
        "upstream_ms: double",
        "api: dictionary<values=string, indices=int32, ordered=0>",
        "api_id: dictionary<values=string, indices=int32, ordered=0>",
        "upstream: dictionary<values=string, indices=int32, ordered=0>",
        "client: string",
        "method: dictionary<values=string, indices=int32, ordered=0>",
        "path: string",
        "flag: dictionary<values=string, indices=int32, ordered=0>",
        "level: dictionary<values=string, indices=int32, ordered=0>",
        "mark: dictionary<values=string, indices=int32, ordered=0>",
        "request_id: string",
        "message: string",
        "detail: string",
        "joined: bool",
        "retried: bool",
    ]


def test_parquet_comes_in_groups_of_rows(tmp_path):
    events = [FAILED._replace(line=number, node=f"gw-{number % 7}") for number in range(120_000)]

    whole = pq.ParquetFile(exported(tmp_path / "a.parquet", *events))

    sizes = [whole.metadata.row_group(number).num_rows for number in range(whole.num_row_groups)]
    assert sizes == [50_000, 50_000, 20_000]
    assert whole.metadata.row_group(0).column(0).compression == "ZSTD"
    assert whole.read(["line"])["line"].to_pylist() == list(range(120_000))
    whole.close()


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "A.JSONL"])
def test_of_no_events_there_is_a_file_too(tmp_path, name):
    path = exported(tmp_path / name)

    if path.suffix == ".parquet":
        assert pq.read_table(path).num_rows == 0
    else:
        assert path.read_text() == (",".join(AS_JSON) + "\n" if name == "a.csv" else "")


@pytest.mark.parametrize("name", ["a.txt", "a", "a.json", ".csv", "a.parquet.gz"])
def test_another_ending_is_a_mistake(tmp_path, name):
    with pytest.raises(Problem) as raised:
        Export(tmp_path / name)

    assert str(raised.value) == f"--export {tmp_path / name}: the name must end with .parquet, .csv, .jsonl"
    assert raised.value.status is Exit.USAGE


ODD = [
    {"status": 10**30},
    {"status": -1},
    {"duration_ms": float("nan")},
    {"duration_ms": float("inf")},
    {"at": 253_402_300_799.0},
    {"at": -62_135_596_800.0},
    {"api": "\ud800"},
    {"message": "a\x00b\x1b[31m\r\n"},
    {"message": "x" * 300_000},
    {"path": "/\udce9"},
]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
@pytest.mark.parametrize("odd", ODD)
def test_odd_values_end_no_export(tmp_path, name, odd):
    exported(tmp_path / name, FAILED._replace(event=FAILED.event._replace(**odd), path="\udce9.log"))


def test_odd_statuses_are_left_out():
    place = [one.name for one in COLUMNS].index("status")
    statuses = [FAILED.event._replace(status=status) for status in (10**30, -1, 0, 32_767, 32_768)]

    assert [row(FAILED._replace(event=one))[place] for one in statuses] == [None, -1, 0, 32_767, None]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path, name):
    path = tmp_path / name
    path.write_text("old")

    with pytest.raises(AttributeError):
        exported(path, *[FAILED] * 60_000, None)  # type: ignore[arg-type]

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    exported(path, FAILED)
    assert path.read_bytes() != b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_file_that_cannot_be_written_is_said(tmp_path, name):
    path = tmp_path / "absent" / name

    with pytest.raises(Problem) as raised:
        exported(path)

    assert str(raised.value) == f"{path}: cannot be written: No such file or directory"
    assert raised.value.status is Exit.NOTHING_DONE


def test_a_folder_that_may_not_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everything")
        with pytest.raises(Problem, match="Permission denied"):
            exported(tmp_path / "a.csv")
    finally:
        tmp_path.chmod(0o700)


WRITE_MUCH = """
import sys
from pathlib import Path
from gwdiag.model.problem import Problem
from tests.logs.test_export import FAILED, Export
try:
    with Export(Path(sys.argv[1])) as out:
        for number in range(int(sys.argv[2])):
            out.add(FAILED._replace(event=FAILED.event._replace(path=f"/{hash((number, 'x'))}")))
except Problem as why:
    print(why)
"""


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
@pytest.mark.parametrize("count", [10, 60_000])
def test_a_disk_that_is_full_is_said_and_nothing_is_left(tmp_path, name, count):
    """In a process of its own that may write no file over 300 bytes (-B: none of compiled code either)."""
    run = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", WRITE_MUCH, tmp_path / name, str(count)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300)),
        capture_output=True,
        text=True,
    )

    assert (run.stdout, run.stderr) == (f"{tmp_path / name}: cannot be written: File too large\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_a_device_is_written_into_and_stays(tmp_path, name):
    """As root, replacing what `/dev/stdout` leads to would take it away."""
    pipe = tmp_path / name
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)

    exported(pipe, FAILED)
    content, _ = reader.communicate(timeout=20)

    assert content
    assert stat.S_ISFIFO(pipe.stat().st_mode)


PEAK = """
import sys
from pathlib import Path
from tests.logs.test_export import FAILED, Export
with Export(Path(sys.argv[1])) as out:
    for number in range(int(sys.argv[2])):
        out.add(FAILED._replace(event=FAILED.event._replace(path=f"/items/{number}", client=f"c{number}")))
print(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")).split()[1])
"""


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_memory_does_not_grow_with_the_events(tmp_path, name):
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell the memory of a process")

    few, many = (
        int(subprocess.check_output([sys.executable, "-c", PEAK, tmp_path / name, str(count)]))
        for count in (30_000, 90_000)
    )

    assert many < 1.4 * few
