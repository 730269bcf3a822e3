"""memray's captures of Python programs: what was still allocated when the capture ended.

Source: memray 1.20, FileReader; its documentation, Python allocators. With pymalloc small objects live in arenas of
256 KiB (1 MiB since Python 3.10), which are charged to whoever happened to need the next one: no evidence against
that function.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gwdiag.heap.readers import ProfileReader, Unreadable
from gwdiag.model.profile import Frame, Profile, Sample, ValueType

PLAIN, LZ4 = b"memray\0", b"\x04\x22\x4d\x18"
ARENA = 256 << 10
TRAILER = b"\x01"
"""The last record of a capture that was ended properly; only zeros of the reserved room follow."""
TIMEOUT_S = 600


def claims(begin: bytes) -> bool:
    """Its magic, or that of LZ4 with its magic soon after."""
    return begin.startswith(PLAIN) or (begin.startswith(LZ4) and PLAIN[:6] in begin[:40])


def read(path: Path) -> Profile:
    """The profile. Raises Unreadable where it was cut, not ended, or is of another version of memray."""
    if not is_whole(path):
        raise Unreadable(
            "truncated: the capture was not ended or is incomplete; what was not yet freed would look like a leak"
        )
    seen = _records(path)
    return _profile(seen)


def is_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if file.read(len(LZ4)) == LZ4:
            return _has_end_mark(path)
        data_end = b""
        size = file.seek(0, 2)
        while size and not data_end:  # reserved room at the end is zeros
            begin = max(size - (1 << 20), 0)
            file.seek(begin)
            data_end = file.read(size - begin).rstrip(b"\0")
            size = begin
        return data_end.endswith(TRAILER)


def _has_end_mark(path: Path) -> bool:
    """Follows the blocks of an LZ4 frame to its end mark. Source: LZ4 Frame Format Description 1.6."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(len(LZ4))
        flags = file.read(1)[0]
        has_block_checksums, has_size, has_id = flags & 0x10, flags & 0x08, flags & 0x01
        file.seek(2 + (8 if has_size else 0) + (4 if has_id else 0), 1)
        while len(length := file.read(4)) == 4:
            block = int.from_bytes(length, "little") & 0x7FFF_FFFF
            if not block:
                return True
            if file.seek(block + (4 if has_block_checksums else 0), 1) > size:
                return False
    return False


def _records(path: Path) -> dict[str, Any]:
    program = Path(__file__).with_name("_memray_process.py")
    try:
        run = subprocess.run(
            [sys.executable, "-P", str(program), str(path.absolute())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"damaged: memray has not read it within {TIMEOUT_S} s") from None
    try:
        seen: dict[str, Any] = json.loads(run.stdout)
    except ValueError:
        raise Unreadable(f"damaged: memray's reader ended with status {run.returncode}") from None
    if "missing" in seen:
        raise Unreadable(f"it is a memray capture, and memray is not installed here ({seen['missing']})")
    if "damaged" in seen:
        raise Unreadable(f"damaged, or of another version of memray: {seen['damaged']}")
    return seen


def _profile(seen: dict[str, Any]) -> Profile:
    locations = {index: (Frame(*frame),) for index, frame in enumerate(_named(seen["frames"]))}
    is_in_arenas = seen["allocator"] == "pymalloc" and not seen["is_traced"]
    arenas: set[int] = set()
    samples = []
    for stack, is_mmap, count, size in seen["records"]:
        places = tuple(stack)
        if is_in_arenas and is_mmap and size and size % ARENA == 0 and places:
            # The same place may also allocate in earnest: arenas get an entry of their own below it.
            place = len(locations)
            locations[place] = locations[places[0]]
            arenas.add(place)
            places = (place, *places[1:])
        samples.append(Sample(places, (count, size)))
    return Profile(
        format="memray",
        types=(ValueType("inuse_objects", "count"), ValueType("inuse_space", "bytes")),
        default="inuse_space",
        samples=samples,
        locations=locations,
        at=datetime.fromtimestamp(seen["end"], UTC),
        period=1,
        build=f"pid {seen['pid']} since {seen['start']}",
        program=_tracing(seen),
        arenas=frozenset(arenas),
        remarks=_remarks(seen, bool(arenas)),
    )


def _named(frames: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Functions with their files: `run` and `__init__` are everywhere."""
    return [(f"{name} ({_short(file)})", file, line) for name, file, line in frames]


def _short(file: str) -> str:
    """Below site-packages or the standard library; else its name and folder."""
    for mark in ("/site-packages/", "/dist-packages/"):
        if mark in file:
            return file.rpartition(mark)[2]
    _, mark, tail = file.rpartition("/lib/python3.")
    return tail.partition("/")[2] if mark else "/".join(file.rsplit("/", 2)[-2:])


def _tracing(seen: dict[str, Any]) -> str:
    """How allocations were traced: captures that differ in it cannot be compared."""
    own = "with" if seen["is_traced"] else "without"
    native = ", native frames" if seen["is_native"] else ""
    return f"{seen['allocator']}, {own} --trace-python-allocators{native}"


def _remarks(seen: dict[str, Any], has_arenas: bool) -> tuple[str, ...]:
    remarks = []
    if has_arenas:
        remarks.append(
            "whole arenas of Python's allocator are charged to whoever needed the next one: no evidence against that "
            "function (capture with --trace-python-allocators to see behind them)"
        )
    if seen["file_format"] == "AGGREGATED_ALLOCATIONS":
        remarks.append("the capture is aggregated: it has the state at its end and no history")
    return tuple(remarks)


MEMRAY = ProfileReader(title="memray capture", claims=claims, read=read)
