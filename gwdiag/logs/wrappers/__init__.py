"""What collectors put around a line: Docker, Kubernetes, journald, syslog. One file each."""

from collections.abc import Callable, Mapping
from functools import cache
from sys import modules
from typing import NamedTuple

from gwdiag.family import members
from gwdiag.model.dataclass import dataclass
from gwdiag.model.pattern import pattern

MAY_BE_WRAPPED = pattern(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S* |(?:<\d{1,3}>)?(?:1 |[^\s\d]{2,6} [ \d]?\d \d\d:)"
    r'|\{"log":|\{(?=.*"MESSAGE")|\[pod/|(?:\d\d:\d\d:\d\d )?\s*[\w.@-]+\s+\| '
)
"""How lines begin that a wrapper may take something off: of others none is asked, which takes its time."""


class Unwrapped(NamedTuple):
    """What was inside. `at` is the time as the collector wrote it; `more`: the line goes on in the next record."""

    text: str
    at: str | None = None
    host: str | None = None
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapper:
    """One collector's way of writing lines. `unwrap` gives None for a line that it did not write."""

    title: str
    unwrap: Callable[[str], Unwrapped | None]


@cache
def wrappers() -> Mapping[str, Wrapper]:
    """All wrappers by name."""
    return members(modules[__name__], Wrapper)
