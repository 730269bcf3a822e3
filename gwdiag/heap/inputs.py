"""What the subcommands' reports have in common: what was read, and notes on what limits it."""

import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

from gwdiag._version import __version__
from gwdiag.heap.snapshots import Snapshot
from gwdiag.model.finding import Evidence, FileSource, Finding, Remedy, Severity
from gwdiag.model.report import Input


class Common(TypedDict):
    """Fields of every report."""

    command: str
    version: str
    created: datetime
    host: str


def common(subcommand: str) -> Common:
    """Of a report of `gwdiag heap SUBCOMMAND` that is made now."""
    now, host = datetime.now(UTC), socket.gethostname()
    return Common(command=f"heap {subcommand}", version=__version__, created=now, host=host)


def input_of(snapshot: Snapshot) -> Input:
    """A profile that was read."""
    return Input(
        path=str(snapshot.path),
        format=snapshot.profile.format,
        bytes=snapshot.path.stat().st_size if snapshot.path.exists() else 0,
        events=len(snapshot.profile.samples),
        first=snapshot.at,
        last=snapshot.at,
    )


def left_out(path: Path | str, problem: str) -> Input:
    """A file that was not used, and why."""
    return Input(path=str(path), problem=problem)


def note(id_: str, title: str, text: str, paths: Iterable[Path], remedies: tuple[Remedy, ...] = ()) -> Finding:
    """Something that limits what can be concluded, with the files that it is about."""
    return Finding(
        id=id_,
        severity=Severity.INFO,
        title=title,
        summary=text,
        evidence=tuple(Evidence(statement=text, source=FileSource(path=str(path))) for path in paths),
        remedies=remedies,
    )


def remarks(snapshots: Iterable[Snapshot]) -> list[Finding]:
    """What the profiles say about themselves, each remark once with all the files that it is about."""
    of: dict[str, list[Path]] = {}
    for one in snapshots:
        for remark in one.profile.remarks:
            of.setdefault(remark, []).append(one.path)
    return [
        note("heap.remark", "What limits this", f"{_places(paths)}: {remark}.", paths) for remark, paths in of.items()
    ]


def _places(paths: list[Path]) -> str:
    return f"{paths[0]} and {len(paths) - 1} more" if len(paths) > 1 else str(paths[0])
