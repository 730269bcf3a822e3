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

    No two formats may recognise the same line: a test holds them to it, so there is no order among them. Only the
    beginning of a line may also be a whole line of the format that `begins_like` names.
    `cannot_tell`: what lines of this format leave out, for people. `recorded`: where its sample lines are from.
    """

    title: str
    read: Callable[[str, Clock], Event | None]
    recorded: str
    cannot_tell: str = ""
    begins_like: str | None = None


@cache
def formats() -> dict[str, LogFormat]:
    """All formats by name."""
    return members(modules[__name__], LogFormat)
