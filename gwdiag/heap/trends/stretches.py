"""A series cut where another process begins: after a restart, a deployment, on another node."""

from collections.abc import Sequence
from dataclasses import dataclass

from gwdiag.heap.holdings import Held, Key, holdings_of, in_use
from gwdiag.heap.relation import relation
from gwdiag.heap.snapshots import Snapshot
from gwdiag.heap.trends.course import Stretch

HOUR_S = 3600.0
"""Between two snapshots that have no times: growth must be per something."""
SHORTEST_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A snapshot with what its stacks hold. `stretch`: the number of its process; None where it tells nothing new,
    and why."""

    snapshot: Snapshot
    held: dict[Key, Held]
    stretch: int | None
    left_out: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where another process begins: the first snapshot of it, and how that is known."""

    snapshot: Snapshot
    reason: str


def cut(snapshots: Sequence[Snapshot]) -> tuple[list[Taken], list[Break]]:
    """Every snapshot with the number of its process, and where those begin."""
    taken: list[Taken] = []
    breaks: list[Break] = []
    number = 0
    previous: Taken | None = None
    for snapshot in snapshots:
        held = holdings_of(snapshot.profile)
        if previous is not None and (reason := _other_process(previous, snapshot, held)):
            number += 1
            breaks.append(Break(snapshot=snapshot, reason=reason))
            previous = None
        if stale := _tells_nothing(previous, snapshot, held):
            taken.append(Taken(snapshot=snapshot, held=held, stretch=None, left_out=stale))
            continue
        previous = Taken(snapshot=snapshot, held=held, stretch=number)
        taken.append(previous)
    return taken, breaks


def _other_process(previous: Taken, snapshot: Snapshot, held: dict[Key, Held]) -> str | None:
    """Why this is not the process of the one before; None where it is, or nothing speaks against it."""
    before = previous.snapshot
    if snapshot.profile.format == "memray":  # each capture begins with nothing, whatever process it is of
        return None
    how = relation(before.profile, snapshot.profile, (previous.held, held))
    if how.is_same_build is False:
        return "another build was deployed"
    if how.is_same_process is False:
        return "a restart: its counters began anew"
    old, new = before.sidecar, snapshot.sidecar
    if old.requests is not None and new.requests is not None and new.requests < old.requests:
        return "a restart: it has served fewer requests than before"
    if old.pid and new.pid and (old.pid, old.started) != (new.pid, new.started):
        return "a restart: another process id or start time"
    return None


def _tells_nothing(previous: Taken | None, snapshot: Snapshot, held: dict[Key, Held]) -> str | None:
    if not snapshot.profile.samples or (not in_use(held) and _has_allocated(held)):
        return "nothing is in use in it: taken before the first garbage collection (GC) ended; fetch with ?gc=1"
    if previous is not None and previous.held == held:
        return (
            f"stale, the same as {previous.snapshot.path.name} before it: no garbage collection (GC) ended in between, "
            "and a profile is as of the last one; fetch with ?gc=1"
        )
    return None


def _has_allocated(held: dict[Key, Held]) -> bool:
    return any(one.allocated_objects for one in held.values())


def stretch_of(taken: Sequence[Taken]) -> Stretch:
    """Snapshots of one process as a stretch. Without times they count as one hour apart."""
    times = [one.snapshot.at for one in taken]
    first = times[0]
    seconds: list[float] = []
    for index, at in enumerate(times):
        since = (at - first).total_seconds() if at and first else HOUR_S * index
        seconds.append(max(since, seconds[-1] + SHORTEST_S) if seconds else 0.0)
    return Stretch(
        seconds=tuple(seconds),
        held=tuple(one.held for one in taken),
        periods=tuple(one.snapshot.profile.period for one in taken),
        requests=tuple(float(count) for one in taken if (count := one.snapshot.sidecar.requests) is not None),
    )
