"""The checks, one file each, called as the check is with `_` for its dot: `fd_used_ratio` is `fd.used_ratio`."""

from collections.abc import Iterable, Mapping
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.limits.check import LimitCheck


def ids() -> list[str]:
    """The ids of all checks; none is loaded for them."""
    return [name.replace("_", ".", 1) for name in _by_file()]


def checks(only: Iterable[str] | None = None) -> dict[str, LimitCheck]:
    """Checks by id: those with the given ids, or all."""
    return {name: _by_file()[name.replace(".", "_", 1)] for name in (ids() if only is None else only)}


def check(name: str) -> LimitCheck | None:
    """The check with that id; None where there is none."""
    return checks([name])[name] if name in ids() else None


@cache
def _by_file() -> Mapping[str, LimitCheck]:
    return members(modules[__name__], LimitCheck)
