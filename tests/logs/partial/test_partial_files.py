"""gwdiag logs --partial on each node, gwdiag logs merge in one place: the same report as on all logs at once."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.examine import Wanted, report_on
from gwdiag.logs.one_file import Reading
from gwdiag.logs.partial.file import HEADER, LARGEST, MOST_UNPACKED, Damaged, as_bytes, document_of_bytes
from gwdiag.logs.partial.put_together import put_together
from gwdiag.logs.reading import read
from gwdiag.logs.report import LogsReport
from tests.conftest import SAMPLES
from tests.tyk_log import access, message, proxy_error

INCIDENT = SAMPLES / "incidents" / "one-node-cut-off"
IN_2026 = Reading(year=2026)
NODES = ("node01", "node02", "node03")


@pytest.fixture
def partials(tmp_path: Path) -> list[Path]:
    """The partial file of each node of an incident."""
    return [Path(written(tmp_path / f"{node}.gwp", INCIDENT / f"{node}.log.gz", how=Reading())) for node in NODES]


def put(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def written(path: Path, *logs: Path, how: Reading = IN_2026, host: str = "") -> str:
    """A partial file of these logs, as if that machine had written it."""
    data = as_bytes(read([str(one) for one in logs], how))
    path.write_bytes(with_(data, host=host or os.uname().nodename))
    return str(path)


def with_(data: bytes, **fields: object) -> bytes:
    """With other fields in the document, or in its origin."""
    _, _, packed = data.removeprefix(HEADER).partition(b"\n")
    whole = json.loads(zstandard.decompress(packed))
    of_origin = {name: fields.pop(name) for name in list(fields) if name in whole["origin"]}
    whole |= {"origin": whole["origin"] | of_origin, **fields}
    return made(whole)


def made(document: dict[str, object] | bytes, origin: object = None) -> bytes:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    whose = origin or (document["origin"] if isinstance(document, dict) else {})
    return HEADER + json.dumps(whose).encode() + b"\n" + zstandard.compress(text)


@cache
def of_a_sample() -> bytes:
    return as_bytes(read([str(SAMPLES / "formats" / "logrus_text.log")], IN_2026))


def comparable(report: LogsReport) -> LogsReport:
    return replace(report, created=report.created.min)


@pytest.mark.parametrize(
    "more", [("-o", "json"), ("--by", "client", "--interval", "10s", "--top", "3"), ("-o", "prom")]
)
def test_the_report_is_that_on_all_logs(partials, gwdiag, more):
    logs = [INCIDENT / f"{node}.log.gz" for node in NODES]
    whole, merged = gwdiag("logs", *logs, *more), gwdiag("logs", "merge", *partials, *more)
    as_if_logs = merged.stdout.replace(f"merge {' '.join(map(str, partials))}", " ".join(map(str, logs)))

    assert without_date(as_if_logs) == without_date(whole.stdout)
    assert (merged.returncode, merged.stderr) == (whole.returncode, whole.stderr) == (1, "")


def without_date(text: str) -> list[str]:
    return [line for line in text.splitlines() if not re.search('"created"|run_timestamp', line)]


def test_it_says_in_one_line_what_was_written(tmp_path, gwdiag):
    log = put(tmp_path, "gw.log", *(access(second) for second in range(30)))
    run = gwdiag("logs", "--partial", tmp_path / "a.gwp", log)

    size = (tmp_path / "a.gwp").stat().st_size
    assert 1024 < size < 2048
    assert run.stderr == f"gwdiag: wrote {tmp_path / 'a.gwp'}: {size / 1024:.3g} KiB for 30 lines\n"
    assert gwdiag("logs", "-q", "--partial", tmp_path / "b.gwp", log).stderr == ""
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.gwp", "b.gwp", "gw.log"]


def test_to_standard_output_through_ssh(tmp_path, gwdiag):
    log = put(tmp_path, "gw.log", *(access(second) for second in range(30)))
    through = tmp_path / "through.gwp"
    with through.open("wb") as out:
        subprocess.run([sys.executable, "-m", "gwdiag", "logs", "-q", "--partial", "-", log], stdout=out, check=True)

    assert gwdiag("logs", "merge", through).returncode == 0


@pytest.mark.parametrize("case", ["lab/cases", "lab_other/cases"])
def test_of_recorded_cases(shared, tmp_path, case):
    chosen = sorted((shared / case).iterdir())[4::12]
    for folder in chosen:
        whole = report_on(read([str(folder)], Reading()), Wanted(by="path"), ["logs"])
        nodes = sorted((folder / "nodes").iterdir())
        files = [written(tmp_path / f"{node.name}.gwp", node, how=Reading()) for node in nodes]

        merged = report_on(put_together(files, 3), Wanted(by="path"), ["logs"])

        assert comparable(merged) == comparable(whole), folder
        assert max(Path(one).stat().st_size for one in files) < 20_000


def test_no_secret_is_in_it(tmp_path):
    lines = [
        proxy_error(1, "unexpected EOF password=hunter22"),
        message(2, "something password=hunter22", level="error"),
        message(3, "Tyk API Gateway v5.8.5 password=hunter22"),
        access(4, path="/a;token=hunter22/b"),
        "no format has this: password=hunter22",
    ]
    found = as_bytes(read([str(put(tmp_path, "gw.log", *lines))], Reading(year=2026)))

    text = zstandard.decompress(found.removeprefix(HEADER).partition(b"\n")[2]).decode()
    assert "[hidden]" in text
    assert "hunter22" not in text


class TestNames:
    """The same path on two machines is not the same file, and `gateway.log` no name of a node."""

    @pytest.fixture
    def log(self, tmp_path: Path) -> Path:
        return put(tmp_path, "log/gateway.log", *(access(second) for second in range(30)))

    def nodes_and_paths(self, *files: str) -> tuple[list[str], list[str]]:
        found = put_together(list(files), 3)
        assert sorted(found.tally.formats) == sorted({str(one.node) for one in found.inputs})
        return [str(one.node) for one in found.inputs], [one.path for one in found.inputs]

    def test_one_machine_alone_keeps_them(self, tmp_path, log):
        assert self.nodes_and_paths(written(tmp_path / "a.gwp", log)) == (["gateway"], [str(log)])

    def test_two_machines_are_called_after_themselves(self, tmp_path, log):
        files = [written(tmp_path / f"{number}.gwp", log, host=f"host-{number}") for number in (1, 2)]

        assert self.nodes_and_paths(*files) == (["host-1", "host-2"], [f"host-1:{log}", f"host-2:{log}"])

    def test_machines_of_one_name_are_called_after_their_files(self, tmp_path, log):
        other = put(tmp_path, "other/gateway.log", access(1))
        files = [written(tmp_path / "a.gwp", log), written(tmp_path / "b.gwp", other)]

        assert self.nodes_and_paths(*files) == (["a", "b"], [str(log), str(other)])

    def test_what_came_through_a_pipe_is_called_after_its_file(self, tmp_path, monkeypatch):
        for name in ("a", "b"):
            with put(tmp_path, f"{name}.log", access(1)).open() as stdin:
                monkeypatch.setattr("sys.stdin", stdin)
                (tmp_path / f"{name}.gwp").write_bytes(as_bytes(read(["-"], Reading(year=2026))))

        assert self.nodes_and_paths(*(str(tmp_path / f"{name}.gwp") for name in "ab")) == (["a", "b"], ["a:-", "b:-"])

    def test_two_days_of_one_machine_are_one_node(self, tmp_path, log):
        yesterday = put(tmp_path, "log/gateway.log.1", access(1))
        files = [written(tmp_path / "a.gwp", yesterday), written(tmp_path / "b.gwp", log)]

        assert self.nodes_and_paths(*files) == (["gateway", "gateway"], [str(yesterday), str(log)])

    def test_a_name_that_was_given_is_the_same_everywhere(self, tmp_path, log):
        how = Reading(year=2026, nodes={str(log): "gw-1"})
        files = [written(tmp_path / f"{number}.gwp", log, how=how, host=f"host-{number}") for number in (1, 2)]

        assert self.nodes_and_paths(*files)[0] == ["gw-1", "gw-1"]

    def test_a_folder_of_nodes_names_them(self, tmp_path):
        files = []
        for number in (1, 2):
            case = put(tmp_path, "case/nodes/gw-1/gateway.log", access(1)).parents[2]
            files.append(written(tmp_path / f"{number}.gwp", case, host=f"host-{number}"))

        assert self.nodes_and_paths(*files)[0] == ["gw-1", "gw-1"]


class TestBadFiles:
    """One line says what is wrong; the others count."""

    def reason(self, data: bytes) -> str:
        with pytest.raises(Damaged) as raised:
            document_of_bytes(data)
        return str(raised.value)

    @pytest.fixture
    def good(self, tmp_path: Path) -> bytes:
        return as_bytes(read([str(put(tmp_path, "gw.log", access(1), access(2, status=502)))], Reading(year=2026)))

    def test_no_partial_file(self):
        assert self.reason(b"") == "it is empty"
        assert self.reason(b"time=...") == "it is no file that gwdiag logs --partial has written"

    def test_of_another_version(self, good):
        said = self.reason(good.replace(b"/1\n", b"/2\n", 1))

        assert said == "it has version 2, and this gwdiag reads version 1: write it with the same version of gwdiag"

    def test_cut_or_damaged(self, good):
        for cut in (len(HEADER), len(HEADER) + 5, len(good) // 2, len(good) - 1):
            assert "damaged" in self.reason(good[:cut])
        assert self.reason(good + b"x") == "it is damaged or cut: it cannot be unpacked"

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_any_byte_changed(self, data):
        good = of_a_sample()
        at = data.draw(st.integers(0, len(good) - 1))

        self.reason(good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :])

    def test_a_bomb(self):
        bomb = made(bytes(MOST_UNPACKED + 1))

        assert len(bomb) < 50_000
        assert self.reason(bomb) == "it is damaged, or becomes over 128 MiB, which no partial file does"
        assert self.reason(HEADER + bytes(LARGEST)) == "it has more than 32 MiB, which no partial file has"

    @pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000, b"", b"null", b"[1e999]"])
    def test_nested_or_of_another_kind(self, text):
        assert self.reason(made(text)).startswith("it is damaged: it: ")

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("events", -1, "it is damaged: events: Input should be greater than or equal to 0"),
            ("events", "1", "it is damaged: events: Input should be a valid integer"),
            ("latest", 1e300, "it is damaged: latest: Input should be less than or equal to 253000000000"),
            ("requests", [0, []], "it is damaged: requests.0: Input should be greater than or equal to 1"),
            ("requests", [3, []], "it is damaged: it counts in times of a length that no timeline has"),
            ("requests", [1, [["none", 99, [[1], [1]]]]], "it is damaged: it counts in a cell that it does not name"),
            (
                "requests",
                [1, [["none", 0, [[1, 0], [1, 1]]]]],
                "it is damaged: it counts numbers that are not in order",
            ),
            ("spans", {"nosuch": [1, 2]}, "it is damaged: it has the class nosuch, which this version does not know"),
        ],
    )
    def test_what_cannot_be(self, tmp_path, good, field, value, said):
        bad = tmp_path / "bad.gwp"
        bad.write_bytes(with_(good, **{field: value}))

        [found] = put_together([str(bad)], 3).inputs

        assert (found.path, found.problem) == (str(bad), said)

    def test_one_among_good_ones_is_left_out_and_named(self, partials, tmp_path, gwdiag):
        bad = put(tmp_path, "bad.gwp", "nonsense")
        run = gwdiag("logs", "merge", partials[0], bad, tmp_path / "none.gwp")

        assert run.stderr == (
            f"gwdiag: {bad}: it is no file that gwdiag logs --partial has written\n"
            f"gwdiag: {tmp_path / 'none.gwp'}: No such file or directory\n"
        )
        assert run.returncode == 4  # nothing is wrong on that node
        assert gwdiag("logs", "merge", bad).returncode == 3

    def test_each_counts_once(self, partials, tmp_path):
        copy = tmp_path / "copy.gwp"
        copy.write_bytes(partials[0].read_bytes())

        assert put_together([str(partials[0]), str(copy), str(partials[0])], 3).inputs == (
            put_together([str(partials[0])], 3).inputs
        )


class TestUsage:
    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["merge"], "give it the files that --partial wrote: gwdiag logs merge FILE.gwp..."),
            (["merge", "a.gwp", "--since", "14:05"], "options that say how to read logs go to gwdiag logs --partial"),
            (["merge", "a.gwp", "--partial", "b.gwp"], "options that say how to read logs go to gwdiag logs --partial"),
            (["--follow", "--partial", "b.gwp", "a.log"], "--follow goes on until Ctrl-C, --partial has an end"),
        ],
    )
    def test_what_does_not_go_together(self, gwdiag, args, said):
        run = gwdiag("logs", *args)

        assert said in run.stderr
        assert run.stderr.count("\n") == 1
        assert run.returncode == 2

    def test_nothing_to_read_writes_nothing(self, tmp_path, gwdiag):
        run = gwdiag("logs", "--partial", tmp_path / "a.gwp", put(tmp_path, "a.log", "no", "log"))

        assert (run.returncode, (tmp_path / "a.gwp").exists()) == (3, False)

    def test_a_log_called_merge(self, tmp_path, gwdiag):
        put(tmp_path, "merge", *(access(second) for second in range(9)))

        assert gwdiag("logs", "./merge", cwd=tmp_path).returncode == 0
