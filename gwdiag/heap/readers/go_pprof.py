"""Go's pprof, as protobuf, packed by gzip or not: what /debug/pprof/heap gives.

Source: github.com/google/pprof, proto/profile.proto and doc/README.md; protobuf.dev, Encoding. Its fields are found
first and parsed in pieces: what a few bytes may blow up to is bounded so, and of a large profile only what is kept is
in memory.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gwdiag.heap.readers import ProfileReader, Unreadable
from gwdiag.heap.readers._gzip import content
from gwdiag.heap.readers._pprof_message import profile_message
from gwdiag.model.profile import Frame, Profile, Sample, ValueType

SAMPLE = 2  # number of the field
WIRE_TYPES = dict.fromkeys((1, 2, 3, 4, 5, 6, 11), (2,)) | dict.fromkeys((7, 8, 9, 10, 12, 14, 15), (0,)) | {13: (0, 2)}
"""How each field of the message is written: 2 a length and as many bytes, 0 a number."""
FIRST_FIELDS = 16
"""So many are looked at to recognise it."""
PIECE = 2 << 20
"""Bytes parsed at once. An empty sample is 2 bytes of the file and about 60 of the parser's memory."""

MANY_SAMPLES = 20_000
MOST_SAMPLES = 2_000_000
MOST_FIELDS = 4_000_000
MOST_ENTRIES = 64_000_000
"""Entries of all stacks together; what they cost is about 8 bytes each."""
MOST_INLINED = 1000
"""Frames inlined into one location. A file can let every entry of every stack point to it."""


def claims(begin: bytes) -> bool:
    """Every field at the begin is one of the message's own, written as it must be."""
    at = 0
    for _ in range(FIRST_FIELDS):
        if at >= len(begin):
            return at > 0
        kind = begin[at] & 7
        if kind not in WIRE_TYPES.get(begin[at] >> 3, ()):
            return False
        try:
            value, at = _varint(begin, at + 1)
        except IndexError:
            return True
        except Unreadable:
            return False
        at += value if kind == 2 else 0
    return True


def read(path: Path) -> Profile:
    """The profile. Raises Unreadable where it is cut, damaged, or larger than any real one."""
    data = content(path)
    try:
        with _no_search_for_garbage():
            samples, rest = _fields(data)
            message = _parsed(b"".join(data[begin:end] for begin, end in rest))
            return _profile(message, data, samples)
    except IndexError:
        raise Unreadable("damaged: a reference in it leads nowhere") from None


