"""What functions hold: flat and cum, exactly as `go tool pprof -top` counts them.

Source: google/pprof, internal/graph and internal/report. Flat is what the allocating function itself holds, inlined
or not; cum counts a sample once for each function on its stack, however often that recurs. A sample without a stack
is in the total only. Percentages are of the sum of absolute values.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gwdiag.heap.columns import Columns
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.profile import Profile

SAMPLES = ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")

SHORT = {"inuse_space": "space", "inuse_objects": "objects"}
"""What a text with two columns calls them."""


class Value(NamedTuple):
    """Of a function, in the sample's unit."""

    flat: int
    cum: int


class Totals(NamedTuple):
    """Of a profile. `total`: the sum of absolute values, of which percentages are."""

    total: int
    functions: Mapping[str, Value]


def index_of(profile: Profile, sample: str | None, path: str) -> int:
    """Which value of each sample is meant; the profile's default where none was asked for. Raises Problem without
    one."""
    found = None
    for name in [sample, SHORT.get(sample, "")] if sample else [profile.default, profile.types[-1].name]:
        found = profile.index(name) if found is None else found
    if found is None:
        has = ", ".join(one.name for one in profile.types)
        raise Problem(f"{path}: it has no {sample}; it has {has}", Exit.NOTHING_DONE)
    return found


def totals_of(profile: Profile, index: int) -> Totals:
    """Flat and cum of every function in a profile that has any."""
    if isinstance(profile.samples, Columns):
        return _of_columns(profile.samples, profile, index)
    codes, functions, inlined = _numbered(profile)
    flat, cum, code_of, several = [0] * len(functions), [0] * len(functions), codes.__getitem__, len(functions)
    total = 0
    # Functions as numbers, and sets that are made in C: of 100,000 samples this loop is half of the work.
    for stack, values, _ in profile.samples:
        if not (value := values[index]):
            continue
        total += abs(value)
        if not stack:
            continue
        on_stack = set(map(code_of, stack))
        if max(on_stack) >= several:
            for code in [one for one in on_stack if one >= several]:
                on_stack.remove(code)
                on_stack.update(inlined[code])
        for number in on_stack:
            cum[number] += value
        leaf = codes[stack[0]]
        flat[leaf if leaf < several else inlined[leaf][0]] += value
    rows = ((name, Value(flat[number], cum[number])) for number, name in enumerate(functions))
    return Totals(total, {name: value for name, value in rows if any(value)})


def _of_columns(columns: Columns, profile: Profile, index: int) -> Totals:
    numbers: dict[str, int] = {}
    functions = [
        [numbers.setdefault(frame.function, len(numbers)) for frame in frames] for frames in profile.locations.values()
    ]
    flat, cum, total = columns.sums(functions, len(numbers), index)
    rows = ((name, Value(flat[number], cum[number])) for name, number in numbers.items())
    return Totals(total, {name: value for name, value in rows if any(value)})


def _numbered(profile: Profile) -> tuple[dict[int, int], list[str], dict[int, tuple[int, ...]]]:
    """A number for each location: that of its function, or one above all of them where several are inlined into one.

    Then the functions by their numbers, and those of each of the others, the innermost first.
    """
    numbers: dict[str, int] = {}
    of_place = {
        place: tuple(numbers.setdefault(frame.function, len(numbers)) for frame in frames)
        for place, frames in profile.locations.items()
    }
    codes: dict[int, int] = {}
    inlined: dict[int, tuple[int, ...]] = {}
    for place, its in of_place.items():
        if len(its) == 1:
            codes[place] = its[0]
        else:
            codes[place] = len(numbers) + len(inlined)
            inlined[codes[place]] = its
    return codes, list(numbers), inlined


def difference(bases: Iterable[Totals], new: Totals) -> Totals:
    """What is more in `new` than in all bases together; its total is theirs, as pprof's -diff_base has it.

    Where the bases hold nothing, it is the new one's.
    """
    flat: defaultdict[str, int] = defaultdict(int)
    cum: defaultdict[str, int] = defaultdict(int)
    base_total = 0
    for sign, one in ((1, new), *((-1, base) for base in bases)):
        base_total += one.total if sign < 0 else 0
        for function, value in one.functions.items():
            flat[function] += sign * value.flat
            cum[function] += sign * value.cum
    return Totals(base_total or new.total, {function: Value(flat[function], cum[function]) for function in cum})
