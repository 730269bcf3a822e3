"""A check as its documentation: all of it comes from the check itself."""

import json
from collections.abc import Iterator, Mapping

from gwdiag.limits.check import LimitCheck
from gwdiag.limits.report import FixShown
from gwdiag.limits.words import bound, filled
from gwdiag.model.dataclass import dataclass
from gwdiag.model.problem import Problem
from gwdiag.model.words import listed
from gwdiag.render.json import as_json
from gwdiag.render.md import escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckMeaning:
    """A check for a reader. In commands `<pid>` and the like stand for what only a node tells."""

    id: str
    title: str
    why: str
    source: tuple[str, ...]
    two_readings: bool
    warn: str
    crit: str
    conditions: str
    basis: str
    shows: str
    explains: tuple[str, ...]
    needs: str
    fixes: tuple[FixShown, ...]


def meaning_of(name: str, check: LimitCheck) -> CheckMeaning:
    """The documentation of the check with that id."""
    return CheckMeaning(
        id=name,
        title=check.title,
        why=check.why,
        source=check.source,
        two_readings=check.rate,
        warn=bound(check, check.warn),
        crit=bound(check, check.crit),
        conditions=check.conditions,
        basis=check.basis,
        shows=check.shows,
        explains=check.explains,
        needs=check.needs,
        fixes=tuple(filled(one, {}) for one in check.fixes),
    )


def facts(meaning: CheckMeaning) -> Iterator[tuple[str, str]]:
    """What there is to say of a check, each with what it is about."""
    yield "Why", meaning.why
    yield "In a log", meaning.shows
    if meaning.explains:
        yield "Explains", listed(meaning.explains, most=8)
    if meaning.warn:
        yield "A warning", meaning.warn
    if meaning.crit:
        yield "Critical", meaning.crit
    if meaning.conditions:
        yield "Judged", meaning.conditions
    yield "Thresholds from", meaning.basis
    yield "Read", listed(meaning.source, most=8) + (", twice" if meaning.two_readings else "")
    if meaning.needs:
        yield "Needs", meaning.needs


def listing(checks: Mapping[str, LimitCheck], output: str) -> str:
    """All checks: a line each, a table in Markdown, or everything in JSON. Raises Problem for another output."""
    meanings = [meaning_of(name, check) for name, check in checks.items()]
    if output == "text":
        return "".join(f"{one.id:28} {one.title}\n" for one in meanings)
    if output == "json":
        return json.dumps(as_json(meanings), indent=2, ensure_ascii=False) + "\n"
    if output == "md":
        rows = [f"| `{one.id}` | {escaped(one.title)} | {escaped(_when(one))} |" for one in meanings]
        return "\n".join(["| check | what | it warns, and is critical |", "|---|---|---|", *rows]) + "\n"
    raise Problem(f"--list can be written as text, json or md, not as {output}")


def _when(meaning: CheckMeaning) -> str:
    bounds = "; ".join(one for one in (meaning.warn, meaning.crit) if one)
    return " ".join(one for one in (bounds and f"{bounds}.", meaning.conditions) if one)
