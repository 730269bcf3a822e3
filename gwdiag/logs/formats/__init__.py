"""The grammars that gateways log in, one file each. Whichever recognises a line reads it; file names decide nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.logs.clock import Clock
from gwdiag.model.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFormat:
    """One grammar. `read` gives the event of a line that it recognises whole or cut, else None.

    No two formats may recognise the same line: a test holds them to it, so there is no order among them.
    """

    title: str
    read: Callable[[str, Clock], Event | None]


@cache
def formats() -> dict[str, LogFormat]:
    """All formats by name."""
    return members(modules[__name__], LogFormat)
