"""Do the errors follow a silence on that upstream? Then an idle keep-alive connection had died meanwhile."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.chance import mann_whitney
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.logs.tally import Tally
from gwdiag.model.error_class import NONE
from gwdiag.model.finding import Finding
from gwdiag.model.words import by_chance, duration

CONCERNS = ("upstream_reset", "upstream_closed", "upstream_response_timeout", "upstream_dial_timeout")
"""What a request on a dead connection ends in."""

FEWEST_FAILURES, FEWEST_SUCCESSES = 5, 10
SURE = 1e-3
MOST_OF_A_LINE = 2_000
"""Requests of a class that are looked at for each line."""

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
    failing: list[int] = []
    others: list[int] = []
    for line in lines:
        _gaps(view.tally, line, {seen.id: failing, NONE: others})
    if len(failing) < FEWEST_FAILURES or len(others) < FEWEST_SUCCESSES or not median(failing):
        return None
    how_often, chance = mann_whitney(failing, others)
    if how_often < MOSTLY or chance > SURE:
        return None
    return Silence(median(failing), median(others), chance, sorted(failing)[len(failing) // 10])


def _gaps(tally: Tally, line: tuple[str, str], by_class: Mapping[str, list[int]]) -> None:
    """Adds the seconds since the last request on that line for each request of these classes that began there.

    Of several in one second only the first can follow a silence; which it was of two classes nobody knows.
    """
    begun: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for id_, cell in tally.requests:
        if (cell.node, cell.upstream) == line and cell.upstream:
            for bucket, count in tally.requests.of((id_, cell)).items():
                begun[bucket][id_] += count
    so_far = dict.fromkeys(by_class, 0)
    for before, bucket in pairwise(sorted(begun)):
        for id_, count in begun[bucket].items():
            some = min(count, MOST_OF_A_LINE - so_far.get(id_, MOST_OF_A_LINE))
            if some > 0:
                by_class[id_] += [(bucket - before) * tally.requests.width, *[0] * (some - 1)]
                so_far[id_] += some


SILENCE = Question(asks="Do the errors follow a silence on that upstream?", answer=answer)
