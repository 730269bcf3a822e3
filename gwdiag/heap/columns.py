"""Samples of a large profile as columns: numbers in arrays, where a Python object each would be most of the work.

It is a sequence of samples like any other: one is made when it is asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from gwdiag.model.profile import Sample

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.int64]]

BLOCK = 8192
"""Samples that are looked at together: what is computed for their stacks is some megabytes."""
LARGEST_SUM = 1 << 62
"""Values whose sum is larger have no place in 64 bits; no memory is so large."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns(Sequence[Sample]):
    """`ids`: of all locations there are. `entries`: all stacks, one behind the other, as places in `ids`; those of
    sample n are from `begins[n]` to `begins[n + 1]`. `values`: a row for each sample. `sizes`: of one object each."""

    ids: "Numbers"
    entries: "Numbers"
    begins: "Numbers"
    values: "Numbers"
    sizes: "Numbers"

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        return next(self._between(at, at + 1))

    def __iter__(self) -> Iterator[Sample]:
        for begin in range(0, len(self), BLOCK):
            yield from self._between(begin, min(begin + BLOCK, len(self)))

    def _between(self, begin: int, end: int) -> Iterator[Sample]:
        begins = self.begins[begin : end + 1].tolist()
        stacks = self.ids[self.entries[begins[0] : begins[-1]]].tolist()
        rows, sizes = self.values[begin:end].tolist(), self.sizes[begin:end].tolist()
        for at, row in enumerate(rows):
            stack = stacks[begins[at] - begins[0] : begins[at + 1] - begins[0]]
            yield Sample(tuple(stack), tuple(row), sizes[at])

    def leaves(self) -> Iterator[tuple[int | None, list[int], int]]:
        """Of each sample the location that allocates, the values and the size of one object."""
        import numpy as np

        for begin in range(0, len(self), BLOCK):
            end = min(begin + BLOCK, len(self))
            begins, ends = self.begins[begin:end], self.begins[begin + 1 : end + 1]
            has_stack = (begins < ends).tolist()
            first = self.ids[self.entries[np.minimum(begins, len(self.entries) - 1)]] if len(self.entries) else begins
            rows, sizes = self.values[begin:end].tolist(), self.sizes[begin:end].tolist()
            for place, is_there, row, size in zip(first.tolist(), has_stack, rows, sizes, strict=True):
                yield place if is_there else None, row, size

    def sums(self, functions: Sequence[Sequence[int]], several: int, index: int) -> tuple[list[int], list[int], int]:
        """Flat and cum of each of `several` functions, and the sum of all absolute values.

        `functions`: those of each location in the order of `ids`, the innermost first.
        """
        import numpy as np

        counts = np.array([len(one) for one in functions], np.int64)
        firsts = np.concatenate(([0], np.cumsum(counts)))
        every = np.array([number for one in functions for number in one], np.int64)
        flat, cum = np.zeros(several, np.int64), np.zeros(several, np.int64)
        values = self.values[:, index]
        for begin in range(0, len(self), BLOCK):
            end = min(begin + BLOCK, len(self))
            begins = self.begins[begin : end + 1]
            its = values[begin:end]
            places = self.entries[begins[0] : begins[-1]]
            with_stack = np.flatnonzero(begins[:-1] < begins[1:])
            leaves = places[(begins[:-1] - begins[0])[with_stack]]
            np.add.at(flat, every[firsts[leaves]], its[with_stack])
            # Each function of a stack once: pairs of sample and function, those of inlined functions among them.
            samples = np.repeat(np.arange(end - begin), np.diff(begins))
            inlined = counts[places]
            steps = np.arange(inlined.sum()) - np.repeat(np.cumsum(inlined) - inlined, inlined)
            called = every[np.repeat(firsts[places], inlined) + steps]
            pairs = np.sort(np.repeat(samples, inlined) * several + called)
            pairs = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]  # np.unique takes twenty times as long
            np.add.at(cum, pairs % several, its[pairs // several])
        return flat.tolist(), cum.tolist(), int(np.abs(values).sum())


def leaves(samples: Sequence[Sample]) -> Iterable[tuple[int | None, Sequence[int], int]]:
    """Of each sample the location that allocates, None without a stack; the values, and the size of one object."""
    if isinstance(samples, Columns):
        return samples.leaves()
    return ((stack[0] if stack else None, values, size) for stack, values, size in samples)
