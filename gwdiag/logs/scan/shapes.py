"""Messages that differ only in what decides nothing, such as the time in them, are of one kind, known by one hash.

Without that a message that says when a certificate was looked at would be a kind each second, and each is read slowly.
"""

import numpy as np

from gwdiag.error_classes import LONGEST, shape_of
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.values import Span
from gwdiag.logs.scan.words import Words

MOST_REMEMBERED = 1 << 14
BITS = (1 << 64) - 1


class Shapes:
    """Of messages, by the hashes of their texts."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def of(self, page: Page, span: Span, hashes: Words) -> Words:
        """The hash of each message's shape. `hashes`: of the messages, which are in the page there."""
        different, first, whose = np.unique(hashes, return_index=True, return_inverse=True)
        shapes = [
            self._shape(one, page, span, row) for one, row in zip(different.tolist(), first.tolist(), strict=True)
        ]
        return np.array(shapes, np.uint64)[whose]

    def _shape(self, one: int, page: Page, span: Span, row: int) -> int:
        if (known := self._known.get(one)) is not None:
            return known
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        text = span.text(page, row)
        # What an escape stands for may be a digit, and of a longer text not all is looked at.
        has_shape = "\\" not in text and len(text) <= LONGEST and (shape := shape_of(text)) != text
        found = self._known[one] = hash(shape) & BITS if has_shape else one
        return found
