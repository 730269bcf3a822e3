"""The checks, one file each, called as the check is with `_` for its dot: `fd_used_ratio` is `fd.used_ratio`."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from sys import modules

from gwdiag.family import members
from gwdiag.limits.check import LimitCheck


@cache
def checks() -> dict[str, LimitCheck]:
    """All checks by id."""
    return {name.replace("_", ".", 1): one for name, one in members(modules[__name__], LimitCheck).items()}


def check(name: str) -> LimitCheck | None:
    """The check with that id, without loading the others; None where there is none."""
    group, dot, rest = name.partition(".")
    module = f"{__name__}.{group}_{rest}"
    if not (dot and group.isalnum() and rest.isidentifier() and find_spec(module)):
        return None
    [found] = [one for one in vars(import_module(module)).values() if isinstance(one, LimitCheck)]
    return found
