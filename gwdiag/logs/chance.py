"""How likely something is by chance: the tests that the questions need, without numpy, which costs at start-up."""

from bisect import bisect_left, bisect_right
from cmath import exp as complex_exp
from collections.abc import Sequence
from math import erfc, exp, inf, lgamma, log, pi, sqrt


def log_fisher_exact(marked: int, drawn: int, hits: int, total: int) -> float:
    """The logarithm of the chance that `drawn` of `total`, picked at random, hold at least `hits` of the `marked` ones.

    Here: that as many failures fall on a node that has nothing to do with them. One-sided. A logarithm, because what is
    too small for a float may still have to be corrected for a number of comparisons that is too large for one.
    """
    terms: list[float] = []
    largest = -inf
    for count in range(hits, min(marked, drawn) + 1):
        term = _log_hypergeometric(marked, drawn, count, total)
        terms.append(term)
        if term < largest - 40:  # terms only shrink from here on
            break
        largest = max(largest, term)
    return min(0.0, largest + log(sum(exp(term - largest) for term in terms))) if largest > -inf else -inf


def _log_hypergeometric(marked: int, drawn: int, hits: int, total: int) -> float:
    if drawn - hits > total - marked:
        return -inf
    return log_choose(marked, hits) + log_choose(total - marked, drawn - hits) - log_choose(total, drawn)


def log_choose(total: int, chosen: int) -> float:
    """The logarithm of the number of ways to choose so many of all."""
    return lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)


def mann_whitney(left: Sequence[float], right: Sequence[float]) -> tuple[float, float]:
    """How often a value of `left` exceeds one of `right` (ties count half), and how likely by chance.

    The chance is that of the normal approximation with correction for ties, two-sided.
    """
    ordered = sorted(right)
    wins = sum((bisect_left(ordered, value) + bisect_right(ordered, value)) / 2 for value in left)
    n, m = len(left), len(right)
    both = sorted([*left, *right])
    ties, index = 0.0, 0
    while index < len(both):
        end = bisect_right(both, both[index])
        ties += (end - index) ** 3 - (end - index)
        index = end
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


def rayleigh_period(times: Sequence[float], shortest: float, longest: float) -> tuple[float, float]:
    """The period in seconds at which times come most regularly, and how likely that is by chance.

    Rayleigh's test over periods from `shortest` to `longest`, corrected for their number. Half and third of a period
    are as regular as the period itself; the longest of those that are about as good is it.
    """
    begin, n = times[0], len(times)
    span = times[-1] - begin
    scores: list[tuple[float, float]] = []
    period = shortest
    while period <= longest:
        score = abs(sum(complex_exp(2j * pi * (time - begin) / period) for time in times)) / n
        scores.append((score, period))
        period += period * period / span / 8  # finer would tell the same: one turn more or less over the span
    best = max(score for score, _ in scores)
    period = max(period for score, period in scores if score >= 0.97 * best)
    return period, min(1.0, len(scores) * exp(-n * best * best))


def rates_differ(before: int, before_seconds: float, after: int, after_seconds: float) -> bool:
    """Whether two counts come from different rates, by their log likelihood ratio."""
    total, seconds = before + after, before_seconds + after_seconds
    if not total or not before_seconds or not after_seconds:
        return False
    parts = ((before, before_seconds), (after, after_seconds), (total, seconds))
    first, second, both = (count * log(count / weight) if count else 0.0 for count, weight in parts)
    return first + second - both > 6.0
