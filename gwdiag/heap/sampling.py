"""What sampled counts are worth: from a sample to an estimate with its bounds.

Go takes a sample every `period` bytes on average, as a Poisson process, so an object of s bytes is sampled with p = 1
- exp(-s/period), each independently. With k samples of objects of one size: bytes = s*k/p, and the variance of that
is s^2 * k * (1-p) / p^2. Source: Go, runtime/mprof.go and runtime/malloc.go, nextSample; the rest follows from the
binomial.
"""

from math import exp, sqrt

Z95 = 1.96
FEW = 30
"""Below it a normal interval is too narrow on one side; then Garwood's for a Poisson count."""


def chance(size: int, period: int) -> float:
    """That one object of `size` bytes is in the profile."""
    return 1.0 if period <= 1 or size <= 0 else 1 - exp(-size / period)


def sampled(objects: int, size: int, period: int) -> int:
    """How many samples an estimate of so many objects was made of: the scaling cannot be seen otherwise."""
    return round(objects * chance(size, period))


def weight(size: int, period: int) -> float:
    """Bytes that one sample of an object of `size` bytes stands for."""
    return size / chance(size, period)


def variance_of_one(size: int, period: int) -> float:
    """Bytes^2 that each sample of such an object adds to the variance of an estimate."""
    p = chance(size, period)
    return (size / p) ** 2 * (1 - p)


def bounds(value: float, variance: float, z: float = Z95) -> tuple[float, float]:
    """Between which values the true one lies, for an estimate above 0 made of counts.

    A sum of counts with different weights is treated as one count with the weight that gives it the same variance.
    """
    if variance <= 0 or value <= 0:
        return value, value
    count, unit = value * value / variance, variance / value
    if count >= FEW:
        half = z * sqrt(variance)
        return value - half, value + half
    low, high = garwood(count, z)
    return low * unit, high * unit


def garwood(count: float, z: float = Z95) -> tuple[float, float]:
    """Between which means the one lies whose Poisson count was seen. Source: Garwood 1936, as Wilson and Hilferty
    have it."""
    upper = count + 1
    low = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3 if count > 0 else 0.0
    return max(low, 0.0), upper * (1 - 1 / (9 * upper) + z / (3 * sqrt(upper))) ** 3
