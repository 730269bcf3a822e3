"""Leaks that are known: which functions grow, in which versions, and what helps. One file per leak, named after its
id."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from sys import modules

from gwdiag.family import members

PRODUCT = "github.com/TykTechnologies/tyk/"
"""How the functions of the product begin whose leaks these are; libraries that it uses leak in other programs
otherwise."""

VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLeak:
    """A leak that others have found.

    `signature`: any of these on a leaking stack tells it; `*` stands for anything but a slash. `affected`: ranges of
    versions, both ends included. `grows`: what a reader sees. `reference`: where it was fixed. `needs_version`: its
    functions are in every version, so that they alone tell nothing.
    """

    id: str
    title: str
    signature: tuple[str, ...]
    affected: tuple[tuple[str, str], ...]
    fixed_in: str
    grows: str
    workaround: str
    reference: str
    needs_version: bool = False


@cache
def known_leaks() -> dict[str, KnownLeak]:
    """All of them by their ids, such as `TYK-KI-01`."""
    return {one.id: one for one in members(modules[__name__], KnownLeak).values()}


def leak_of(functions: Iterable[str], version: str | None) -> KnownLeak | None:
    """The known leak with one of these functions on its stacks; None also where the version is known and is not
    affected.

    The functions come with the allocating ones first: the earliest that any leak knows decides.
    """
    for function in functions:
        for leak in known_leaks().values():
            if _matches(function, leak.signature) and _is_possible(leak, version):
                return leak
    return None


def _is_possible(leak: KnownLeak, version: str | None) -> bool:
    return not leak.needs_version if version is None else affects(leak, version)


def _matches(function: str, signature: Iterable[str]) -> bool:
    return any(_pattern(one).search(function) for one in signature)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    inside = "[^/]*".join(re.escape(part) for part in name.split("*"))
    return re.compile(rf"(?:^|/){inside}(?:\.func\d.*)?$")


def affects(leak: KnownLeak, version: str) -> bool:
    """Whether a version is in one of the ranges. One that cannot be read may be."""
    number = _number(version)
    return number is None or any((_number(low) or ()) <= number <= (_number(high) or ()) for low, high in leak.affected)


def _number(version: str) -> tuple[int, ...] | None:
    seen = VERSION.search(version)
    return tuple(int(part or 0) for part in seen.groups()) if seen else None
