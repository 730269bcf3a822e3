"""What a run can end with: the exit statuses, and the error that a user can act on."""

from enum import IntEnum

from gwdiag.model.dataclass import dataclass


class Exit(IntEnum):
    """Exit statuses, the same for every command and every output format."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    NOTHING_DONE = 3
    PARTIAL = 4
    INTERRUPTED = 130


class Problem(Exception):
    """An error that the user can act on: one line that says what, where and what to do."""

    def __init__(self, line: str, status: Exit = Exit.USAGE) -> None:
        super().__init__(line)
        self.status = status


@dataclass(frozen=True, slots=True)
class Unavailable:
    """What could not be examined, and why. It is a value, so that it cannot pass for a good result."""

    reason: str
