"""Whether two profiles can be compared, and how: one process or two, one build or two, one way of sampling or two."""

from dataclasses import dataclass

from gwdiag.heap.holdings import Held, Key
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.profile import Profile

MOST_LOWER = 0.02
"""Share of places at which a process's counters may seem lower: estimates are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """How `after` stands to `before`. None where it cannot be told.

    `is_stale`: nothing at all changed although time has passed: no garbage collection ended in between.
    """

    is_same_build: bool | None
    is_same_process: bool | None
    is_stale: bool
    seconds: float | None


def relation(before: Profile, after: Profile, held: tuple[dict[Key, Held], dict[Key, Held]]) -> Relation:
    """How two heap profiles stand to each other."""
    if before.format == "memray":  # each capture begins with nothing: no time passes between two of them
        return Relation(is_same_build=None, is_same_process=False, is_stale=False, seconds=None)
    same_build = before.build == after.build if before.build and after.build else None
    seconds = (after.at - before.at).total_seconds() if before.at and after.at else None
    return Relation(
        is_same_build=same_build,
        is_same_process=False if same_build is False else _is_same_process(before, held),
        is_stale=bool(held[0]) and held[0] == held[1],
        seconds=seconds,
    )


def _is_same_process(before: Profile, held: tuple[dict[Key, Held], dict[Key, Held]]) -> bool | None:
    """In one process what was ever allocated at a place never becomes less, in no place."""
    if before.index("alloc_objects") is None or not held[0]:
        return None
    lower = sum(
        1
        for key, one in held[0].items()
        if one.allocated_samples > (held[1][key].allocated_samples if key in held[1] else 0)
    )
    return lower <= MOST_LOWER * len(held[0])


def must_be_comparable(before: Profile, after: Profile, paths: tuple[str, str]) -> None:
    """Raises Problem, naming both, where values of one are not of the kind of the other's."""
    reason = incomparable(before, after)
    if reason:
        raise Problem(f"{paths[1]}: it cannot be compared with {paths[0]}: {reason}", Exit.NOTHING_DONE)


def incomparable(before: Profile, after: Profile) -> str | None:
    """Why two profiles cannot be compared; None where they can."""
    if before.kind != after.kind:
        return f"it is a {after.kind} profile, the other is a {before.kind} profile"
    if (before.format == "memray") != (after.format == "memray"):
        return "one is of a Python program (memray), the other is not: different formats"
    if before.format == "memray" and before.program != after.program:
        return f"they were traced differently: {before.program}; {after.program}"
    return None
