"""What profiles written as text share: numbers, addresses, and samples that are yet to be scaled."""

import re
from math import exp

from gwdiag.heap.readers import Unreadable

HEX = re.compile(r"0x[0-9a-f]+")
MOST_LINES = 4_000_000


def lines_of(data: bytes) -> list[str]:
    """Lines without what surrounds them. Raises Unreadable where there are more than any profile has."""
    if data.count(b"\n") > MOST_LINES:
        raise Unreadable(f"it has too many lines for a profile: over {MOST_LINES:,}")
    return [line.strip() for line in data.decode("utf-8", "replace").split("\n")]


def addresses(text: str) -> list[int]:
    """Places that calls return to. Raises Unreadable where one has more than 64 bits."""
    found = [int(one, 16) for one in HEX.findall(text)]
    if any(one >> 64 for one in found):
        raise Unreadable("damaged: an address in it has more than 64 bits")
    return found


def scaled(count: int, size: int, period: int) -> tuple[int, int]:
    """How many objects and bytes stand behind `count` sampled objects of `size` bytes together.

    An object of s bytes is sampled with probability 1 - exp(-s/period). Source: runtime/pprof, scaleHeapSample; the
    fraction is cut off there, too.
    """
    if not count or not size:
        return 0, 0
    if period <= 1:
        return count, size
    factor = 1 / (1 - exp(-(size / count) / period))
    return int(count * factor), int(size * factor)
