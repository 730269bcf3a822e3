"""What an error class means, with what a line of it names put into the commands."""

from dataclasses import replace

from gwdiag.error_classes import details, error_classes, filled
from gwdiag.model.dataclass import dataclass
from gwdiag.model.error_class import Fault
from gwdiag.model.finding import Remedy
from gwdiag.redact import redacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """An error class for a reader.

    `line`: the first line of the class, without its secrets; null where the class itself was asked for. `names`: what
    the line tells beside its class, such as `host`, `port`, `server`.
    """

    class_: str
    title: str
    means: str
    line: str | None
    names: dict[str, str]
    at_fault: tuple[Fault, ...]
    mistaken_for: tuple[str, ...]
    told_apart: str
    causes: tuple[str, ...]
    next: tuple[Remedy, ...]
    runbook: str


def meaning_of(name: str, line: str | None = None) -> Meaning:
    """The meaning of the class with that id."""
    known = error_classes()[name]
    shown = None if line is None else redacted(line)
    names = details(shown or "")
    return Meaning(
        class_=name,
        title=known.title,
        means=known.means,
        line=shown,
        names=names,
        at_fault=known.at_fault,
        mistaken_for=known.mistaken_for,
        told_apart=known.told_apart,
        causes=known.causes,
        next=tuple(replace(one, command=one.command and filled(one.command, names)) for one in known.next),
        runbook=known.runbook,
    )
