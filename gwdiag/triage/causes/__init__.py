"""The root causes, one file each. What they weigh are facts; what they mean is said here."""

from collections.abc import Mapping
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.triage.cause import Cause


@cache
def causes() -> Mapping[str, Cause]:
    """All causes by id."""
    return members(modules[__name__], Cause)
