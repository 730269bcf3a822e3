"""A profile for `go tool pprof` and its web page; a difference opens there as with -diff_base.

Source: google/pprof, proto/profile.proto. pprof marks the samples of a base with the label pprof::base.
"""

import gzip
from typing import Any

from gwdiag.heap.exports import Export
from gwdiag.heap.picture import Picture
from gwdiag.heap.readers._pprof_message import profile_message
from gwdiag.model.profile import Profile

BASE = ("pprof::base", "true")


class _Writer:
    """Fills a message; strings, functions and locations once each."""

    def __init__(self) -> None:
        self.message: Any = profile_message()()
        self._strings: dict[str, int] = {}
        self._functions: dict[tuple[str, str], int] = {}
        self._locations: dict[object, int] = {}
        self.text("")

    def text(self, text: str) -> int:
        if text not in self._strings:
            self._strings[text] = len(self._strings)
            self.message.string_table.append(text.encode("utf-8", "replace"))
        return self._strings[text]

    def add(self, profile: Profile, types: list[str], sign: int) -> None:
        """All samples of a profile; `sign` is -1 for a base."""
        indices = [profile.index(name) for name in types]
        for stack, values, size in profile.samples:
            sample = self.message.sample.add()
            sample.location_id.extend(self._location(profile, place) for place in stack)
            sample.value.extend(sign * values[one] if one is not None else 0 for one in indices)
            if size:
                sample.label.add(key=self.text("bytes"), num=size)
            if sign < 0:
                sample.label.add(key=self.text(BASE[0]), str=self.text(BASE[1]))

    def _location(self, profile: Profile, place: int) -> int:
        frames = profile.locations[place]
        if frames not in self._locations:
            location = self.message.location.add(id=len(self._locations) + 1)
            self._locations[frames] = location.id
            for frame in frames:
                location.line.add(function_id=self._function(frame.function, frame.file), line=frame.line)
        return self._locations[frames]

    def _function(self, name: str, file: str) -> int:
        if (name, file) not in self._functions:
            function = self.message.function.add(id=len(self._functions) + 1)
            self._functions[name, file] = function.id
            function.name = function.system_name = self.text(name)
            function.filename = self.text(file)
        return self._functions[name, file]


def write(picture: Picture) -> bytes:
    """The profile, with that of the base turned round."""
    writer = _Writer()
    message, profile = writer.message, picture.profile
    for name, unit in profile.types:
        message.sample_type.add(type=writer.text(name), unit=writer.text(unit))
    types = [one.name for one in profile.types]
    writer.add(profile, types, 1)
    if picture.base_profile:
        writer.add(picture.base_profile, types, -1)
    message.default_sample_type = writer.text(picture.sample)
    message.period = profile.period
    message.period_type.type, message.period_type.unit = writer.text("space"), writer.text("bytes")
    if profile.at:
        message.time_nanos = int(profile.at.timestamp() * 1e9)
    return gzip.compress(message.SerializeToString(), mtime=0)


PPROF = Export(title="pprof's protobuf, for go tool pprof", write=write, is_binary=True)
