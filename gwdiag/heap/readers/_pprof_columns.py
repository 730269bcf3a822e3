"""The samples of a large profile in protobuf, all of them a field at a time, in arrays.

Source: github.com/google/pprof, proto/profile.proto; protobuf.dev, Encoding. What is written otherwise than by Go's
runtime and the usual libraries is left to the reader that takes sample by sample; so is what is damaged: that one says
how it is.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gwdiag.heap.columns import BLOCK, LARGEST_SUM, Columns

if TYPE_CHECKING:
    import numpy as np

    Bytes = np.ndarray[Any, np.dtype[np.uint8]]
    Numbers = np.ndarray[Any, np.dtype[np.int64]]

STACK, VALUES, LABEL = 0x0A, 0x12, 0x1A
"""Tags within a sample: a number of the field and that a length follows."""
LABEL_KEY, LABEL_NUM = 0x08, 0x18
MOST_FIELDS = 8
LONGEST_NUMBER = 10
LARGEST_ID = 1 << 22
SPARE = b"\0" * 16
"""Behind the last sample, so that one may look a little further."""


class _OtherwiseError(Exception):
    """It is written in a way that is not known here."""


def columns(
    data: bytes,
    samples: Sequence[tuple[int, int]],
    types: int,
    locations: Mapping[int, object],
    size_keys: Collection[int],
) -> Columns | None:
    """`samples`: where each begins, with its tag, and ends. `size_keys`: strings that are the key of a label with the
    size of an object. None where they have to be read one by one."""
    import numpy as np

    if not samples or not locations or max(locations) > LARGEST_ID:
        return None
    whole = np.frombuffer(data + SPARE, np.uint8)
    ids = np.fromiter(locations, np.int64, len(locations))
    place_of = np.full(int(ids.max()) + 1, -1, np.int64)
    place_of[ids] = np.arange(len(ids))
    parts: list[tuple[Numbers, Numbers, Numbers, Numbers]] = []
    try:
        for at in range(0, len(samples), BLOCK):
            begins, ends = np.array(samples[at : at + BLOCK], np.int64).T
            parts.append(_block(whole, begins, ends, types, place_of, size_keys))
    except _OtherwiseError:
        return None
    counts = np.concatenate([one[1] for one in parts])
    values = np.concatenate([one[2] for one in parts])
    if np.abs(values.astype(np.float64)).sum() >= LARGEST_SUM:
        return None
    return Columns(
        ids=ids,
        entries=np.concatenate([one[0] for one in parts]),
        begins=np.concatenate(([0], np.cumsum(counts))),
        values=values,
        sizes=np.concatenate([one[3] for one in parts]),
    )


def _block(
    whole: "Bytes", begins: "Numbers", ends: "Numbers", types: int, place_of: "Numbers", size_keys: Collection[int]
) -> "tuple[Numbers, Numbers, Numbers, Numbers]":
    """The entries of all stacks, how many each has, the values, and the size of an object: of samples that hold any."""
    import numpy as np

    stacks, its, labels = _fields(whole, begins, ends)
    numbers, counts = _numbers(whole, *its)
    if (counts != types).any():
        raise _OtherwiseError
    values = numbers.reshape(-1, types)
    sizes = _sizes(whole, *labels, size_keys) if size_keys else np.zeros(len(begins), np.int64)
    entries, lengths = _numbers(whole, *stacks)
    if len(entries):
        if entries.min() < 0 or entries.max() >= len(place_of):
            raise _OtherwiseError
        entries = place_of[entries]
        if entries.min() < 0:
            raise _OtherwiseError
    holds = values.any(axis=1)
    if not holds.all():
        entries = entries[np.repeat(holds, lengths)]
        lengths, values, sizes = lengths[holds], values[holds], sizes[holds]
    return entries.astype(np.int32), lengths, values, sizes


def _fields(whole: "Bytes", begins: "Numbers", ends: "Numbers") -> "list[tuple[Numbers, Numbers]]":
    """Of each sample where its stack, its values and its label are: begin and length, 0 where there is none."""
    import numpy as np

    found = {tag: (np.zeros_like(begins), np.zeros_like(begins)) for tag in (STACK, VALUES, LABEL)}
    _, cursors = _number(whole, begins + 1)  # behind the length of the sample
    for _ in range(MOST_FIELDS):
        left = np.flatnonzero(cursors < ends)
        if not len(left):
            return [found[tag] for tag in (STACK, VALUES, LABEL)]
        tags = whole[cursors[left]]
        lengths, contents = _number(whole, cursors[left] + 1)
        if (contents + lengths > ends[left]).any():
            raise _OtherwiseError
        known = 0
        for tag, (where, size) in found.items():
            its = np.flatnonzero(tags == tag)
            known += len(its)
            if size[left[its]].any():  # twice
                raise _OtherwiseError
            where[left[its]], size[left[its]] = contents[its], lengths[its]
        if known != len(left):
            raise _OtherwiseError
        cursors[left] = contents + lengths
    raise _OtherwiseError


def _number(whole: "Bytes", at: "Numbers") -> "tuple[Numbers, Numbers]":
    """The number that begins at each place, of at most four bytes, and where it ends."""
    import numpy as np

    value, at, going = np.zeros_like(at), at.copy(), np.ones(len(at), bool)
    for shift in (0, 7, 14, 21):
        byte = whole[np.minimum(at, len(whole) - 1)].astype(np.int64)
        value += np.where(going, (byte & 0x7F) << shift, 0)
        at += going
        going &= byte >= 0x80
    if going.any():
        raise _OtherwiseError
    return value, at


def _numbers(whole: "Bytes", begins: "Numbers", lengths: "Numbers") -> "tuple[Numbers, Numbers]":
    """All numbers of all these stretches, one behind the other, and how many each stretch has."""
    import numpy as np

    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    content = whole[np.repeat(begins - before, lengths) + np.arange(total)]
    is_last = content < 0x80
    if total and not is_last[(before + lengths - 1)[lengths > 0]].all():
        raise _OtherwiseError
    lasts = np.flatnonzero(is_last)
    firsts = np.concatenate(([0], lasts[:-1] + 1)) if len(lasts) else lasts
    longest = int((lasts - firsts).max()) + 1 if len(lasts) else 0
    if longest > LONGEST_NUMBER:
        raise _OtherwiseError
    numbers = (content[firsts] & 0x7F).astype(np.uint64)
    for more in range(1, longest):
        its = np.flatnonzero(firsts + more <= lasts)
        numbers[its] |= (content[firsts[its] + more] & 0x7F).astype(np.uint64) << np.uint64(7 * more)
    so_far = np.concatenate(([0], np.cumsum(is_last)))
    return numbers.view(np.int64), so_far[before + lengths] - so_far[before]


def _sizes(whole: "Bytes", begins: "Numbers", lengths: "Numbers", keys: Collection[int]) -> "Numbers":
    """What the label of each sample says of the size of an object; 0 without one."""
    import numpy as np

    sizes = np.zeros(len(begins), np.int64)
    has = np.flatnonzero(lengths)
    at = begins[has]
    key, behind = _number(whole, at + 1)
    size, end = _number(whole, behind + 1)
    if (whole[at] != LABEL_KEY).any() or (whole[behind] != LABEL_NUM).any() or (end != at + lengths[has]).any():
        raise _OtherwiseError
    sizes[has] = np.where(np.isin(key, list(keys)), size, 0)
    return sizes
