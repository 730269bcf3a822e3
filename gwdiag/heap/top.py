"""Which functions hold memory: `gwdiag heap top`."""

from collections import defaultdict
from pathlib import Path
from typing import TypedDict

from gwdiag.heap.columns import leaves
from gwdiag.heap.inputs import common, input_of, note, remarks
from gwdiag.heap.report import FunctionEntry, TopReport
from gwdiag.heap.sampling import bounds, sampled, variance_of_one
from gwdiag.heap.snapshots import Snapshot, snapshot_of
from gwdiag.heap.totals import index_of, totals_of
from gwdiag.heap.words import value_words
from gwdiag.model.finding import Finding, Remedy
from gwdiag.model.profile import Profile
from gwdiag.model.words import counted, percent


def top(path: Path, sample: str | None) -> TopReport:
    """The report on one profile. Raises Problem where it cannot be read, or has no such values."""
    snapshot = snapshot_of(path)
    profile = snapshot.profile
    index = index_of(profile, sample, str(path))
    totals = totals_of(profile, index)
    sure = sampling_of(profile, index)
    unit = profile.types[index].unit
    entries = tuple(
        FunctionEntry(function=function, flat=value.flat, cum=value.cum, **sure.of(function, value.flat))
        for function, value in sorted(
            totals.functions.items(), key=lambda one: (-abs(one[1].flat), -abs(one[1].cum), one[0])
        )
    )
    return TopReport(
        **common("top"),
        inputs=(input_of(snapshot),),
        findings=(*remarks([snapshot]), *_delta(snapshot), *_arenas(snapshot, index)),
        status="ok",
        summary=_summary(profile, entries, totals.total, index),
        sample=profile.types[index].name,
        unit=unit,
        total=totals.total,
        at=snapshot.at,
        period=profile.period,
        functions=entries,
    )


class Sure(TypedDict):
    """Of a flat value: what it was estimated from, and its bounds."""

    samples: int | None
    low: float
    high: float


class Sureness:
    """How sure flat values are: samples and variance of each function."""

    def __init__(self, is_sampled: bool) -> None:
        self.samples: defaultdict[str, int] = defaultdict(int)
        self.variance: defaultdict[str, float] = defaultdict(float)
        self._is_sampled = is_sampled

    def of(self, function: str, flat: int) -> Sure:
        if not self._is_sampled:
            return {"samples": None, "low": flat, "high": flat}
        low, high = bounds(flat, self.variance.get(function, 0.0))
        return {"samples": self.samples.get(function, 0), "low": low, "high": high}


def sampling_of(profile: Profile, index: int) -> Sureness:
    """Of the functions that allocate."""
    name = profile.types[index].name
    objects = profile.index(name.replace("space", "objects"))
    sure = Sureness(profile.period > 1 and objects is not None)
    if profile.period <= 1 or objects is None:
        return sure
    space = profile.index(name.replace("objects", "space"))
    for place, values, labelled in leaves(profile.samples):
        count = values[objects]
        if place is None or count <= 0:
            continue
        size = labelled or (values[space] // count if space is not None else 0)
        function = profile.locations[place][0].function
        samples = sampled(count, size, profile.period)
        sure.samples[function] += samples
        one = variance_of_one(size, profile.period)
        sure.variance[function] += samples * (one if index != objects or not size else one / size**2)
    return sure


def _summary(profile: Profile, entries: tuple[FunctionEntry, ...], total: int, index: int) -> str:
    kind = profile.types[index]
    if not total or not entries:
        return f"Nothing is in this profile: its {kind.name} is 0."
    first = entries[0]
    sure = f" ({value_words(first.low, kind.unit)} to {value_words(first.high, kind.unit)})" if first.samples else ""
    return (
        f"{first.function} holds the most: {value_words(first.flat, kind.unit)}{sure} of "
        f"{value_words(total, kind.unit)} {kind.name}, {percent(min(abs(first.flat) / total, 1.0))}. "
        "One profile shows who allocated, not what grows."
    )


def _delta(snapshot: Snapshot) -> list[Finding]:
    if not snapshot.profile.duration_s:
        return []
    text = (
        f"{snapshot.path} is a delta profile, a difference over {snapshot.profile.duration_s:.0f} s (?seconds=N): "
        "its values are no state of the process."
    )
    return [note("heap.delta", "A delta profile", text, [snapshot.path])]


def _arenas(snapshot: Snapshot, index: int) -> list[Finding]:
    profile = snapshot.profile
    held: defaultdict[str, int] = defaultdict(int)
    for place, values, _ in leaves(profile.samples) if profile.arenas else ():
        if place is not None and place in profile.arenas:
            held[profile.locations[place][0].function] += values[index]
    if not held:
        return []
    parts = ", ".join(f"{name} {value_words(size, profile.types[index].unit)}" for name, size in held.items())
    text = f"Whole arenas, no evidence against these functions: {parts}."
    remedy = Remedy(
        text="See behind them",
        command="python -m memray run --trace-python-allocators -o capture.bin APP",
    )
    return [
        note("heap.arenas", f"Python's arenas in {counted(len(held), 'function')}", text, [snapshot.path], (remedy,))
    ]
