"""The text that pprof calls a Java heap profile: `--- heapz 1 ---`.

Source: google/pprof, profile/legacy_java_profile.go. Bytes come before objects here, and 512 KiB are between samples.
"""

import re
from pathlib import Path

from gwdiag.heap.readers import ProfileReader, Unreadable
from gwdiag.heap.readers._gzip import content
from gwdiag.heap.readers._text import addresses, lines_of, scaled
from gwdiag.model.profile import Frame, Profile, Sample, ValueType

BEGIN = b"--- heapz 1 ---"
PERIOD = 524_288
ATTRIBUTE = re.compile(r"(?P<name>[\w ]+)=(?P<value>[\w ]+)$")
RECORD = re.compile(r"(\d+) +(\d+) +@ *([ x0-9a-f]*)$")
PLACE = re.compile(r"0x(?P<address>[0-9a-f]+)\s+(?P<text>.*)$")
FUNCTION = re.compile(r"(?P<name>.*)\s+\((?P<file>[^()]*?)(?::(?P<line>-?\d+))?\)$")


def read(path: Path) -> Profile:
    """The profile. Raises Unreadable where it is damaged."""
    unit = "bytes"
    samples: list[Sample] = []
    locations: dict[int, tuple[Frame, ...]] = {}
    for line in lines_of(content(path))[1:]:
        if record := RECORD.match(line):
            size, count = int(record[1]), int(record[2])
            if not count:
                raise Unreadable(f"damaged: `{line[:40]}` has bytes without objects")
            stack = tuple(addresses(record[3]))
            locations.update((one, (Frame("<unknown>"),)) for one in stack)
            samples.append(Sample(stack, scaled(count, size, PERIOD), size // count))
        elif place := PLACE.match(line):
            if (address := int(place["address"], 16)) in locations:
                locations[address] = (_frame(place["text"]),)
        elif attribute := ATTRIBUTE.match(line):
            name, value = attribute["name"].strip(), attribute["value"].strip()
            if name == "format" and value != "java":
                raise Unreadable(f"its format is {value}, not java")
            unit = value if name == "resolution" else unit
        elif line:
            raise Unreadable(f"truncated or damaged: `{line[:40]}` is no record")
    return Profile(
        format="java heapz",
        types=(ValueType("inuse_objects", "count"), ValueType("inuse_space", unit)),
        default="inuse_space",
        samples=samples,
        locations=locations,
        period=PERIOD,
    )


def _frame(text: str) -> Frame:
    if "generated stub/JIT" in text:
        return Frame("STUB")
    seen = FUNCTION.match(text)
    return Frame(seen["name"], seen["file"], max(int(seen["line"] or 0), 0)) if seen else Frame(text)


JAVA_HEAPZ = ProfileReader(title="Java heapz text", claims=lambda begin: begin.startswith(BEGIN), read=read)
