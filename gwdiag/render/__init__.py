"""A report in, text out. One file per way of writing it."""

from collections.abc import Callable, Mapping
from functools import cache
from sys import modules

from gwdiag.family import members
from gwdiag.model.dataclass import dataclass
from gwdiag.model.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """One way of writing. It gets the terminal's width; None where there is none: nothing is wrapped or coloured."""

    title: str
    render: Callable[[Report, int | None], str]


@cache
def renderers() -> Mapping[str, Renderer]:
    """All ways of writing, by the name that `-o` has for them."""
    return members(modules[__name__], Renderer)
