"""Snapshots at intervals, until there are enough or somebody stops it: `gwdiag heap capture`."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gwdiag.heap.capturing.process import Process, listening_on, process_of
from gwdiag.heap.capturing.profiler import Profiler, Refused, as_problem, profiler
from gwdiag.heap.capturing.requests import AccessLog, of_metrics
from gwdiag.heap.capturing.shots import Recorder, Shot
from gwdiag.heap.inputs import common
from gwdiag.heap.report import CaptureReport, ShotEntry
from gwdiag.heap.words import bytes_of, size_words
from gwdiag.model.finding import Evidence, Finding, Remedy, Severity, UrlSource
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.words import counted

PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
VERSION = re.compile(r'"version"\s*:\s*"v?([^"]{1,40})"')
LOOK_S = 2.0
"""Between two looks at the memory of a process that is waited for."""
FAILURES = 3
"""Shots in a row that may fail before a capture ends: a gateway that restarts is back by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to capture. `when_rss`: a size or a share of the limit, from which on the others follow the first shot."""

    url: str | None
    pid: int | None
    every_s: float
    count: int
    folder: Path
    is_gc: bool
    when_rss: str | None
    timeout_s: float
    metrics: str | None
    access_log: Path | None


Said = Callable[[str], None]


def capture(wanted: Wanted, say: Said) -> CaptureReport:
    """The report on what was captured. Raises Problem where not even the first shot succeeds. Ctrl-C ends it early."""
    _make(wanted.folder)
    if wanted.url is None:
        return _of_python(wanted, say)
    with profiler(wanted.url, wanted.timeout_s) as source:
        process = process_of(wanted.pid) if wanted.pid else _local(source)
        recorder = Recorder(
            folder=wanted.folder, process=process, version=_version(source), requests=_requests(wanted, source)
        )
        ready = _when(wanted.when_rss, process)

        def shoot() -> Shot:
            return recorder.of_go(source, is_gc=wanted.is_gc)

        report = _series(wanted, shoot, ready, say)
        return _with_exposure(report, source)


def _of_python(wanted: Wanted, say: Said) -> CaptureReport:
    if wanted.pid is None:
        raise Problem("give it the address of Go's profiler, or --pid of a Python process")
    process = process_of(wanted.pid)
    if not process.is_python():
        raise Problem(
            f"--pid {wanted.pid}: it is no Python process; of a Go process give the address of its profiler",
            Exit.NOTHING_DONE,
        )
    recorder = Recorder(folder=wanted.folder, process=process, version=None, requests=_log_only(wanted))
    ready = _when(wanted.when_rss, process)

    def shoot() -> Shot:
        return recorder.of_python(process, wanted.every_s)

    return _series(wanted, shoot, ready, say, process)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"--dir {folder}: cannot be made: {error.strerror}", Exit.NOTHING_DONE) from None


def _local(source: Profiler) -> Process | None:
    return listening_on(source.port) if source.host in ("localhost", "::1") or source.host.startswith("127.") else None


def _version(source: Profiler) -> str | None:
    """Tyk says it on its health page."""
    page = source.text(source.base.removesuffix("/debug/pprof") + "/hello", 1 << 16)
    seen = VERSION.search(page) if page else None
    return seen[1] if seen else None


def _requests(wanted: Wanted, source: Profiler) -> Callable[[], int | None]:
    if wanted.metrics:
        url = wanted.metrics
        return lambda: of_metrics(source, url)
    return _log_only(wanted)


def _log_only(wanted: Wanted) -> Callable[[], int | None]:
    return AccessLog(wanted.access_log).count if wanted.access_log else lambda: None


def _when(text: str | None, process: Process | None) -> Callable[[], bool]:
    """Whether memory is as large as was asked for. Raises Problem where that cannot be told."""
    if text is None:
        return lambda: True
    if process is None:
        raise Problem(f"--when-rss {text}: the process is not on this machine, or not to be seen; give its --pid")
    share = PERCENT.fullmatch(text.strip())
    if share and not process.limit_bytes:
        raise Problem(f"--when-rss {text}: process {process.pid} has no memory limit; give a size such as 2GB")
    size = float(share[1]) / 100 * (process.limit_bytes or 0) if share else bytes_of(text, "--when-rss")
    return lambda: (process.rss_bytes() or 0) >= size


def _series(
    wanted: Wanted, shoot: Callable[[], Shot], ready: Callable[[], bool], say: Said, process: Process | None = None
) -> CaptureReport:
    shots: list[Shot] = []
    failed: list[str] = []
    pause_s = 0.0 if process else wanted.every_s
    begin = time.monotonic()
    with _until_stopped() as ended:
        while len(shots) < wanted.count:
            if shots or failed:
                time.sleep(max(begin + pause_s * (len(shots) + len(failed)) - time.monotonic(), 0.0))
            while shots and not ready():
                time.sleep(LOOK_S)
            try:
                shots.append(shoot())
                say(_told(shots[-1], len(shots), wanted.count))
                if shots[-1].interrupted:
                    raise KeyboardInterrupt
                if len(shots) == 1 and not ready():
                    say(f"waiting for --when-rss {wanted.when_rss}")
            except Refused as reason:
                if not shots:
                    raise as_problem(reason) from None
                failed.append(str(reason))
                say(str(reason))
                if len(failed) >= FAILURES or (process and not process.is_alive()):
                    break
        ended.append(True)
    if not ended and not shots:
        raise KeyboardInterrupt
    return _report(wanted, shots, failed, interrupted=not ended)


@contextmanager
def _until_stopped() -> Iterator[list[bool]]:
    """Ctrl-C ends what is inside, and nothing else. What got to its end says so in the list."""
    ended: list[bool] = []
    with suppress(KeyboardInterrupt):
        yield ended


def _told(shot: Shot, number: int, count: int) -> str:
    rss = f", resident {size_words(shot.rss_bytes)}" if shot.rss_bytes else ""
    missing = f"; without {len(shot.missing)} of its pages" if shot.missing else ""
    return f"{number} of {count}: {shot.path.name}, in use {size_words(shot.in_use_bytes)}{rss}{missing}"


def _report(wanted: Wanted, shots: list[Shot], failed: list[str], *, interrupted: bool) -> CaptureReport:
    findings = [
        Finding(
            id="heap.capture-failed",
            severity=Severity.WARNING,
            title="A snapshot could not be taken",
            summary=f"{reason}.",
            evidence=(Evidence(statement=reason),),
        )
        for reason in dict.fromkeys(failed)
    ]
    enough = len(shots) >= 3
    following = f"gwdiag heap trend {wanted.folder}" if enough else f"gwdiag heap top {shots[-1].path}"
    return CaptureReport(
        **common("capture"),
        findings=tuple(findings),
        status="warning" if findings else "ok",
        summary=f"{counted(len(shots), 'snapshot')} in {wanted.folder}. Next: {following}",
        interrupted=interrupted,
        shots=tuple(
            ShotEntry(
                path=str(one.path),
                at=one.at,
                bytes=one.bytes,
                in_use_bytes=one.in_use_bytes,
                rss_bytes=one.rss_bytes,
                requests=one.requests,
                missing=one.missing,
            )
            for one in shots
        ),
    )


def _with_exposure(report: CaptureReport, source: Profiler) -> CaptureReport:
    """Says so where the profiler is reached at an address that others may reach, too."""
    from dataclasses import replace

    if source.is_local():
        return report
    text = (
        f"The profiler at {source.shown} asks nobody for a password: whoever reaches it reads profiles and command "
        "lines, and can make the process work. Keep it to a private address, or turn it off when done."
    )
    exposed = Finding(
        id="heap.profiler-exposed",
        severity=Severity.INFO,
        title="A profiler without a password",
        summary=text,
        evidence=(Evidence(statement=text, source=UrlSource(url=source.shown)),),
        remedies=(Remedy(text="Tyk: put it on its own port with control_api_port", changes_state=True),),
    )
    return replace(report, findings=(*report.findings, exposed))
