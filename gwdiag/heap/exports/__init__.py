"""A profile or a difference in the forms that other tools, and people, read. One file per form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.heap.picture import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One form. `is_binary`: not for a terminal."""

    title: str
    write: Callable[[Picture], bytes]
    is_binary: bool = False


@cache
def exports() -> Mapping[str, Export]:
    """All forms, by the name that `-o` has for them."""
    return members(modules[__name__], Export)
