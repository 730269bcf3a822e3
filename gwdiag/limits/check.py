"""What a check is: where it reads, from where on it warns, why it matters to a gateway, and what helps."""

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from gwdiag.model.dataclass import dataclass

if TYPE_CHECKING:
    from gwdiag.limits.host import Host


class Status(StrEnum):
    """What a check says. `unavailable` is no good news: it could not look."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    CRIT = "crit"
    UNAVAILABLE = "unavailable"

    @property
    def rank(self) -> int:
        """How bad it is; `unavailable` is neither good nor bad and has none."""
        return (Status.OK, Status.INFO, Status.WARN, Status.CRIT).index(self)


class Unreadable(Exception):
    """What a check needs is missing, refused, empty or damaged. Its text is the reason."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """From where on. `operator` is one of > >= < <=, and meant as written: `> 0.75` is not reached by 0.75."""

    operator: str
    bound: float

    def reached_by(self, value: float) -> bool:
        return {
            ">": value > self.bound,
            ">=": value >= self.bound,
            "<": value < self.bound,
            "<=": value <= self.bound,
        }[self.operator]


def above(bound: float) -> Threshold:
    return Threshold(">", bound)


def at_least(bound: float) -> Threshold:
    return Threshold(">=", bound)


def below(bound: float) -> Threshold:
    return Threshold("<", bound)


def at_most(bound: float) -> Threshold:
    return Threshold("<=", bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What helps. `command` changes the node and is printed, never run; `undo` takes it back.

    Both may hold `{pid}`, `{unit}` and the names that the reading gives. A fix of a kernel setting holds `{old}`: what
    `setting` (a path below /proc/sys) was when it was read; where that is `value` already, the fix is none.
    """

    text: str
    command: str | None = None
    undo: str | None = None
    setting: str | None = None
    value: str | None = None


def sysctl(setting: str, value: object, text: str) -> Fix:
    """A fix that sets a kernel setting, named as its path below /proc/sys: `net/core/somaxconn`."""
    name, wanted = setting.replace("/", "."), str(value)
    quote = "'" if " " in wanted else ""
    return Fix(
        text=text,
        command=f"sysctl -w {name}={quote}{wanted}{quote}",
        undo=f"sysctl -w {name}={quote}{{old}}{quote}",
        setting=setting,
        value=wanted,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read. `value` is what the thresholds are about: a share as 0 to 1, else a count, cores, seconds.

    `too_few`: the figure rests on so few events that thresholds say nothing of it.
    `used` and `limit` are the two figures of a share. `least` is a status that a condition beside the thresholds calls
    for, `because` says which. `unknown`: a part that could not be read; without it nothing is called ok.
    `upstreams`: whom it is about, as `host:port`.
    """

    value: float | None = None
    used: float | None = None
    limit: float | None = None
    too_few: bool = False
    least: Status = Status.OK
    because: str = ""
    note: str = ""
    unknown: str = ""
    upstreams: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitCheck:
    """One question to a node.

    `read` gives the figures or raises Unreadable; it judges nothing that a threshold can. `conditions` says in words
    what it decides beside the thresholds. `explains`: the error classes that this shortage shows as; `shows`: the words
    of it in a log. `basis`: where the thresholds are from. `rate`: it compares two readings and needs both.
    """

    title: str
    read: Callable[["Host"], Reading]
    unit: str = ""
    share: bool = False
    warn: Threshold | None = None
    crit: Threshold | None = None
    conditions: str = ""
    source: tuple[str, ...]
    rate: bool = False
    why: str
    fixes: tuple[Fix, ...] = ()
    explains: tuple[str, ...] = ()
    shows: str
    basis: str
    needs: str = ""
