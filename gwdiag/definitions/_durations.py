"""Durations as configurations write them: numbers with units, in a row."""

import re
from collections.abc import Mapping

from gwdiag.definitions._walk import LONGEST

PART = re.compile(r"\s*(\d{1,18}(?:\.\d{0,18})?)([a-zA-Zµμ]*)")
LONGEST_WRITTEN = 64


def summed(written: str, units: Mapping[str, float], *, bare: float | None = None) -> float:
    """Seconds of `1m 30s`; 0 for what cannot be read.

    `bare`: the seconds that a number without a unit counts; None where it needs one.
    """
    if not written or len(written) > LONGEST_WRITTEN:
        return 0.0
    total, end = 0.0, 0
    while end < len(written):
        seen = PART.match(written, end)
        factor = (units.get(seen[2]) if seen[2] else bare) if seen else None
        if seen is None or factor is None:
            return 0.0
        total, end = total + float(seen[1]) * factor, seen.end()
    return total if total <= LONGEST else 0.0
