"""However logs are kept, the answers are the same: plain, compressed, in an archive, split, mixed, followed."""

import bz2
import gzip
import io
import lzma
import os
import signal
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.examine import Wanted, examine, report_on
from gwdiag.logs.follow import follow
from gwdiag.logs.one_file import Reading
from gwdiag.logs.report import LogsReport
from tests.tyk_log import access, old_access, old_proxy_error

ERRORS = (
    "dial tcp 10.20.0.31:9001: connect: connection refused",
    "dial tcp 10.20.0.31:9001: i/o timeout",
    "context canceled",
    "unexpected EOF",
)
PATHS = ("orders/1", "orders/search", "claims/7")


def tyk_request(second: int, error: int | None) -> list[str]:
    if error is None:
        return [access(second)]
    status = 499 if error == 2 else 500
    return [old_proxy_error(second, ERRORS[error]), old_access(second, status=status)]


def nginx_request(second: int, error: int | None) -> list[str]:
    clock = f"20/Nov/2026:08:{second // 60:02}:{second % 60:02} +0000"
    path = PATHS[second % len(PATHS)]
    line = '10.0.0.9 - - [{}] "GET /{} HTTP/1.1" {} 9 "-" "-" rt=0.01{} ua=10.0.0.1:80'
    if error is None:
        return [line.format(clock, path, 200, second % 7)]
    return [line.format(clock, path, (502, 504, 499, 502)[error], second % 7)]


REQUESTS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([None, None, None, 0, 1, 2, 3])), min_size=1, max_size=60
)


@st.composite
def logs(draw: st.DrawFn) -> list[list[str]]:
    """The lines of each request of one node, in the order of their times, of Tyk and of nginx mixed."""
    second, groups = 0, []
    kinds = draw(st.sampled_from([(tyk_request,), (nginx_request,), (tyk_request, nginx_request)]))
    for step, error in draw(REQUESTS):
        second += step
        groups.append(kinds[len(groups) % len(kinds)](second, error))
    return groups


def joined(groups: list[list[str]]) -> bytes:
    return "".join(f"{line}\n" for group in groups for line in group).encode()


def answers(report: LogsReport) -> tuple[object, ...]:
    """What the report says, without where the lines are from. Of one second any may come first in a split log."""
    classes = [replace(one, samples=()) for one in report.classes]
    findings = [
        (one.id, one.severity, one.summary, one.scope, one.window, [evidence.value for evidence in one.evidence])
        for one in report.findings
    ]
    return report.status, report.summary, report.totals, classes, findings, report.series, report.latency


def examined(folder: Path) -> LogsReport:
    return examine([str(folder)], Reading(year=2026), Wanted())


def in_tar(data: bytes, mode: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]
        member = tarfile.TarInfo("nodes/gw-1/gateway.log")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


KEPT: dict[str, Callable[[bytes], bytes]] = {
    "gateway.log.gz": gzip.compress,
    "gateway.bz2": bz2.compress,
    "gateway.xz": lzma.compress,
    "gateway.zst": zstandard.ZstdCompressor().compress,
    "gateway.log.1": lambda data: data.replace(b"\n", b"\r\n"),
    "logs.tar": lambda data: in_tar(data, "w"),
    "logs.tgz": lambda data: in_tar(data, "w:gz"),
    "twice.gz": lambda data: gzip.compress(data[: len(data) // 2]) + gzip.compress(data[len(data) // 2 :]),
}


def put(top: Path, files: dict[str, bytes]) -> Path:
    folder = top / "nodes" / "gw-1"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return top


@settings(max_examples=25, deadline=None)
@given(logs(), st.data())
def test_the_same_however_it_is_kept(groups, data):
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        expected = answers(examined(put(top / "plain", {"gateway.log": joined(groups)})))

        kept = data.draw(st.sampled_from(list(KEPT)))
        assert answers(examined(put(top / "kept", {kept: KEPT[kept](joined(groups))}))) == expected

        cuts = sorted(data.draw(st.lists(st.integers(0, len(groups)), max_size=3)))
        parts = [groups[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(groups)], strict=True)]
        split = {f"gateway.log.{number}": joined(part) for number, part in enumerate(reversed(parts)) if part}
        assert answers(examined(put(top / "split", split))) == expected


def until_ctrl_c(top: Path, grows: Callable[[], None]) -> LogsReport:
    """The report of logs that are followed while they grow, until Ctrl-C."""

    def happens() -> None:
        time.sleep(0.5)
        grows()
        time.sleep(1.0)  # some looks at the files
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=happens)
    thread.start()
    read = follow([str(top)], Reading(year=2026), lambda _: None)
    thread.join()
    return report_on(read, Wanted(), [str(top)])


@settings(max_examples=4, deadline=None)
@given(logs(), st.floats(0, 1))
def test_the_same_when_followed(groups, part):
    data = joined(groups)
    cut = int(len(data) * part)
    with tempfile.TemporaryDirectory() as name:
        top = put(
            Path(name), {"gateway.log": data[:cut], "other.log.gz": gzip.compress(joined([tyk_request(0, None)]))}
        )
        log = top / "nodes/gw-1/gateway.log"
        followed = until_ctrl_c(top, lambda: log.write_bytes(data))  # the same beginning: it only grows

        assert log.stat().st_size == len(data)
        assert answers(followed) == answers(examined(top))


@settings(max_examples=20, deadline=None)
@given(logs(), logs(), st.randoms(use_true_random=False))
def test_the_same_where_two_formats_share_a_file_or_have_one_each(first, second, random):
    merged = sorted([*first, *second], key=lambda group: group[-1][group[-1].find("08:") :][:8])
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        one = examined(put(top / "one", {"all.log": joined(merged)}))
        two = examined(put(top / "two", {"first.log": joined(first), "second.log": joined(second)}))

    assert {entry.class_: entry.count for entry in one.classes} == {entry.class_: entry.count for entry in two.classes}
    assert one.totals == two.totals


@pytest.mark.parametrize("kept", KEPT)
def test_every_way_to_keep_a_log_on_a_recorded_incident(kept, tmp_path):
    from tests.conftest import SAMPLES

    data = gzip.decompress((SAMPLES / "incidents/one-node-cut-off/node03.log.gz").read_bytes())
    plain = examined(put(tmp_path / "plain", {"gateway.log": data}))

    assert answers(examined(put(tmp_path / "kept", {kept: KEPT[kept](data)}))) == answers(plain)
    assert plain.findings[0].id == "upstream_dial_timeout"
