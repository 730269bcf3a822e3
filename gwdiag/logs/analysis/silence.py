"""Do the errors follow a silence on that upstream? Then an idle keep-alive connection had died meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from statistics import median

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.chance import mann_whitney
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.model.error_class import NONE
from gwdiag.model.finding import Finding
from gwdiag.model.words import by_chance, duration

CONCERNS = ("upstream_reset", "upstream_closed", "upstream_response_timeout", "upstream_dial_timeout")
"""What a request on a dead connection ends in."""

FEWEST_FAILURES, FEWEST_SUCCESSES = 5, 10
SURE = 1e-3
MOSTLY = 0.75
"""How often the silence before a failure must be longer than that before a success."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Seconds without a request before failures and before successes (medians), and the chance of such a difference."""

    failing: float
    succeeding: float
    chance: float
    shortest: float
    """Nine in ten failures follow a silence of at least this."""


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        found = silence_before(view, seen) if seen.id in CONCERNS else None
        if found:
            yield note(
                view,
                seen,
                id="after_silence",
                title="After a silence",
                says=f"They follow a silence on that upstream: {duration(found.failing)} without a request before a "
                f"failure (nine in ten at least {duration(found.shortest)}), {duration(found.succeeding)} before a "
                f"success; {by_chance(found.chance)}. An idle connection was closed or forgotten meanwhile.",
                value=found.failing,
                unit="s",
            )


def silence_before(view: View, seen: ClassSeen) -> Silence | None:
    """Compares silences on the lines (node and upstream) where the class is at home."""
    lines = {(cell.node, cell.upstream) for cell in seen.home}
    failing = list(
        chain.from_iterable(gaps for (id_, line), gaps in view.tally.gaps.items() if id_ == seen.id and line in lines)
    )
    others = list(
        chain.from_iterable(gaps for (id_, line), gaps in view.tally.gaps.items() if id_ == NONE and line in lines)
    )
    if len(failing) < FEWEST_FAILURES or len(others) < FEWEST_SUCCESSES or not median(failing):
        return None
    how_often, chance = mann_whitney(failing, others)
    if how_often < MOSTLY or chance > SURE:
        return None
    return Silence(median(failing), median(others), chance, sorted(failing)[len(failing) // 10])


SILENCE = Question(asks="Do the errors follow a silence on that upstream?", answer=answer)
