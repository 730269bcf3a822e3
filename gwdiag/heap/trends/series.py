"""From files and folders to the snapshots of a series, in order, with what was left out and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gwdiag.heap.readers import Unreadable, reader_of
from gwdiag.heap.relation import incomparable
from gwdiag.heap.snapshots import Snapshot, snapshot_of, stem_of
from gwdiag.model.problem import Exit, Problem

NEAR_S = 20.0
"""A text and a protobuf of one moment may be fetched so long after each other; each names another moment of it."""
MOST_FILES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file that is no part of the series. `is_harmless`: it was never meant to be, such as a sidecar."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Heap snapshots, the oldest first, and what was left out."""

    snapshots: tuple[Snapshot, ...]
    left_out: tuple[LeftOut, ...]


def series_of(paths: Sequence[Path]) -> Series:
    """The series in files and folders. Raises Problem where no file holds a heap profile."""
    left_out: list[LeftOut] = []
    snapshots: list[Snapshot] = []
    for path, is_named in _files(paths):
        try:
            if not is_named and not _may_be_a_profile(path):
                continue
            snapshots.append(snapshot_of(path))
        except Problem as problem:
            left_out.append(LeftOut(path=path, reason=str(problem).removeprefix(f"{path}: ")))
    heaps = _merged([one for one in snapshots if one.profile.kind == "heap"], left_out)
    goroutines = [one for one in snapshots if one.profile.kind == "goroutine"]
    if not heaps:
        raise Problem(_nothing(paths, left_out), Exit.NOTHING_DONE)
    heaps = _comparable(heaps, left_out)
    ordered = _in_order(_with_goroutines(heaps, goroutines))
    return Series(snapshots=tuple(ordered), left_out=tuple(left_out))


def _nothing(paths: Sequence[Path], left_out: Sequence[LeftOut]) -> str:
    reasons = "; ".join(f"{one.path}: {one.reason}" for one in left_out[:3])
    return reasons or f"{', '.join(map(str, paths))}: no heap profile in there"


def _files(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """Files with whether they were named; a folder stands for what is in it. Raises Problem for one that is not
    there."""
    found: list[tuple[Path, bool]] = []
    for path in paths:
        try:
            if path.is_dir():
                inside = sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
                if len(inside) > MOST_FILES:
                    raise Problem(f"{path}: it holds {len(inside)} files, too many for a series of profiles")
                found += [(one, False) for one in inside]
            elif path.exists():
                found.append((path, True))
            else:
                raise Problem(f"{path}: there is no such file", Exit.NOTHING_DONE)
        except OSError as error:
            raise Problem(f"{path}: cannot be read: {error.strerror}", Exit.NOTHING_DONE) from None
    return found


PROFILE_NAMES = (".pb", ".pb.gz", ".pprof", ".pprof.gz", ".prof", ".heap", ".mprof", ".bin")


def _may_be_a_profile(path: Path) -> bool:
    """Of the files of a folder only those are complained about that a profile's name or content promises."""
    if path.name.endswith(PROFILE_NAMES):
        return True
    if path.suffix in (".json", ".md", ".log"):
        return False
    try:
        reader_of(path)
    except (Unreadable, OSError):
        return False
    return True


def _merged(heaps: list[Snapshot], left_out: list[LeftOut]) -> list[Snapshot]:
    """A text beside a protobuf of the same moment gives its memstats to it: it is no snapshot of its own."""
    texts = [one for one in heaps if one.profile.format == "go text"]
    others = [one for one in heaps if one.profile.format != "go text"]
    if not others:
        return texts
    kept: list[Snapshot] = []
    by_stem = {_moment(one.path): one for one in texts}
    for one in others:
        text = by_stem.pop(_moment(one.path), None)
        kept.append(replace(one, memstats=text.memstats) if text else one)
    for text in by_stem.values():
        near = _nearest(text.at, kept)
        if near is None:
            kept.append(text)
        elif not near.memstats:
            kept[kept.index(near)] = replace(near, memstats=text.memstats)
        else:
            left_out.append(LeftOut(path=text.path, reason="of the same moment as another snapshot"))
    return kept


def _moment(path: Path) -> tuple[Path, str]:
    """What the files of one moment have in common: the folder, and the name without its kind."""
    stem = stem_of(path)
    for kind in ("goroutines", "goroutine", "heap", "allocs", "memstats"):
        stem = stem.replace(kind, "")
    return path.parent, stem.strip("-_. ")


def _nearest(at: datetime | None, snapshots: Sequence[Snapshot]) -> Snapshot | None:
    if at is None:
        return None
    timed = [(abs((one.at - at).total_seconds()), index) for index, one in enumerate(snapshots) if one.at]
    distance, index = min(timed, default=(NEAR_S, 0))
    return snapshots[index] if distance < NEAR_S else None


def _with_goroutines(heaps: list[Snapshot], goroutines: list[Snapshot]) -> list[Snapshot]:
    by_moment = {_moment(one.path): one.profile for one in goroutines}
    return [replace(one, goroutines=by_moment.get(_moment(one.path))) for one in heaps]


def _comparable(heaps: list[Snapshot], left_out: list[LeftOut]) -> list[Snapshot]:
    """Those of one kind, the kind of most of them; differences over time are no states."""
    states = []
    for one in heaps:
        if one.profile.duration_s:
            reason = (
                f"a delta profile, a difference over {one.profile.duration_s:.0f} s (?seconds=N): it is no snapshot; "
                "fetch it without seconds"
            )
            left_out.append(LeftOut(path=one.path, reason=reason))
        else:
            states.append(one)
    if not states:
        raise Problem(
            "; ".join(f"{one.path}: {one.reason}" for one in left_out[:3]),
            Exit.NOTHING_DONE,
        )
    alike = max(
        ([other for other in states if incomparable(one.profile, other.profile) is None] for one in states), key=len
    )
    for one in states:
        if one not in alike:
            reason = incomparable(alike[0].profile, one.profile) or "it cannot be compared"
            left_out.append(LeftOut(path=one.path, reason=f"it cannot be compared with {alike[0].path}: {reason}"))
    return alike


def _in_order(heaps: list[Snapshot]) -> list[Snapshot]:
    """By time; where one has none, in the order that they were given in."""
    if any(one.at is None for one in heaps):
        return heaps
    return sorted(heaps, key=lambda one: one.at or datetime.min.replace(tzinfo=UTC))
