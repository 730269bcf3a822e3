"""Directives with words and blocks: what nginx, Caddy and Apache httpd all write, each in a grammar of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

DEEPEST = 32
MOST = 300_000
"""Directives in one file; the largest real ones (an ingress with thousands of hosts) have some ten thousands."""


class TooMuchError(Exception):
    """Nested deeper or longer than any configuration that people or programs write."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive. `block` is empty both for a directive without one and for one with nothing in it."""

    name: str
    words: list[str]
    block: "list[Directive]" = field(default_factory=list)


class Tree:
    """Directives as they come, nested. `top` is the outermost block; blocks that never end, end with the file."""

    def __init__(self) -> None:
        self.top: list[Directive] = []
        self._open = [self.top]
        self._count = 0

    def add(self, words: list[str]) -> Directive:
        """A directive in the innermost block: its name, then its words."""
        self._count += 1
        if self._count > MOST:
            raise TooMuchError
        name, *rest = words or [""]
        one = Directive(name, rest)
        self._open[-1].append(one)
        return one

    def begin(self, words: list[str]) -> None:
        if len(self._open) > DEEPEST:
            raise TooMuchError
        self._open.append(self.add(words).block)

    def end(self) -> None:
        if len(self._open) > 1:
            self._open.pop()


def named(block: list[Directive], *names: str) -> Iterator[Directive]:
    """The directives of a block that are called so."""
    return (one for one in block if one.name in names)
