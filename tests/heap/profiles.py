"""Heap profiles made for a test, as Go writes them."""

import gzip
from pathlib import Path
from typing import Any

from gwdiag.heap.readers import read_profile
from gwdiag.heap.readers._pprof_message import profile_message
from gwdiag.model.problem import Problem

TYPES = (("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"), ("inuse_space", "bytes"))
START = 1_790_000_000
"""Seconds since the epoch at which series begin: 2026-09-21 14:13:20 UTC."""


def is_profile_or_problem(file: Path) -> bool:
    """Reads a file. True for a profile, and for a Problem of one line; anything else is raised."""
    try:
        read_profile(file)
    except Problem as problem:
        return "\n" not in str(problem)
    return True


class Heap:
    """A profile under construction: `Heap().add(("leaf", "caller"), (4, 64, 2, 32), size=16)`."""

    def __init__(self, *, types: tuple[tuple[str, str], ...] = TYPES, period: int = 524_288, build: str = "b1") -> None:
        self.message: Any = profile_message()()
        self._strings: dict[str, int] = {}
        self._places: dict[str, int] = {}
        self.text("")
        for name, unit in types:
            self.message.sample_type.add(type=self.text(name), unit=self.text(unit))
        self.message.period = period
        self.message.mapping.add(id=1, filename=self.text("/opt/gateway/gateway"), build_id=self.text(build))

    def text(self, text: str) -> int:
        if text not in self._strings:
            self._strings[text] = len(self._strings)
            self.message.string_table.append(text.encode())
        return self._strings[text]

    def place(self, names: str) -> int:
        """A location; of several names with a bar between them the first is inlined into the next."""
        if names not in self._places:
            location = self.message.location.add(id=len(self._places) + 1, mapping_id=1)
            self._places[names] = location.id
            for name in filter(None, names.split("|")):
                function = self.message.function.add(id=len(self.message.function) + 1, name=self.text(name))
                location.line.add(function_id=function.id, line=7)
        return self._places[names]

    def add(self, stack: tuple[str, ...], values: tuple[int, ...], size: int = 0) -> "Heap":
        sample = self.message.sample.add(value=values)
        sample.location_id.extend(map(self.place, stack))
        if size:
            sample.label.add(key=self.text("bytes"), num=size)
        return self

    def at(self, seconds: float) -> "Heap":
        self.message.time_nanos = int((START + seconds) * 1e9)
        return self

    def bytes(self) -> bytes:
        data: bytes = self.message.SerializeToString()
        return data

    def write(self, file: Path) -> Path:
        file.write_bytes(gzip.compress(self.bytes()))
        return file
