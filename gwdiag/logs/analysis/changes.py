"""What changed just before: a start, a reload, a configuration error, a host marked down, a new upstream address."""

from collections.abc import Iterator
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, note, time_of
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.logs.tally import MarkSeen, Place, Sample
from gwdiag.model.event import Mark
from gwdiag.model.finding import Finding, Scope
from gwdiag.model.words import duration, listed, moment
from gwdiag.redact import redacted

LOOKED_BACK = 60.0
"""Seconds before the onset in which a change is a candidate: what takes effect does so with the next connections."""

START_LOOKED_BACK = 20.0
"""The same for the start of a process, which takes effect at once. The reload that belongs to a start is none."""

LOOKED_AHEAD = 3.0
"""Seconds after it: log times are whole seconds, and a request that fails began before it is logged."""

NEW_AFTER = 10.0
"""An upstream address is new if its API had been in use for this long without it."""


class ChangeBefore(NamedTuple):
    """A change and how many seconds before the onset it was; `nodes` on which it was seen."""

    what: str
    text: str
    ahead: float
    nodes: tuple[str, ...]
    place: Place


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        if seen.window.onset is None or seen.window.onset_at_start:
            continue
        found = changes_before(view, seen)
        for one in found[:3]:
            yield _finding(view, seen, one)
        if not found and view.tally.marks:
            back = duration(LOOKED_BACK)
            yield note(
                view,
                seen,
                id="nothing_changed",
                title="No change in the log before it",
                says=f"No start, reload, configuration error or new upstream address in the {back} before it: "
                "if something changed, it was outside the gateway.",
            )


def changes_before(view: View, seen: ClassSeen) -> list[ChangeBefore]:
    """The changes around the onset where the class is at home, the nearest first; one of each kind."""
    assert seen.window.onset is not None
    onset = seen.window.onset.timestamp()
    near = [
        mark
        for mark in view.tally.marks
        if onset - _reach(mark) <= mark.at <= onset + LOOKED_AHEAD
        and mark.node in seen.scope.nodes
        and not belongs_to_a_start(mark, view)
    ]
    found = [
        _of_kind(kind, [mark for mark in near if mark.mark is kind], onset) for kind in {mark.mark for mark in near}
    ]
    return sorted([*found, *_new_addresses(view, seen, onset)], key=lambda one: abs(one.ahead))


def _reach(mark: MarkSeen) -> float:
    return START_LOOKED_BACK if mark.mark is Mark.START else LOOKED_BACK


def belongs_to_a_start(mark: MarkSeen, view: View) -> bool:
    """Whether it is the first load of a process that just started."""
    return mark.mark is Mark.RELOAD and any(
        other.mark is Mark.START and other.node == mark.node and 0 <= mark.at - other.at <= START_LOOKED_BACK
        for other in view.tally.marks
    )


def _of_kind(kind: Mark, marks: list[MarkSeen], onset: float) -> ChangeBefore:
    nearest = min(marks, key=lambda mark: (abs(onset - mark.at), mark.at))
    same = [mark for mark in marks if abs(mark.at - nearest.at) <= LOOKED_AHEAD]
    first = min(same, key=lambda mark: mark.at)
    return ChangeBefore(
        kind.value, redacted(first.text), onset - first.at, _distinct(mark.node for mark in same), first.place
    )


def _new_addresses(view: View, seen: ClassSeen, onset: float) -> Iterator[ChangeBefore]:
    began: dict[str, float] = {}
    for (api, _), sight in view.tally.first_sights.items():
        began[api] = min(sight.at, began.get(api, sight.at))
    for (api, upstream), sight in view.tally.first_sights.items():
        is_near = onset - LOOKED_BACK <= sight.at <= onset + LOOKED_AHEAD
        if api in seen.scope.apis and is_near and sight.at - began[api] >= NEW_AFTER:
            text = f"{api} used {upstream} for the first time"
            yield ChangeBefore("new upstream address", text, onset - sight.at, (sight.node,), sight.place)


def _distinct(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _finding(view: View, seen: ClassSeen, found: ChangeBefore) -> Finding:
    at = time_of(seen.window.onset.timestamp() - found.ahead) if seen.window.onset else None
    distance = (
        f"{duration(abs(found.ahead))} {'before' if found.ahead > 0 else 'after'}" if abs(found.ahead) >= 1 else "at"
    )
    return note(
        view,
        seen,
        id="change_before",
        title=f"{found.what[0].upper()}{found.what[1:]} {distance} the onset",
        says=f"{found.what[0].upper()}{found.what[1:]} on {listed(found.nodes)} {distance} the onset ({moment(at)}): "
        f"{found.text}.",
        value=found.ahead,
        unit="s",
        scope=Scope(nodes=found.nodes, apis=seen.scope.apis),
        sample=Sample(found.place, found.nodes[0], found.text, found.text),
    )


CHANGES = Question(asks="What changed just before?", answer=answer)
