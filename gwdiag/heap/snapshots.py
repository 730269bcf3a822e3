"""A profile with what lies beside it: when it was taken, the process's memory, requests served, goroutines."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gwdiag.heap.readers import read_profile
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.profile import Profile

SIDECAR_MOST = 1 << 20
"""Bytes of a sidecar that are read. It holds a few figures."""

TIME_KEYS = ("t", "time", "at", "timestamp")
ENDINGS = (".gz", ".pb", ".pprof", ".prof", ".heap", ".bin", ".txt", ".json", ".memray")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """Figures from the moment of a profile; what is not known is None.

    `started`: when the process began, as its own clock has it. `version`: of the gateway.
    """

    at: datetime | None = None
    rss_bytes: int | None = None
    limit_bytes: int | None = None
    requests: int | None = None
    pid: int | None = None
    started: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One moment. `path`: the profile's. `goroutines`: the goroutine profile of the same moment."""

    path: Path
    profile: Profile
    sidecar: Sidecar = field(default_factory=Sidecar)
    goroutines: Profile | None = None
    memstats: Mapping[str, int] = field(default_factory=dict)

    @property
    def at(self) -> datetime | None:
        return self.profile.at or self.sidecar.at or _time_in(self.path.name)


def stem_of(path: Path) -> str:
    """The name without its endings: what a profile and its sidecar share."""
    name = path.name
    while name.endswith(ENDINGS):
        name = name.rpartition(".")[0]
    return name


def sidecar_of(path: Path) -> Sidecar:
    """What is beside a profile: `heap-03.json` of `heap-03.pb.gz`. Without one, or where it is none, nothing is
    known."""
    place = path.with_name(f"{stem_of(path)}.json")
    try:
        with place.open("rb") as file:
            seen = json.loads(file.read(SIDECAR_MOST))
    except (OSError, ValueError, RecursionError):
        return Sidecar()
    if not isinstance(seen, dict):
        return Sidecar()
    return Sidecar(
        at=next((at for key in TIME_KEYS if (at := _time(seen.get(key)))), None),
        rss_bytes=_whole(seen.get("rss_bytes")),
        limit_bytes=_whole(seen.get("limit_bytes")),
        requests=_whole(seen.get("requests")),
        pid=_whole(seen.get("pid")),
        started=_words(seen.get("started")),
        version=_words(seen.get("version")),
    )


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _words(value: object) -> str | None:
    return str(value)[:200] if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _time(value: object) -> datetime | None:
    """ISO 8601, or seconds since the epoch."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


STAMP = re.compile(r"(20\d\d)-?(\d\d)-?(\d\d)[T_ -]?(\d\d)[:h-]?(\d\d)[:m-]?(\d\d)")
EPOCH = re.compile(r"(?<!\d)(1[5-9]\d{8})(\d{3}|\d{6}|\d{9})?(?!\d)")


def _time_in(name: str) -> datetime | None:
    """A time in a file's name: `heap-20261120T083725Z.pb.gz`, `heap.1795166306.pb.gz`."""
    try:
        if stamp := STAMP.search(name):
            return datetime(*map(int, stamp.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]
        if epoch := EPOCH.search(name):
            return datetime.fromtimestamp(int(epoch[1]), UTC)
    except ValueError:
        pass
    return None


def snapshot_of(path: Path) -> Snapshot:
    """The snapshot in a file. Raises Problem where there is none, or where it is no memory profile."""
    profile = read_profile(path)
    if profile.kind not in ("heap", "goroutine"):
        types = ", ".join(f"{one.name}/{one.unit}" for one in profile.types)
        raise Problem(
            f"{path}: it is a profile of {_what(profile)}, not of the heap (its values are {types}); "
            "fetch /debug/pprof/heap",
            Exit.NOTHING_DONE,
        )
    return Snapshot(path=path, profile=profile, sidecar=sidecar_of(path), memstats=profile.memstats)


def _what(profile: Profile) -> str:
    names = {one.name for one in profile.types}
    if names & {"cpu", "samples"}:
        return "CPU time"
    if names & {"contentions", "delay"}:
        return "waiting for locks (block or mutex)"
    return "threads" if "threadcreate" in names else profile.kind or "something else"
