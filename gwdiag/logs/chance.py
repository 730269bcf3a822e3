"""How likely something is by chance: the tests that the questions need. Only large ones load numpy, which is slow."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from math import cos, erfc, exp, hypot, inf, lgamma, log, pi, sin, sqrt

ABOUT_AS_GOOD = 0.97
"""A period is about as good as another if its score is at least this part of the other's."""

MANY_SCORES = 50_000
"""Times and periods to be compared from which on it pays to load numpy."""


def log_fisher_exact(marked: int, drawn: int, hits: int, total: int) -> float:
    """The logarithm of the chance that `drawn` of `total`, picked at random, hold at least `hits` of the `marked` ones.

    Here: that as many failures fall on a node that has nothing to do with them. One-sided. A logarithm, because what is
    too small for a float may still have to be corrected for a number of comparisons that is too large for one.
    """
    fewest = max(hits, marked + drawn - total)
    most = min(marked, drawn)
    if fewest > most:
        return -inf
    term = log_choose(marked, fewest) + log_choose(total - marked, drawn - fewest) - log_choose(total, drawn)
    terms, largest = [term], term
    for count in range(fewest, most):
        term += log((marked - count) * (drawn - count) / ((count + 1) * (total - marked - drawn + count + 1)))
        terms.append(term)
        if term < largest - 40:  # terms only shrink from here on
            break
        largest = max(largest, term)
    return min(0.0, largest + log(sum(exp(term - largest) for term in terms)))


def log_choose(total: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose so many of all."""
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)


def mann_whitney(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """How often a value of `left` exceeds one of `right` (ties count half), and how likely by chance.

    The chance is that of the normal approximation with correction for ties, two-sided.
    """
    n, m = len(left), len(right)
    of_left, of_right = Counter(left), Counter(right)
    wins, ties, below = 0.0, 0.0, 0
    for value in sorted({*of_left, *of_right}):
        both = of_left[value] + of_right[value]
        wins += of_left[value] * (below + of_right[value] / 2)
        ties += both**3 - both
        below += of_right[value]
    variance = n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1)))
    if variance <= 0:
        return 0.5, 1.0
    return wins / (n * m), erfc(abs(wins - n * m / 2) / sqrt(2 * variance))


def spearman(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """The rank correlation, and how likely one that strong is by chance (normal approximation, two-sided)."""
    n = len(left)
    first, second = _ranks(left), _ranks(right)
    mean = (n + 1) / 2
    covariance = sum((a - mean) * (b - mean) for a, b in zip(first, second, strict=True))
    spread = sqrt(sum((a - mean) ** 2 for a in first) * sum((b - mean) ** 2 for b in second))
    if not spread:
        return 0.0, 1.0
    correlation = covariance / spread
    return correlation, erfc(abs(correlation) * sqrt(n - 1) / sqrt(2))


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [(bisect_left(ordered, value) + bisect_right(ordered, value) + 1) / 2 for value in values]


def rayleigh_period(times: Sequence[float], shortest: float, longest: float, sure: float) -> tuple[float, float] | None:
    """The period in seconds at which times come most regularly, and how likely that is by chance.

    Rayleigh's test over periods from `shortest` to `longest`, corrected for their number. Half and third of a period
    are as regular as the period itself; the longest of those that are about as good is it. None where the chance is
    above `sure`.
    """
    n, span = len(times), times[-1] - times[0]
    periods, period = [], shortest
    while period <= longest:
        periods.append(period)
        period += period * period / span / 8  # finer would tell the same: one turn more or less over the span
    needed = sqrt(log(len(periods) / sure) / n)
    if n * len(periods) < MANY_SCORES:
        scores = _scores(times, periods)
    else:
        scores = _high_scores(times, periods, ABOUT_AS_GOOD * needed)
    best = max(scores)
    chance = min(1.0, len(scores) * exp(-n * best * best))
    if chance > sure:
        return None
    return max(period for score, period in zip(scores, periods, strict=True) if score >= ABOUT_AS_GOOD * best), chance


def _scores(times: Sequence[float], periods: Sequence[float]) -> list[float]:
    """How regular times are at each period: 0, anywhere in it, to 1, always at the same place of it."""
    at = [2 * pi * (time - times[0]) for time in times]
    scores = []
    for period in periods:
        angles = [one / period for one in at]
        scores.append(hypot(sum(map(cos, angles)), sum(map(sin, angles))) / len(times))
    return scores


ROUNDED = 1.001
"""More than what a sum of single precision can be too low."""


def _high_scores(times: Sequence[float], periods: Sequence[float], enough: float) -> list[float]:
    """The same where there are many, with 0 for those that are below `enough`.

    The score of a period says how high those beside it can be: by Taylor's theorem for exp(ix), whose second
    derivative is never above 1. So most of them need not be computed.
    """
    import numpy as np

    n, reach = len(times), 2
    at = np.array(times) - (times[0] + times[-1]) / 2
    frequencies = 1 / np.array(periods)
    every = np.arange(len(periods))
    beside = every // (2 * reach + 1)
    middles = np.minimum(every[:: 2 * reach + 1] + reach, every[-1])
    turns = np.outer(frequencies[middles], at)
    turns -= np.rint(turns)
    angles = turns.astype(np.float32) * np.float32(2 * pi)  # sines of these take a thirtieth of the time
    waves = np.cos(angles) + 1j * np.sin(angles)
    at = 2 * pi * at
    sums, slopes = waves.sum(axis=1)[beside], 1j * (waves @ at)[beside]
    distance = frequencies - frequencies[middles][beside]
    at_most = abs(sums + slopes * distance) + distance**2 * (at**2).sum() / 2
    high = every[at_most * ROUNDED >= enough * n]
    scores = np.zeros(len(periods))
    scores[high] = abs(np.exp(1j * np.outer(frequencies[high], at)).sum(axis=1)) / n
    return list(map(float, scores))


def rates_differ(before: int, before_seconds: float, after: int, after_seconds: float) -> bool:
    """Whether two counts come from different rates, by their log likelihood ratio."""
    total, seconds = before + after, before_seconds + after_seconds
    if not total or not before_seconds or not after_seconds:
        return False
    parts = ((before, before_seconds), (after, after_seconds), (total, seconds))
    first, second, both = (count * log(count / weight) if count else 0.0 for count, weight in parts)
    return first + second - both > 6.0
