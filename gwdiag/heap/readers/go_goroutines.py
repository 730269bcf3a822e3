"""Go's goroutines as text, `/debug/pprof/goroutine?debug=1`: how many wait at each place.

Source: Go, runtime/pprof, writeGoroutine and printCountProfile.
"""

import re
from pathlib import Path

from gwdiag.heap.readers import ProfileReader, Unreadable
from gwdiag.heap.readers._gzip import content
from gwdiag.heap.readers._text import lines_of
from gwdiag.heap.readers.go_text import SYMBOL
from gwdiag.model.profile import Frame, Profile, Sample, ValueType

BEGIN = re.compile(rb"(?P<kind>goroutine(?:leak)?) profile: total \d+\r?\n")
RECORD = re.compile(r"(\d+) @((?: 0x[0-9a-f]+)*)$")


def read(path: Path) -> Profile:
    """The profile. Raises Unreadable where it is damaged."""
    data = content(path)
    begin = BEGIN.match(data)
    if not begin:
        raise Unreadable("damaged: its first line is not that of a goroutine profile")
    ids: dict[Frame, int] = {}
    found: list[tuple[int, list[int]]] = []
    for line in lines_of(data)[1:]:
        if (symbol := SYMBOL.match(line)) and found:
            frame = Frame(symbol["name"], symbol["file"], int(symbol["line"]))
            found[-1][1].append(ids.setdefault(frame, len(ids) + 1))
        elif line and not line.startswith("#"):
            record = RECORD.match(line)
            if not record:
                raise Unreadable(f"truncated or damaged: `{line[:40]}` is no record")
            found.append((int(record[1]), []))
    types = (ValueType(begin["kind"].decode(), "count"),)
    return Profile(
        format="go text",
        types=types,
        default=types[0].name,
        samples=[Sample(tuple(stack), (count,)) for count, stack in found],
        locations={number: (frame,) for frame, number in ids.items()},
        period=1,
    )


GO_GOROUTINES = ProfileReader(
    title="Go goroutine profile as text", claims=lambda begin: bool(BEGIN.match(begin)), read=read
)
