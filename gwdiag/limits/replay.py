"""Folders that hold a copy of a node: a capture of ours, a support bundle, an unpacked sos report."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from gwdiag.limits import processes
from gwdiag.limits.root import Recorded
from gwdiag.model.dataclass import dataclass
from gwdiag.model.problem import Exit, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One or two readings of a node, and what else is known of them. `problem`: what its meta.json lacks."""

    folder: Path
    now: Recorded
    before: Recorded | None
    kind: str
    seconds: float | None = None
    pid: int | None = None
    name: str | None = None
    hostname: str = ""
    ticks: int = 100
    ports: tuple[int, ...] = ()
    is_foreign: bool = False
    problem: str | None = None

    @property
    def process(self) -> int | None:
        """The process that it is about, as far as it tells; None where it tells of none."""
        return self.pid or processes.only(self.now) or processes.gateway(self.now, None, None)


def recording(folder: Path) -> Recording:
    """Raises Problem where the folder holds no copy of a node."""
    if not folder.is_dir():
        raise Problem(f"{folder}: there is no such folder", Exit.NOTHING_DONE)
    if any((folder / name).is_dir() for name in ("t0", "t1")):
        return _capture(folder)
    if (folder / "system").is_dir():
        earlier = folder / "system_before"
        now, before = Recorded(folder / "system"), Recorded(earlier) if earlier.is_dir() else None
        seconds = _between(before, now) if before else None
        return Recording(folder=folder, now=now, before=before, kind="bundle", seconds=seconds)
    inside = [folder, *sorted(one for one in folder.iterdir() if one.is_dir())]
    for place in inside:
        if (place / "proc").is_dir():
            kind = "sos report" if (place / "sos_commands").is_dir() else "copy of a root"
            return Recording(folder=place, now=Recorded(place), before=None, kind=kind)
    if (folder / "nodes").is_dir():
        raise Problem(f"{folder}: it holds several nodes; give one of {folder}/nodes", Exit.NOTHING_DONE)
    raise Problem(f"{folder}: it holds no copy of a node: neither t0 or t1, nor proc", Exit.NOTHING_DONE)


def _between(before: Recorded, now: Recorded) -> float | None:
    """Seconds between two readings of which nobody wrote down the time: by how much longer the node is up."""
    try:
        up = [float(one.read("proc/uptime").split()[0]) for one in (before, now)]
    except (OSError, ValueError, IndexError):
        return None
    return _positive(up[1] - up[0])


def _capture(folder: Path) -> Recording:
    meta, problem = _meta(folder / "meta.json")
    refused = meta.get("unreadable")
    unreadable = tuple(one for one in refused if isinstance(one, str)) if isinstance(refused, list) else ()
    has_later, has_first = (folder / "t1").is_dir(), (folder / "t0").is_dir()
    now = Recorded(folder / ("t1" if has_later else "t0"), unreadable)
    before = Recorded(folder / "t0", unreadable) if has_later and has_first else None
    return from_meta(meta, folder, now, before, problem)


def from_meta(
    meta: Mapping[str, object], folder: Path, now: Recorded, before: Recorded | None, problem: str | None = None
) -> Recording:
    """Two readings with what a meta.json tells of them. What it tells wrongly is not known."""
    uname = meta.get("uname")
    words = uname.split() if isinstance(uname, str) else []
    listen = meta.get("listen")
    name = meta.get("name")
    return Recording(
        folder=folder,
        now=now,
        before=before,
        kind="capture",
        seconds=_positive(meta.get("interval_s")),
        pid=_whole(meta.get("pid")),
        name=name if isinstance(name, str) else None,
        hostname=words[1] if len(words) > 1 else "",
        ticks=_whole(meta.get("clk_tck")) or 100,
        ports=tuple(port for one in listen if (port := _whole(one))) if isinstance(listen, list) else (),
        is_foreign=meta.get("netns") == "reader",
        problem=problem,
    )


def _meta(file: Path) -> tuple[Mapping[str, object], str | None]:
    try:
        meta = json.loads(file.read_bytes())
    except OSError as error:
        return {}, f"{file.name}: {error.strerror}; the time between the readings is not known"
    except (ValueError, RecursionError):
        return {}, f"{file.name}: it is no JSON; the time between the readings is not known"
    if not isinstance(meta, dict):
        return {}, f"{file.name}: it is no object; the time between the readings is not known"
    return meta, None


def _positive(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if math.isfinite(value) and value > 0 else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
