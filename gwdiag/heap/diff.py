"""What grew between two profiles, and how sure that is: `gwdiag heap diff`."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from gwdiag.heap.changes import UNLIKELY, Change, changes_of, together
from gwdiag.heap.holdings import Held, Key, holdings_of
from gwdiag.heap.inputs import common, input_of, note, remarks
from gwdiag.heap.relation import Relation, must_be_comparable, relation
from gwdiag.heap.report import ChangeEntry, DiffReport
from gwdiag.heap.snapshots import Snapshot, snapshot_of
from gwdiag.heap.totals import Totals, difference, index_of, totals_of
from gwdiag.heap.words import range_words, signed, size_words, value_words
from gwdiag.model.finding import Evidence, FileSource, Finding, Severity
from gwdiag.model.words import duration, listed, percent

TOLD = 3
"""Functions that get a sentence; the table has all."""


def diff(bases: Sequence[Path], new: Path, sample: str | None) -> DiffReport:
    """The report on what `new` has more than all bases together. Raises Problem where they cannot be compared."""
    befores, after = [snapshot_of(one) for one in bases], snapshot_of(new)
    for one in befores:
        must_be_comparable(one.profile, after.profile, (str(one.path), str(new)))
    index = index_of(after.profile, sample, str(new))
    name, unit = after.profile.types[index]
    indices = [index_of(one.profile, name, str(one.path)) for one in befores]
    base_totals = [totals_of(one.profile, at) for one, at in zip(befores, indices, strict=True)]
    new_totals = totals_of(after.profile, index)
    totals = difference(base_totals, new_totals)

    before = befores[-1]
    held = holdings_of(before.profile), holdings_of(after.profile)
    how = relation(before.profile, after.profile, held)
    entries = _Entries(befores, after, held, how, name).entries(totals, base_totals, new_totals)
    report_inputs = (*map(input_of, befores), input_of(after))
    findings = [*_grown(entries, unit, how, after), *_warnings(before, after, how), *remarks([*befores, after])]
    return DiffReport(
        **common("diff"),
        inputs=report_inputs,
        findings=tuple(findings),
        status="warning" if any(one.severity is Severity.WARNING for one in findings) else "ok",
        summary=_summary(entries, unit, how, (sum(one.total for one in base_totals), new_totals.total)),
        sample=name,
        unit=unit,
        total=totals.total,
        base_total=sum(one.total for one in base_totals),
        new_total=new_totals.total,
        seconds=how.seconds,
        is_same_process=how.is_same_process,
        is_same_build=how.is_same_build,
        functions=entries,
    )


class _Entries:
    """Brings exact figures and their bounds together, function by function."""

    def __init__(
        self,
        befores: Sequence[Snapshot],
        after: Snapshot,
        held: tuple[dict[Key, Held], dict[Key, Held]],
        how: Relation,
        name: str,
    ) -> None:
        self._is_sampled = after.profile.period > 1
        self._is_in_use_space = name in ("inuse_space", "space")
        self._has_bounds = self._is_sampled and self._is_in_use_space and len(befores) == 1
        periods = befores[-1].profile.period, after.profile.period
        self._by_function: defaultdict[str, list[Change]] = defaultdict(list)
        if self._is_in_use_space and len(befores) == 1:
            changes = changes_of(*held, periods, is_same_process=bool(how.is_same_process))
            for (stack, _), change in changes.items():
                self._by_function[stack[0] if stack else ""].append(change)
        self._arenas = {
            one.profile.locations[place][0].function for one in (*befores, after) for place in one.profile.arenas
        }

    def entries(self, totals: Totals, bases: Sequence[Totals], new: Totals) -> tuple[ChangeEntry, ...]:
        found = []
        for function, value in totals.functions.items():
            if not (value.flat or value.cum):
                continue
            base_flat = sum(one.functions[function].flat for one in bases if function in one.functions)
            new_flat = new.functions[function].flat if function in new.functions else 0
            found.append(self._entry(function, value.flat, value.cum, base_flat, new_flat))
        return tuple(sorted(found, key=lambda one: (-abs(one.flat), -abs(one.cum), one.function)))

    def _entry(self, function: str, flat: int, cum: int, base: int, new: int) -> ChangeEntry:
        change = together(self._by_function.get(function, ()))
        low, high = change.bounds() if self._has_bounds else (float(flat), float(flat))
        is_noise = not flat or (self._has_bounds and (low <= 0 <= high or change.chance_without() >= UNLIKELY))
        return ChangeEntry(
            function=function,
            flat=flat,
            cum=cum,
            base=base,
            new=new,
            change=_word(flat, base, new, is_noise),
            samples=change.samples if self._has_bounds else None,
            low=low,
            high=high,
            retention=change.retention if self._is_in_use_space else None,
            is_arena=function in self._arenas and abs(change.bytes) < abs(flat) / 2,
        )


def _word(flat: int, base: int, new: int, is_noise: bool) -> str:
    if is_noise:
        return "noise"
    if flat > 0:
        return "grew" if base else "new"
    return "shrank" if new else "gone"


def _grown(entries: Sequence[ChangeEntry], unit: str, how: Relation, after: Snapshot) -> list[Finding]:
    grown = [one for one in entries if one.change in ("grew", "new") and one.flat > 0 and not one.is_arena]
    return [
        Finding(
            id="heap.grew",
            severity=Severity.INFO,
            title=f"{one.function} holds more",
            summary=sentence(one, unit, how.seconds),
            evidence=(
                Evidence(
                    statement=f"{one.function}: {value_words(one.base, unit)}, then {value_words(one.new, unit)}",
                    value=one.flat,
                    unit=unit,
                    source=FileSource(path=str(after.path)),
                ),
            ),
        )
        for one in grown[:TOLD]
    ]


def sentence(one: ChangeEntry, unit: str, seconds: float | None) -> str:
    """What one function did, for somebody who has not seen a profile before."""
    is_size = unit == "bytes"
    between = f" ({range_words(one.low, one.high)})" if is_size and one.samples is not None else ""
    rate = ""
    if seconds and seconds > 0:
        per_hour = one.flat / seconds * 3600
        rate = f" in {duration(seconds)} = {signed(size_words(per_hour) if is_size else value_words(per_hour, unit))}/h"
    kept = ""
    if one.retention is not None and one.flat > 0:
        kept = f"; {percent(one.retention)} of what it allocated in between is still there"
    verb = "is new with" if one.change == "new" else f"{one.change} by"
    return f"{one.function} {verb} {value_words(one.flat, unit)}{between}{rate}{kept}."


def _warnings(before: Snapshot, after: Snapshot, how: Relation) -> list[Finding]:
    paths = [before.path, after.path]
    found = []

    def say(id_: str, title: str, text: str) -> None:
        found.append(note(id_, title, text, paths))

    if how.is_stale:
        say(
            "heap.stale",
            "No garbage collection in between",
            f"{before.path} and {after.path} are the same although time has passed: no garbage collection (GC) ended "
            "in between, and a profile is as of the last one. Fetch with ?gc=1.",
        )
    if how.is_same_build is False:
        say(
            "heap.builds",
            "Two builds",
            f"{before.path} and {after.path} are of different builds (another binary was deployed): functions "
            "may have been renamed or inlined.",
        )
    if how.is_same_process is False and after.profile.format != "memray":
        say(
            "heap.processes",
            "Two processes",
            f"{before.path} and {after.path} are of different processes (a restart, another node): the bounds "
            "are wider, and what differs need not have grown.",
        )
    if before.profile.period != after.profile.period:
        say(
            "heap.rates",
            "Two sampling rates",
            f"{before.path} has a sample every {before.profile.period} bytes, {after.path} every "
            f"{after.profile.period}: each is scaled by its own rate.",
        )
    if how.seconds is not None and how.seconds < 0:
        say("heap.order", "Wrong order", f"{after.path} is older than {before.path}: is that the order you meant?")
    for one in (before, after):
        if one.profile.duration_s:
            say(
                "heap.delta",
                "A delta profile",
                f"{one.path} is a delta profile, a difference over {one.profile.duration_s:.0f} s (?seconds=N), "
                "no state.",
            )
    return found


def _summary(entries: Sequence[ChangeEntry], unit: str, how: Relation, totals: tuple[int, int]) -> str:
    real = [one for one in entries if one.change != "noise" and one.flat and not one.is_arena]
    net = totals[1] - totals[0]
    whole = f"{value_words(totals[0], unit)} became {value_words(totals[1], unit)} ({signed(value_words(net, unit))})"
    when = f" in {duration(how.seconds)}" if how.seconds and how.seconds > 0 else ""
    if not real:
        return f"{whole}{when}: no function changed by more than sampling alone may do."
    grown = [one.function for one in real if one.flat > 0]
    most = f"most of it in {listed(grown, 2)}" if grown else "nothing grew"
    return f"{whole}{when}; {most}. Two profiles show growth, not a leak: that takes three or more (gwdiag heap trend)."
