"""The family of scenarios: one file per root cause, named after it."""

from collections.abc import Mapping
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.lab.scenario import Scenario


@cache
def scenarios() -> Mapping[str, Scenario]:
    """All of them by their cause."""
    return members(modules[__name__], Scenario)
