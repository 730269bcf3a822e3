"""Copies of nodes below a folder: of a case, captures of `gwdiag limits`, unpacked sos reports."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from gwdiag.limits.moment import Moment
from gwdiag.limits.replay import Recording, recording
from gwdiag.limits.snapshot import Snapshot
from gwdiag.model.problem import Problem
from gwdiag.model.words import duration
from gwdiag.triage.case import NodeState

READINGS = frozenset(("system", "system_before", "t0", "t1"))
"""Folders that are one reading of a node; the folder around them is the node's."""


def copies(path: Path, shown: str) -> dict[str, NodeState]:
    """The nodes that are kept below a folder, by name. `shown`: what a report calls the folder."""
    found: dict[str, NodeState] = {}
    seen: set[Path] = set()
    for place, node in _places(path):
        try:
            copy = recording(place)
        except (Problem, OSError):
            continue
        root = copy.now.folder
        name = node or copy.hostname or place.resolve().name
        if root not in seen and name not in found and _is_node(copy):
            found[name] = _state(copy, name, f"{shown}/{root.relative_to(path.resolve())}")
        seen.add(root)
    return found


def is_copy(path: Path) -> bool:
    """Whether the folder itself is a copy of a node."""
    return any((path / name).is_dir() for name in (*READINGS, "proc"))


def _places(path: Path) -> Iterator[tuple[Path, str]]:
    """Where a copy may lie, the deepest first, and whose the place says it is: as `logs` names whose a log is."""
    for node in sorted((path / "nodes").glob("*")):
        for place in (*_folders(node), node):
            yield place, node.name
    for place in _folders(path):
        yield place, place.name
    yield path, ""


def _folders(path: Path) -> list[Path]:
    return sorted(one for one in path.glob("*") if one.is_dir() and one.name not in READINGS)


def _is_node(copy: Recording) -> bool:
    """Whether anything of a kernel is in it, and it is no earlier reading that lost its later one."""
    if copy.folder.name in READINGS:
        return False
    return any((copy.now.folder / part).is_dir() for part in ("proc", "sys"))


def _state(copy: Recording, name: str, place: str) -> NodeState:
    pid = copy.process
    is_capture = copy.kind == "capture"
    state = NodeState(
        name=name,
        place=place,
        now=Moment(Snapshot(copy.now), pid, foreign=copy.is_foreign),
        seconds=copy.seconds,
        is_capture=is_capture,
    )
    if copy.before:
        state = replace(state, before=Moment(Snapshot(copy.before), pid, foreign=copy.is_foreign))
    if is_capture and copy.seconds:
        state = replace(state, since=f"in {duration(copy.seconds)}")
    return state
