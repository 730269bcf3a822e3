"""Go's heap profile as text, `/debug/pprof/heap?debug=1`, and the older text that gperftools writes.

Source: Go, runtime/pprof, writeHeapInternal; google/pprof, profile/legacy_profile.go. Go adds the names of functions
and runtime.MemStats as comments, which pprof passes over. Read here: one text then has counts, names and the
process's memory.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from gwdiag.heap.readers import ProfileReader, Unreadable
from gwdiag.heap.readers._gzip import content
from gwdiag.heap.readers._text import addresses, lines_of, scaled
from gwdiag.model.profile import Frame, Profile, Sample, ValueType

BEGIN = b"heap profile:"
HEADER = re.compile(
    r"heap profile: *(?P<inuse_n>\d+): *(?P<inuse_b>\d+) *\[ *(?P<alloc_n>\d+): *(?P<alloc_b>\d+) *\] *@ *"
    r"(?P<kind>heap[_a-z0-9]*|growthz?|fragmentationz?)/?(?P<rate>\d*)"
)
RECORD = re.compile(r"(-?\d+): *(-?\d+) *\[ *(\d+): *(\d+) *\] @(.*)")
SYMBOL = re.compile(r"#\t0x[0-9a-f]+\t+(?P<name>.*?)\+0x[0-9a-f]+\t+(?P<file>.*):(?P<line>\d+)$")
STAT = re.compile(r"# (?P<name>[A-Za-z]+) = (?P<value>\d+)(?: / (?P<of>\d+))?$")
MEMSTATS = "# runtime.MemStats"
END = ("--- Memory map: ---", "MAPPED_LIBRARIES:")
FOUR = tuple(
    ValueType(name, unit)
    for name, unit in (
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    )
)
TWO = (ValueType("objects", "count"), ValueType("space", "bytes"))


def read(path: Path) -> Profile:
    """The profile. Raises Unreadable where it is cut within a record, or damaged."""
    lines = lines_of(content(path))
    header = HEADER.match(lines[0])
    if not header:
        raise Unreadable("damaged: its first line is not that of a heap profile")
    period, is_scaled = _period(header)
    has_alloc = any(
        header[alloc] not in (header[inuse], "0") for alloc, inuse in (("alloc_n", "inuse_n"), ("alloc_b", "inuse_b"))
    )
    body = _Body(period if is_scaled else 1, has_alloc)
    memstats = _memstats(lines)
    for line in lines[1:]:
        if line in END or line == MEMSTATS:
            break
        body.line(line)
    is_of_go = header["kind"] == "heap"
    return Profile(
        format="go text",
        types=FOUR if has_alloc else TWO,
        default=(FOUR if has_alloc else TWO)[-1].name,
        samples=body.samples(),
        locations=body.locations,
        at=_last_gc(memstats),
        period=period,
        memstats=memstats,
        remarks=("the text ends before runtime.MemStats: it may be incomplete",) if is_of_go and not memstats else (),
    )


def _period(header: re.Match[str]) -> tuple[int, bool]:
    """Bytes between samples, and whether counts are of samples. Go prints twice its rate, heap_v2 prints it as it
    is."""
    rate, kind = int(header["rate"] or 0), header["kind"]
    if kind in ("heapz_v2", "heap_v2"):
        return rate, True
    if kind == "heap":
        return rate // 2, True
    if kind == "heapprofile" or kind.startswith(("growth", "fragmentation")):
        return 1, False
    raise Unreadable(f"its first line names a kind of heap profile that is not known: {kind}")


class _Body:
    """Takes records one by one: the counts, then, in comments, the names of the places."""

    def __init__(self, period: int, has_alloc: bool) -> None:
        self.locations: dict[int, tuple[Frame, ...]] = {}
        self._period, self._has_alloc = period, has_alloc
        self._ids: dict[Frame | int, int] = {}
        self._records: list[tuple[tuple[int, ...], int, list[int], list[int]]] = []

    def line(self, line: str) -> None:
        if symbol := SYMBOL.match(line):
            if self._records:
                frame = Frame(symbol["name"], symbol["file"], int(symbol["line"]))
                self._records[-1][3].append(self._id(frame, frame))
        elif line and not line.startswith("#"):
            self._records.append(self._record(line))

    def samples(self) -> list[Sample]:
        return [
            Sample(tuple(names or [self._id(one, Frame("<unknown>")) for one in places]), values, size)
            for values, size, places, names in self._records
            if any(values)
        ]

    def _record(self, line: str) -> tuple[tuple[int, ...], int, list[int], list[int]]:
        seen = RECORD.match(line)
        if not seen:
            raise Unreadable(f"truncated or damaged: `{line[:40]}` is no record")
        inuse_n, inuse_b, alloc_n, alloc_b = (int(seen[group]) for group in (1, 2, 3, 4))
        if (not inuse_n and inuse_b) or (self._has_alloc and not alloc_n and alloc_b):
            raise Unreadable(f"damaged: `{line[:40]}` has bytes without objects")
        values: tuple[int, ...] = scaled(inuse_n, inuse_b, self._period)
        size = inuse_b // inuse_n if inuse_n else 0
        if self._has_alloc:
            values = (*scaled(alloc_n, alloc_b, self._period), *values)
            size = size or (alloc_b // alloc_n if alloc_n else 0)
        # An address is that of the instruction after the call.
        return values, size, [(one - 1) % (1 << 64) for one in addresses(seen[5])], []

    def _id(self, place: Frame | int, frame: Frame) -> int:
        if place not in self._ids:
            self._ids[place] = len(self._ids) + 1
            self.locations[self._ids[place]] = (frame,)
        return self._ids[place]


def _memstats(lines: list[str]) -> dict[str, int]:
    if MEMSTATS not in lines:
        return {}
    found = {}
    for line in lines[lines.index(MEMSTATS) + 1 :]:
        if stat := STAT.match(line):
            found[stat["name"]] = int(stat["value"])
            if stat["of"]:
                found[f"{stat['name']}Sys"] = int(stat["of"])
    return found


def _last_gc(memstats: dict[str, int]) -> datetime | None:
    """The text has no time of its own; what is in use is as of the end of the last garbage collection."""
    try:
        return datetime.fromtimestamp(memstats["LastGC"] / 1e9, UTC) if memstats.get("LastGC") else None
    except (OverflowError, ValueError):
        return None


GO_TEXT = ProfileReader(title="Go heap profile as text", claims=lambda begin: begin.startswith(BEGIN), read=read)
