"""Files that hold a memory profile -> Profile. One file per kind; each recognises its own by the first bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sys import modules

from gwdiag.family import members
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.profile import Profile

BEGIN = 4096
"""Bytes by which a reader recognises its own."""


class Unreadable(Exception):
    """The file is of this kind and cannot be read; says why, in a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileReader:
    """One kind of file.

    `claims`: whether a file that begins so is of this kind; not more than one reader may claim it. `read`: the
    profile in it; raises Unreadable, or OSError.
    """

    title: str
    claims: Callable[[bytes], bool]
    read: Callable[[Path], Profile]


@cache
def readers() -> Mapping[str, ProfileReader]:
    """All kinds, by name."""
    return members(modules[__name__], ProfileReader)


def reader_of(path: Path) -> ProfileReader:
    """The one that reads this file. Raises Unreadable where none does, OSError where the file cannot be opened."""
    from gwdiag.heap.readers._gzip import begin_of

    begin = begin_of(path, BEGIN)
    if not begin:
        raise Unreadable("it is empty: no profile in it")
    for one in readers().values():
        if one.claims(begin):
            return one
    raise Unreadable("it is no profile that is known: neither Go's pprof (protobuf or text) nor a memray capture")


def read_profile(path: Path) -> Profile:
    """The profile in a file. Raises Problem, one line with the file and the reason."""
    try:
        return reader_of(path).read(path)
    except Unreadable as reason:
        raise Problem(f"{path}: {reason}", Exit.NOTHING_DONE) from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read: {error.strerror or error}", Exit.NOTHING_DONE) from None
    except MemoryError:
        raise Problem(f"{path}: it does not fit into memory", Exit.NOTHING_DONE) from None