def _fields(data: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where samples are and where everything else is: (begin, end) in bytes, each with its tag."""
    samples: list[tuple[int, int]] = []
    rest: list[tuple[int, int]] = []
    at, size = 0, len(data)
    try:
        while at < size:
            begin = at
            tag = data[at]
            at += 1
            if tag >= 0x80:
                tag, at = _varint(data, begin)
            kind = tag & 7
            if kind == 2:
                length = data[at]
                at += 1
                if length >= 0x80:
                    length, at = _varint(data, at - 1)
                at += length
            elif kind == 0:
                while data[at] >= 0x80:
                    at += 1
                at += 1
            elif kind in (1, 5):
                at += 8 if kind == 1 else 4
            else:
                raise Unreadable("damaged: it is no protobuf message")
            (samples if tag >> 3 == SAMPLE else rest).append((begin, at))
    except IndexError:
        at = size + 1
    if at > size:
        raise Unreadable("truncated: its last field ends too early, the file is incomplete")
    if len(samples) > MOST_SAMPLES or len(rest) > MOST_FIELDS:
        raise Unreadable(f"it has too many fields for a profile: {len(samples)} samples and {len(rest)} others")
    return samples, rest


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number and where it ends. IndexError at the end of the data."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise Unreadable("damaged: a number in it has no end")


def _parsed(data: bytes) -> Any:
    from google.protobuf.message import DecodeError

    try:
        return profile_message().FromString(data)
    except DecodeError:
        raise Unreadable("damaged: it is no profile in protobuf") from None


def _profile(message: Any, data: bytes, samples: list[tuple[int, int]]) -> Profile:
    strings = [one.decode("utf-8", "replace") for one in message.string_table] or [""]
    types = tuple(ValueType(strings[one.type], strings[one.unit]) for one in message.sample_type)
    if not types:
        raise Unreadable("it is no profile: it does not say what its values are")
    locations = _locations(message, strings)
    # Where every allocation is counted, sizes follow from the values.
    sizes = [index for index, one in enumerate(strings) if one == "bytes"] if message.period > 1 else []
    main = message.mapping[0] if message.mapping else None
    return Profile(
        format="go pprof",
        types=types,
        default=strings[message.default_sample_type] or types[-1].name,
        samples=_all_samples(data, samples, len(types), locations, frozenset(sizes)),
        locations=locations,
        at=_time(message.time_nanos),
        duration_s=max(message.duration_nanos, 0) / 1e9,
        period=message.period,
        build=strings[main.build_id] if main else "",
        program=strings[main.filename] if main else "",
        comments=tuple(strings[one] for one in message.comment),
    )


def _locations(message: Any, strings: list[str]) -> dict[int, tuple[Frame, ...]]:
    functions = {one.id: (strings[one.name], strings[one.filename]) for one in message.function}
    files = {one.id: strings[one.filename] for one in message.mapping}
    found: dict[int, tuple[Frame, ...]] = {}
    for one in message.location:
        if len(one.line) > MOST_INLINED:
            raise Unreadable(f"damaged: {len(one.line)} functions inlined at one place")
        frames = []
        for line in one.line:
            name, file = functions.get(line.function_id, ("", ""))
            frames.append(Frame(name or _of_file(files.get(one.mapping_id, "")), file, line.line))
        found[one.id] = tuple(frames) or (Frame(_of_file(files.get(one.mapping_id, ""))),)
    return found


def _of_file(path: str) -> str:
    """What pprof calls code without a name: by its binary."""
    return f"[{path.rstrip('/').rpartition('/')[2] or '/'}]" if path else "<unknown>"


def _pieces(data: bytes, samples: list[tuple[int, int]]) -> Iterator[Any]:
    """The samples, parsed a piece of the file at a time."""
    parts: list[bytes] = []
    size = 0
    for begin, end in samples:
        parts.append(data[begin:end])
        size += end - begin
        if size >= PIECE:
            yield _parsed(b"".join(parts)).sample
            parts, size = [], 0
    if parts:
        yield _parsed(b"".join(parts)).sample


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Samples are many and have no cycles: looking at all of them again and again would be a tenth of the work."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Known(dict[int, int]):
    """Each id as one object, however often it stands in stacks: an integer of its own would take 32 bytes each time."""

    def __missing__(self, key: int) -> int:
        raise Unreadable("damaged: a stack leads to a location that is not in it")


def _all_samples(
    data: bytes,
    samples: list[tuple[int, int]],
    types: int,
    locations: dict[int, tuple[Frame, ...]],
    sizes: frozenset[int],
) -> Sequence[Sample]:
    if len(samples) >= MANY_SAMPLES:
        from gwdiag.heap.readers._pprof_columns import (
            columns,  # it needs numpy, which takes longer than a small profile
        )

        if (found := columns(data, samples, types, locations, sizes)) is not None:
            return found
    return _samples(_pieces(data, samples), types, locations, sizes)


def _samples(
    pieces: Iterator[Any], types: int, locations: dict[int, tuple[Frame, ...]], sizes: frozenset[int]
) -> Sequence[Sample]:
    as_known = _Known((one, one) for one in locations).__getitem__
    found: list[Sample] = []
    entries = 0
    for piece in pieces:
        for one in piece:
            values = tuple(one.value[:])  # a slice is made in C
            if len(values) != types:
                raise Unreadable(f"damaged: a sample has {len(values)} values, not {types}")
            stack = tuple(map(as_known, one.location_id[:]))
            entries += len(stack)
            if entries > MOST_ENTRIES:
                raise Unreadable(f"its stacks are too long for a profile: over {MOST_ENTRIES:,} entries")
            size = 0
            if sizes:
                for label in one.label:
                    if label.key in sizes:
                        size = label.num
            if any(values):
                found.append(Sample(stack, values, size))
    return found


def _time(nanos: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(nanos / 1e9, UTC) if nanos > 0 else None
    except (OverflowError, ValueError):
        return None


GO_PPROF = ProfileReader(title="Go pprof (protobuf)", claims=claims, read=read)
