"""Whose names they are: two machines may both have a `gateway` that logs to /var/log/gateway.log.

A node that is called after its file or folder alone, and a path, are names on one machine. Where partial files of
several machines, or of several folders, have the same, each gets one of its own: after the machine or, where those are
called the same, after the partial file. Names from --node, a folder `nodes/NAME` or the lines mean the same everywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from gwdiag.logs.partial.document import Origin
from gwdiag.logs.remote import is_address
from gwdiag.logs.source import STDIN


class Given(NamedTuple):
    """Whose document it is, and the file that it is in."""

    path: str
    origin: Origin

    @property
    def name(self) -> str:
        return PurePath(self.path).name.removesuffix(".gwp")


class Renamed(NamedTuple):
    """What nodes and paths of a document are called among the others."""

    nodes: dict[str, str]
    paths: dict[str, str]


def told_apart(given: list[Given]) -> list[Renamed]:
    """For each, the names that mean something else in another."""
    nodes = _labels([_Names(one.name, one.origin, one.origin.nodes) for one in given])
    paths = _labels([_Names(one.name, one.origin, one.origin.paths) for one in given])
    return [
        Renamed(names, {path: f"{label}:{path}" for path, label in labels.items()})
        for names, labels in zip(nodes, paths, strict=True)
    ]


class _Names(NamedTuple):
    """Names of a document with their places on its machine."""

    file: str
    whose: Origin
    places: Mapping[str, str]

    def origin(self, name: str) -> tuple[str, str]:
        """What that name is of, wherever it is used: the machine, and the place on it."""
        place = self.places[name]
        if is_address(place):
            return "", place
        return self.whose.host, f"{place} {self.whose.id}" if place.startswith(STDIN) else place


def _labels(every: Iterable[_Names]) -> list[dict[str, str]]:
    """For each, the names that others have for something else, and what to call those instead."""
    files: defaultdict[str, dict[tuple[str, str], str]] = defaultdict(dict)  # the first file of each origin
    every = list(every)
    for one in every:
        for name in one.places:
            files[name].setdefault(one.origin(name), one.file)
    labels: dict[str, dict[tuple[str, str], str]] = {}
    for name, of_origin in files.items():
        if len(of_origin) > 1:
            are_distinct = len({host for host, _ in of_origin}) == len(of_origin)
            labels[name] = {origin: (origin[0] or file) if are_distinct else file for origin, file in of_origin.items()}
    return [{name: labels[name][one.origin(name)] for name in one.places if name in labels} for one in every]
