"""Do the errors follow a silence on that upstream? Then an idle keep-alive connection had died meanwhile."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.chance import mann_whitney
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.logs.tally import Cell, Tally
from gwdiag.model.dataclass import dataclass
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
    lines = _Lines(view.tally)
    for seen in view.frequent:
        found = silence_before(view, seen, lines) if seen.id in CONCERNS else None
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


def silence_before(view: View, seen: ClassSeen, lines: "_Lines | None" = None) -> Silence | None:
    """Compares silences on the lines (node and upstream) where the class is at home."""
    lines = lines or _Lines(view.tally)
    home = sorted({(cell.node, cell.upstream) for cell in seen.home})
    failing = [gap for line in home for gap in lines.gaps(line, seen.id)]
    others = [gap for line in home for gap in lines.gaps(line, NONE)] if len(failing) >= FEWEST_FAILURES else []
    if len(failing) < FEWEST_FAILURES or len(others) < FEWEST_SUCCESSES or not _median(failing):
        return None
    how_often, chance = mann_whitney(failing, others)
    if how_often < MOSTLY or chance > SURE:
        return None
    return Silence(_median(failing), _median(others), chance, sorted(failing)[len(failing) // 10])


def _median(values: Sequence[float]) -> float:
    """As `statistics.median`, which takes longer to load than to ask."""
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


class _Lines:
    """When requests began on the connections of each node to each upstream."""

    def __init__(self, tally: Tally) -> None:
        self._requests = tally.requests
        self._cells: defaultdict[tuple[str, str], list[tuple[str, Cell]]] = defaultdict(list)
        self._before: dict[tuple[str, str], dict[int, int]] = {}  # of seconds with requests, the one before it
        self._gaps: dict[tuple[tuple[str, str], str], list[int]] = {}
        for id_, cell in tally.requests:
            self._cells[cell.node, cell.upstream].append((id_, cell))

    def gaps(self, line: tuple[str, str], id_: str) -> list[int]:
        """The seconds since the last request on that line, for the first requests of this class.

        Of several in one second only the first can follow a silence; which it was of two classes nobody knows.
        """
        if not line[1]:
            return []
        if (line, id_) not in self._gaps:
            self._gaps[line, id_] = self._of_class(line, id_)
        return self._gaps[line, id_]

    def _of_class(self, line: tuple[str, str], id_: str) -> list[int]:
        if line not in self._before:
            begun = sorted(set[int]().union(*map(self._requests.of, self._cells[line])))
            self._before[line] = dict(zip(begun[1:], begun, strict=False))
        before, width, found = self._before[line], self._requests.width, list[int]()
        of_class = self._requests.sum_of(key for key in self._cells[line] if key[0] == id_)
        for bucket in sorted(of_class):
            if bucket in before:
                found.append((bucket - before[bucket]) * width)
                if (more := of_class[bucket] - 1) > 0:
                    found += [0] * min(more, MOST_OF_A_LINE - len(found))
            if len(found) >= MOST_OF_A_LINE:
                break
        return found


SILENCE = Question(asks="Do the errors follow a silence on that upstream?", answer=answer)
