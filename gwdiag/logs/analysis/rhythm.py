"""Do the errors come every N seconds? Then a clock makes them: a TTL, an idle timeout, a probe, a cron job."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.chance import rayleigh_period
from gwdiag.model.finding import Finding
from gwdiag.model.words import by_chance, duration, number

FEWEST_BURSTS = 6
SURE = 1e-4
QUIET = 2
"""Buckets without any failure that part two bursts."""

MOST_BURSTS = 300
"""Bursts that are looked at, the first ones: the time that it takes grows with their square."""

FEWEST_BEATS, MOST_BEATS = 1 / 1.5, 2.0
"""Beats of the clock per burst. Bursts that leave out more than every other beat keep any rhythm."""


class Rhythm(NamedTuple):
    """A period in seconds, how many bursts keep it, and how likely that is by chance."""

    period: float
    bursts: int
    chance: float


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        width = view.tally.seconds.width
        found = rhythm_of(sorted(view.tally.seconds.of(seen.id)), width)
        if found:
            yield note(
                view,
                seen,
                id="rhythm",
                title=f"Every {duration(found.period)}",
                says=f"They come in {number(found.bursts)} bursts about every {duration(found.period)}; "
                f"{by_chance(found.chance)}. Look for what runs or expires at that pace: a TTL, an idle timeout, "
                "a health check, a scheduled job.",
                value=found.period,
                unit="s",
            )


def rhythm_of(buckets: Sequence[int], width: int) -> Rhythm | None:
    """The rhythm of buckets in which failures were seen; None where they are continuous, too few or irregular."""
    starts = [bucket for before, bucket in zip((-inf, *buckets), buckets, strict=False) if bucket - before > QUIET]
    if len(starts) < FEWEST_BURSTS:
        return None
    times = [start * float(width) for start in starts[:MOST_BURSTS]]
    span, bursts = times[-1] - times[0], len(times)
    shortest = max(3.0 * width, span / (MOST_BEATS * bursts - 1))
    longest = min(span / (FEWEST_BURSTS - 2), span / (FEWEST_BEATS * bursts - 1))
    if shortest > longest:
        return None
    found = rayleigh_period(times, shortest, longest, SURE)
    return Rhythm(found[0], bursts, found[1]) if found else None


RHYTHM = Question(asks="Do the errors come every N seconds?", answer=answer)
