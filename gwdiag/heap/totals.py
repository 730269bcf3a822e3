"""What functions hold: flat and cum, exactly as `go tool pprof -top` counts them.

Source: google/pprof, internal/graph and internal/report. Flat is what the allocating function itself holds, inlined
or not; cum counts a sample once for each function on its stack, however often that recurs. A sample without a stack
is in the total only. Percentages are of the sum of absolute values.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

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
    """Flat and cum of every function in a profile."""
    numbers: dict[str, int] = {}
    leaves = {
        place: numbers.setdefault(frames[0].function, len(numbers)) for place, frames in profile.locations.items()
    }
    inlined = {
        place: {numbers.setdefault(frame.function, len(numbers)) for frame in frames}
        for place, frames in profile.locations.items()
        if len(frames) > 1
    }
    by_stack: defaultdict[tuple[int, ...], int] = defaultdict(int)
    total = 0
    for stack, values, _ in profile.samples:
        if value := values[index]:
            total += abs(value)
            by_stack[stack] += value
    by_stack.pop((), None)
    # Functions as numbers, sets made in C: of 100,000 stacks this loop is most of the work.
    flat, cum = [0] * len(numbers), [0] * len(numbers)
    leaf_of, has_inlined = leaves.__getitem__, inlined.keys().isdisjoint
    for stack, value in by_stack.items():
        functions = set(map(leaf_of, stack))
        if inlined and not has_inlined(stack):
            for place in stack:
                if place in inlined:
                    functions |= inlined[place]
        flat[leaves[stack[0]]] += value
        for function in functions:
            cum[function] += value
    is_on_stack = _seen(by_stack, leaves, inlined)
    return Totals(
        total, {name: Value(flat[number], cum[number]) for name, number in numbers.items() if number in is_on_stack}
    )


def _seen(stacks: Iterable[tuple[int, ...]], leaves: Mapping[int, int], inlined: Mapping[int, set[int]]) -> set[int]:
    """Numbers of the functions that are on any stack: one may come to 0, and has its row."""
    places = set(chain.from_iterable(stacks))
    return {leaves[one] for one in places}.union(*(inlined[one] for one in places if one in inlined))


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
