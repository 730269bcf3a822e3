"""One reading of a root: every file is read once, and what it gave, or why it did not, is kept."""

from collections.abc import Callable
from typing import TypeVar

from gwdiag.limits.root import Root

T = TypeVar("T")

Outcome = object
"""What a root gave, or the OSError it gave instead."""


class Snapshot:
    """A root that answers each question once. So two checks never disagree, and what was read can be kept."""

    def __init__(self, root: Root) -> None:
        self._root: Root | None = root
        self.kept: dict[tuple[str, str], Outcome] = {}

    def close(self) -> None:
        """From now on only what is kept is told: whatever else would be asked is of another time."""
        self._root = None

    def read(self, path: str) -> bytes:
        return self._once("read", path, lambda root: root.read(path))

    def names(self, path: str) -> list[str]:
        return self._once("names", path, lambda root: root.names(path))

    def link(self, path: str) -> str:
        return self._once("link", path, lambda root: root.link(path))

    def descriptors(self, pid: int) -> dict[int, str]:
        return self._once("descriptors", f"proc/{pid}/fd", lambda root: root.descriptors(pid))

    def system(self, name: str) -> object:
        return self._once("system", name, lambda root: root.system(name))

    def _once(self, kind: str, path: str, ask: Callable[[Root], T]) -> T:
        if (kind, path) not in self.kept:
            try:
                self.kept[kind, path] = ask(self._root) if self._root else OSError(0, "was not read the first time")
            except OSError as error:
                self.kept[kind, path] = error
        found = self.kept[kind, path]
        if isinstance(found, OSError):
            raise found
        return found  # type: ignore[return-value]
