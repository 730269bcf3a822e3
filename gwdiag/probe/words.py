"""Figures as words, where a thousandth of a second is a long time."""

from gwdiag.model.words import duration


def took(seconds: float) -> str:
    """`0.3 ms`, `40 ms`, `3.0 s`."""
    return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else duration(seconds)
