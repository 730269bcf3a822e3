"""What a flame graph shows: stacks with what they hold, or with what they hold more or less than before."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path

from gwdiag.heap.changes import Change, changes_of, together
from gwdiag.heap.holdings import Held, holdings_of
from gwdiag.heap.relation import must_be_comparable, relation
from gwdiag.heap.sampling import Z95, sampled
from gwdiag.heap.snapshots import Snapshot, snapshot_of
from gwdiag.heap.totals import index_of
from gwdiag.model.profile import Profile

Trail = tuple[str, ...]
"""Functions from the one that came first, such as `main.main`, to the allocating one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One stack. `value`: in the sample's unit, below 0 where it shrank. `change`: how sure that is, where it is
    known."""

    trail: Trail
    value: int
    samples: int | None = None
    change: Change | None = None
    is_arena: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All stacks, and what they are about. `base`: None for a single profile. The profiles are for those who export
    them."""

    path: Path
    base: Path | None
    sample: str
    unit: str
    at: datetime | None
    base_at: datetime | None
    stacks: tuple[Stack, ...]
    profile: Profile
    base_profile: Profile | None


def picture_of(path: Path, base: Path | None, sample: str | None) -> Picture:
    """The picture of a profile, or of what it has more than `base`. Raises Problem where they cannot be read or
    compared."""
    after = snapshot_of(path)
    before = snapshot_of(base) if base else None
    if before:
        must_be_comparable(before.profile, after.profile, (str(base), str(path)))
    index = index_of(after.profile, sample, str(path))
    name, unit = after.profile.types[index]
    stacks = _changes(before, after, name, str(base)) if before else _state(after.profile, index)
    return Picture(
        path=path,
        base=base,
        sample=name,
        unit=unit,
        at=after.at,
        base_at=before.at if before else None,
        stacks=stacks,
        profile=after.profile,
        base_profile=before.profile if before else None,
    )


def _values(profile: Profile, index: int) -> tuple[dict[Trail, int], dict[Trail, int], set[Trail]]:
    """Values and samples by trail, and the trails of whole arenas."""
    names = {place: tuple(one.function for one in reversed(frames)) for place, frames in profile.locations.items()}
    objects = profile.index(profile.types[index].name.replace("space", "objects"))
    trails: dict[tuple[int, ...], Trail] = {}
    values: defaultdict[Trail, int] = defaultdict(int)
    samples: defaultdict[Trail, int] = defaultdict(int)
    arenas = set()
    for stack, its, size in profile.samples:
        if not its[index] or not stack:
            continue
        if (trail := trails.get(stack)) is None:
            trail = trails[stack] = tuple(name for place in reversed(stack) for name in names[place])
        values[trail] += its[index]
        if objects is not None and profile.period > 1:
            one = size or (its[index] // its[objects] if its[objects] else 0)
            samples[trail] += sampled(its[objects], one, profile.period)
        if stack[0] in profile.arenas:
            arenas.add(trail)
    return values, samples, arenas


def _state(profile: Profile, index: int) -> tuple[Stack, ...]:
    values, samples, arenas = _values(profile, index)
    return tuple(
        Stack(trail=trail, value=value, samples=samples.get(trail), is_arena=trail in arenas)
        for trail, value in values.items()
        if value
    )


def _changes(before: Snapshot, after: Snapshot, name: str, base: str) -> tuple[Stack, ...]:
    old, _, old_arenas = _values(before.profile, index_of(before.profile, name, base))
    new, _, new_arenas = _values(after.profile, index_of(after.profile, name, str(after.path)))
    sure = _sureness(before.profile, after.profile) if name in ("inuse_space", "space") else {}
    found = []
    for trail in old.keys() | new.keys():
        if value := new.get(trail, 0) - old.get(trail, 0):
            change = sure.get(trail)
            is_arena = trail in old_arenas or trail in new_arenas
            samples = change.samples if change else None
            found.append(Stack(trail=trail, value=value, samples=samples, change=change, is_arena=is_arena))
    return tuple(sorted(found, key=lambda one: (-abs(one.value), one.trail)))


def _sureness(before: Profile, after: Profile) -> dict[Trail, Change]:
    if after.period <= 1:
        return {}
    held: tuple[dict[tuple[Trail, int], Held], dict[tuple[Trail, int], Held]]
    held = holdings_of(before), holdings_of(after)
    how = relation(before, after, held)
    parts: defaultdict[Trail, list[Change]] = defaultdict(list)
    changes = changes_of(*held, (before.period, after.period), is_same_process=bool(how.is_same_process))
    for (stack, _), change in changes.items():
        parts[stack[::-1]].append(change)
    return {trail: together(its) for trail, its in parts.items()}


def is_noise(change: Change | None) -> bool:
    """Whether sampling alone may have made it."""
    return change is not None and Z95 * sqrt(change.variance) >= abs(change.bytes)
