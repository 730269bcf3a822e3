"""What each stack holds in a profile, by the size of its objects: what growth and its bounds are computed from."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from gwdiag.heap.sampling import chance
from gwdiag.model.profile import Frame, Profile

Stack = tuple[str, ...]
"""Names of functions, the allocating one first. Lines and files are left out: they move from build to build."""


class Held(NamedTuple):
    """Objects of one size at one stack: in use and ever allocated. Estimates; `samples` are what they were made of."""

    objects: int
    bytes: int
    samples: int
    allocated_objects: int
    allocated_bytes: int
    allocated_samples: int


NOTHING = Held(0, 0, 0, 0, 0, 0)
Key = tuple[Stack, int]


def holdings_of(profile: Profile) -> dict[Key, Held]:
    """What is held by stack and object size. Arenas are left out: they tell nothing about who needed them."""
    names = {place: tuple(frame.function for frame in frames) for place, frames in profile.locations.items()}
    stacks: dict[tuple[int, ...], Stack] = {}
    objects, size_, allocated_objects, allocated = _indices(profile)
    totals: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for stack, values, size in profile.samples:
        if stack and stack[0] in profile.arenas:
            continue
        if (named := stacks.get(stack)) is None:
            named = stacks[stack] = tuple(name for place in stack for name in names[place])
        total = totals[named, size or _size_of_one(values, objects, size_, allocated_objects, allocated)]
        total[0] += values[objects]
        total[1] += values[size_]
        if allocated_objects is not None and allocated is not None:
            total[2] += values[allocated_objects]
            total[3] += values[allocated]
    return {key: _held(key[1], total, profile.period) for key, total in totals.items()}


def _indices(profile: Profile) -> tuple[int, int, int | None, int | None]:
    def first(*names: str) -> int | None:
        return next((found for name in names if (found := profile.index(name)) is not None), None)

    space = first("inuse_space", "space", "alloc_space")
    objects = first("inuse_objects", "objects", "alloc_objects")
    last = len(profile.types) - 1
    return (
        last if objects is None else objects,
        last if space is None else space,
        first("alloc_objects"),
        first("alloc_space"),
    )


def _size_of_one(
    values: tuple[int, ...], objects: int, size: int, all_objects: int | None, all_size: int | None
) -> int:
    if values[objects] > 0:
        return values[size] // values[objects]
    if all_objects is not None and all_size is not None and values[all_objects] > 0:
        return values[all_size] // values[all_objects]
    return 0


def _held(size: int, total: list[int], period: int) -> Held:
    p = chance(size, period)
    return Held(total[0], total[1], round(total[0] * p), total[2], total[3], round(total[2] * p))


def in_use(held: Mapping[Key, Held]) -> int:
    """Bytes in use altogether."""
    return sum(one.bytes for one in held.values())


def frames_of(profile: Profile) -> dict[str, Frame]:
    """A frame for each function, to tell whose code it is."""
    return {frame.function: frame for frames in profile.locations.values() for frame in frames}
