"""Which API a request is of, where the gateway's log does not say: its path tells."""

import re
from collections.abc import Iterable

from gwdiag.logs.formats import formats
from gwdiag.model.definition import ApiDefinition
from gwdiag.model.pattern import pattern

MOST_NAMES = 64
"""First path elements that are taken for APIs. A site without a gateway's order has a page for each."""

ELEMENT = pattern(r"[A-Za-z][A-Za-z_~-]{0,39}\d{0,3}")
"""A path element that may be a name. Others are identifiers, or files."""

PREFIX = pattern(r"(?:api|rest|v\d+)", re.IGNORECASE)
"""Elements before the one that tells: `/api/v2/orders`."""


class Routes:
    """Names APIs by the paths of definitions that lie beside the log; without any, by the first element of a path."""

    def __init__(self, definitions: Iterable[ApiDefinition] = ()) -> None:
        by_path = {path: one.name for one in definitions for path in one.paths}
        self._by_path = sorted(by_path.items(), key=lambda one: -len(one[0]))
        self.names: set[str] = set()  # first elements of paths that are taken for APIs

    def api(self, format_: str, path: str | None) -> str:
        """The name of the API; empty where it cannot be told, or where this format's lines would have it themselves."""
        known = formats().get(format_)
        if not path or (known and known.names_apis):
            return ""
        if self._by_path:
            return next((name for begin, name in self._by_path if _is_below(path, begin)), "")
        return self._first_element(path)

    def _first_element(self, path: str) -> str:
        name = ""
        for element in path.split("/", 5)[1:5]:
            if not ELEMENT.fullmatch(element):
                return ""
            name = f"{name}/{element}" if name else element
            if not PREFIX.fullmatch(element):
                return self._bounded(name)
        return ""

    def _bounded(self, name: str) -> str:
        if name not in self.names:
            if len(self.names) >= MOST_NAMES:
                return ""
            self.names.add(name)
        return name


def _is_below(path: str, begin: str) -> bool:
    return path.startswith(begin) or path == begin.rstrip("/")
