"""The lines of a file to be explained: each as it stands, nothing joined with its neighbours."""

from collections.abc import Iterator

from gwdiag.logs.lines import numbered_lines
from gwdiag.logs.one_file import what_broke
from gwdiag.logs.source import opened
from gwdiag.logs.unpack import FAULTS
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.report import Input


class Lines:
    """The lines of the file with their numbers, to be gone through once.

    `problem` then says what kept it from being read whole. Raises Problem where nothing of it can be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.count = 0
        self.problem: str | None = None

    def __iter__(self) -> Iterator[tuple[int, str]]:
        try:
            with opened(self.path) as (stream, most):
                for self.count, line in numbered_lines(stream, most):
                    yield self.count, line
        except FAULTS as error:
            self.problem = what_broke(error, self.count)
            if not self.count:
                raise Problem(f"{self.path}: {self.problem}", Exit.NOTHING_DONE) from None

    def as_input(self) -> Input:
        return Input(path=self.path, lines=self.count, problem=self.problem)
