"""What was found of a page's lines all at once, and where each of them is in that."""

from math import inf

import numpy as np

from gwdiag.logs.scan.lane import Lane
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.scanner import Rows
from gwdiag.logs.scan.values import SLOW

JOINED = -3
"""Where a message is that is counted with the access line on the line below it."""


class Found:
    """`where`: in which of the rows a line is; SLOW or JOINED in none. `index`: which of those rows it is.

    `until`: seconds since the epoch from which on all lines are given out. `latest`: the latest time up to each line.
    """

    def __init__(self, page: Page, rows: list[tuple[Lane, Rows]], until: float) -> None:
        self.page = page
        self.rows = rows
        self.where = np.full(len(page.begins), SLOW, np.int64)
        self.index = np.zeros(len(self.where), np.int64)
        self.at = np.full(len(self.where), np.nan)
        failing = []
        for number, (lane, some) in enumerate(rows):
            self.where[some.line] = number
            self.at[some.line] = some.at
            self.index[some.line] = np.arange(len(some.line))
            failing += some.line[lane.scanner.are_failing(some.kind)].tolist()
        if until < inf:
            self.where[self.at >= until] = SLOW
        self.failing = sorted(line for line in failing if self.where[line] != SLOW)
        self.where[np.flatnonzero(page.ends > page.begins)[-1:]] = SLOW  # its record may go on in the next page
        self.latest = np.fmax.accumulate(self.at)

    def row(self, line: int) -> tuple[Lane, Rows, int]:
        """Where a line is that was found."""
        return *self.rows[int(self.where[line])], int(self.index[line])

    def pair(self, line: int) -> range:
        """A line, with the one that it was joined with."""
        if self.where[line] == JOINED:
            return range(line, line + 2)
        return range(line - 1 if line and self.where[line - 1] == JOINED else line, line + 1)
