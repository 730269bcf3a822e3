"""One snapshot at a time: the heap, runtime.MemStats, goroutines, and a sidecar with what the system says."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gwdiag.heap.capturing.attach import record
from gwdiag.heap.capturing.process import Process
from gwdiag.heap.capturing.profiler import Profiler, Refused
from gwdiag.heap.readers import read_profile
from gwdiag.model.problem import Problem
from gwdiag.whole_file import cannot_be_written, whole_file

NEARLY_FULL = 0.9
"""Of the limit: no garbage collection is asked for then, which for a moment needs memory and time of the process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A snapshot that was written. `missing`: pages that were not to be had, and why. `interrupted`: by Ctrl-C."""

    path: Path
    at: datetime
    bytes: int
    in_use_bytes: int
    rss_bytes: int | None
    requests: int | None
    missing: tuple[str, ...] = ()
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """What every shot of a capture needs. `requests`: how many were served so far, where that is known."""

    folder: Path
    process: Process | None
    version: str | None
    requests: Callable[[], int | None]

    def of_go(self, profiler: Profiler, *, is_gc: bool) -> Shot:
        """A snapshot of a Go process. Raises Refused where its heap cannot be had, or is none."""
        at = datetime.now(UTC)
        rss = self.process.rss_bytes() if self.process else None
        limit = self.process.limit_bytes if self.process else None
        is_gc = is_gc and not (rss and limit and rss > NEARLY_FULL * limit)
        heap = self._file("heap", at, "pb.gz")
        size = profiler.save("heap?gc=1" if is_gc else "heap", heap)
        in_use = _checked(heap, profiler)
        missing = []
        for page, file in (
            ("heap?debug=1", self._file("heap", at, "txt")),
            ("goroutine", self._file("goroutine", at, "pb.gz")),
        ):
            try:
                size += profiler.save(page, file)
            except Refused as reason:
                missing.append(str(reason))
        shot = Shot(
            path=heap,
            at=at,
            bytes=size,
            in_use_bytes=in_use,
            rss_bytes=rss,
            requests=self.requests(),
            missing=tuple(missing),
        )
        self._sidecar(shot, {"gc": is_gc})
        return shot

    def of_python(self, process: Process, seconds: float) -> Shot:
        """What a Python process allocated in so many seconds and did not free. Raises Refused where memray cannot
        attach."""
        at = datetime.now(UTC)
        file = self._file("memray", at, "bin")
        new = file.with_name(f".{file.name}.new")
        is_whole_time = record(process, new, seconds)
        new.rename(file)
        profile = read_profile(file)
        shot = Shot(
            path=file,
            at=at,
            bytes=file.stat().st_size,
            in_use_bytes=sum(one.values[-1] for one in profile.samples),
            rss_bytes=process.rss_bytes(),
            requests=self.requests(),
            interrupted=not is_whole_time,
        )
        self._sidecar(shot, {"memray": _memray_version()})
        return shot

    def _file(self, kind: str, at: datetime, ending: str) -> Path:
        return self.folder / f"{kind}-{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}Z.{ending}"

    def _sidecar(self, shot: Shot, more: dict[str, object]) -> None:
        process = self.process
        figures = {
            "t": shot.at.isoformat().replace("+00:00", "Z"),
            "rss_bytes": shot.rss_bytes,
            "limit_bytes": process.limit_bytes if process else None,
            "requests": shot.requests,
            "pid": process.pid if process else None,
            "started": process.started if process else None,
            "version": self.version,
            **more,
        }
        file = shot.path.with_name(f"{shot.path.name.partition('.')[0]}.json")
        known = {key: value for key, value in figures.items() if value is not None}
        with cannot_be_written(file), whole_file(file) as stream:
            stream.write(json.dumps(known).encode() + b"\n")


def _checked(file: Path, profiler: Profiler) -> int:
    """Bytes in use in a profile that was just fetched. Raises Refused, and removes it, where it is none."""
    try:
        profile = read_profile(file)
        index = profile.index("inuse_space")
        if index is None:
            raise Problem(f"{file}: it is no heap profile")
        return sum(one.values[index] for one in profile.samples)
    except Problem as problem:
        file.unlink(missing_ok=True)
        reason = str(problem).removeprefix(f"{file}: ")
        raise Refused(f"{profiler.shown}/heap: what it answers cannot be read as a heap profile: {reason}") from None


def _memray_version() -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("memray")
    except PackageNotFoundError:
        return None
