"""A memory profile, whoever wrote it: stacks with what each holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Frame(NamedTuple):
    """A function on a stack, as the profile spells it; `file` and `line` where it knows them."""

    function: str
    file: str = ""
    line: int = 0


class ValueType(NamedTuple):
    """What a value of a sample is: `inuse_space` in `bytes`."""

    name: str
    unit: str


class Sample(NamedTuple):
    """What one stack holds. One is made for each of many thousands, hence no dataclass.

    `stack`: ids of locations, the allocating one first. `values`: one for each type of the profile. `size`: bytes of
    one object, 0 where the profile does not say.
    """

    stack: tuple[int, ...]
    values: tuple[int, ...]
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile as it was read.

    `locations`: the frames at an id, the innermost inlined one first; none where nothing is known of the place.
    `period`: bytes between two samples on average (Go's MemProfileRate); 1 or less where every allocation is counted.
    `duration_s`: above 0 where values are a difference over so long instead of a state.
    `memstats`: figures of Go's runtime.MemStats where the profile has them. `raw`: counts are samples, not estimates.
    `arenas`: locations that hold whole arenas of Python's allocator. `remarks`: what limits what it can tell.
    """

    format: str
    types: tuple[ValueType, ...]
    default: str
    samples: Sequence[Sample]
    locations: Mapping[int, tuple[Frame, ...]]
    at: datetime | None = None
    duration_s: float = 0.0
    period: int = 0
    build: str = ""
    program: str = ""
    memstats: Mapping[str, int] = field(default_factory=dict)
    arenas: frozenset[int] = frozenset()
    comments: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def index(self, name: str) -> int | None:
        """Which of a sample's values is of the type `name`; None where there is none."""
        for index, one in enumerate(self.types):
            if one.name == name:
                return index
        return None

    @property
    def kind(self) -> str:
        """`heap`, `goroutine`, or else what its values are called."""
        names = {one.name for one in self.types}
        if names & {"inuse_space", "alloc_space", "space"}:
            return "heap"
        return "goroutine" if names & {"goroutine", "goroutineleak"} else self.types[-1].name if self.types else ""
