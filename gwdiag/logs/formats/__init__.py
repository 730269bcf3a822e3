"""The grammars that gateways log in, one file each. Whichever recognises a line reads it; file names decide nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.logs.clock import Clock
from gwdiag.logs.scan.spec import Keyed, Placed
from gwdiag.model.dataclass import dataclass
from gwdiag.model.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFormat:
    """One grammar. `read` gives the event of a line that it recognises whole or cut, else None.

    No two formats may recognise the same line: a test holds them to it, so there is no order among them. Only the
    beginning of a line may also be a whole line of the format that `begins_like` names.
    `in_parts`: it has several records about one failure, with the same `request_id`, written the same way in all.
    `names_apis`: its lines name the API, so that a path need not be asked; what is nameless there has none.
    `below`: the event with what a line below it says that is no record itself; None where it is not part of it.
    `scan`: where the fields of its successes are, so that they are read a thousand at once; see `logs.scan`.
    `cannot_tell`: what lines of this format leave out, for people. `recorded`: where its sample lines are from.
    """

    title: str
    read: Callable[[str, Clock], Event | None]
    recorded: str
    cannot_tell: str = ""
    begins_like: str | None = None
    in_parts: bool = False
    names_apis: bool = False
    below: Callable[[Event, str], Event | None] | None = None
    scan: Keyed | Placed | None = None


MOST_LOGS = ("logrus_text", "combined", "logrus_json")
"""What most logs are written in. These are tried first, which decides nothing and spares loading all the others."""


@cache
def formats() -> Mapping[str, LogFormat]:
    """All formats by name."""
    return members(modules[__name__], LogFormat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammars:
    """The formats to read lines with. The user's `own` come first; `only`: that built-in one and no other."""

    own: Mapping[str, LogFormat] = field(default_factory=dict)
    only: str | None = None

    def built_in(self) -> Mapping[str, LogFormat]:
        return {self.only: formats()[self.only]} if self.only else formats()

    def likeliest_first(self) -> Iterator[tuple[str, LogFormat]]:
        """The built-in formats, each loaded when its turn comes."""
        built_in = self.built_in()
        first = [name for name in MOST_LOGS if name in built_in]
        return ((name, built_in[name]) for name in dict.fromkeys((*first, *built_in)))


ALL_BUILT_IN = Grammars()
