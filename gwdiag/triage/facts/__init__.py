"""The questions that decide, by what they look at. Each is a function that answers yes, no or unknown.

A fact is what its name says and nothing about what it means: that is for causes to say.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from gwdiag.triage.fact import Fact


@cache
def facts() -> Mapping[str, Fact]:
    """All facts by id."""
    found: dict[str, Fact] = {}
    for name in sorted(info.name for info in iter_modules(__path__) if not info.name.startswith("_")):
        module = import_module(f"{__name__}.{name}")
        for value in vars(module).values():
            if isinstance(value, Fact) and found.setdefault(value.id, value) is not value:
                raise TypeError(f"{module.__file__}: there is another fact called {value.id}")
    return found
