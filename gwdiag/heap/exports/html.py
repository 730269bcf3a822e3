"""A flame graph as one page that needs no network: to look at on any machine, and to attach to a ticket."""

import json
from collections.abc import Iterable
from datetime import datetime
from math import sqrt
from pathlib import Path
from typing import Any

from gwdiag._version import __version__
from gwdiag.heap.exports import Export
from gwdiag.heap.frames import is_application, is_standard
from gwdiag.heap.holdings import frames_of
from gwdiag.heap.picture import Picture, Stack, is_noise
from gwdiag.heap.sampling import Z95
from gwdiag.model.profile import Frame

PAGE = Path(__file__).with_name("_page.html")
SMALLEST = 1 / 5000
"""Share of a tree below which a part of it is not told apart: a third of a pixel."""
MOST_NODES = 40_000
DEEPEST = 250
"""Functions of a stack that are drawn. Go keeps 128 places of one; with inlined functions they may be more."""
FEW_SAMPLES = 2
"""Samples that tell hardly more than that there is something."""
IS_PALE, IS_ARENA = 1, 2


class _Node:
    """A function below its callers, with all that it and what it calls holds."""

    __slots__ = ("children", "is_arena", "samples", "value", "variance")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.value = 0
        self.samples = 0
        self.variance = 0.0
        self.is_arena = True

    def add(self, stack: Stack) -> None:
        self.value += abs(stack.value)
        self.samples += stack.samples or 0
        self.is_arena = self.is_arena and stack.is_arena
        if stack.change:
            self.variance += stack.change.variance


def write(picture: Picture) -> bytes:
    """The page. Trees are two of a difference: what grew, and what shrank, drawn to one scale."""
    grew = [one for one in picture.stacks if one.value > 0]
    shrank = [one for one in picture.stacks if one.value < 0]
    names: dict[str, int] = {}
    is_sampled = picture.profile.period > 1
    trees = [_tree("grew" if picture.base else "holds", grew, names, picture, is_sampled=is_sampled)]
    if shrank:
        trees.append(_tree("shrank", shrank, names, picture, is_sampled=is_sampled))
    data = {
        "title": picture.path.name,
        "path": str(picture.path),
        "base": str(picture.base) if picture.base else None,
        "at": _time(picture.at),
        "base_at": _time(picture.base_at),
        "seconds": _seconds(picture),
        "sample": picture.sample,
        "unit": picture.unit,
        "is_sampled": is_sampled,
        "noise": _noise(picture),
        "has_arenas": any(one.is_arena for one in picture.stacks),
        "version": __version__,
        "names": list(names),
        "kinds": _kinds(names, picture),
        "trees": trees,
    }
    page = PAGE.read_text("utf-8")
    return page.replace('"@DATA@"', _in_script(data)).encode("utf-8", "replace")


def _kinds(names: Iterable[str], picture: Picture) -> list[int]:
    """0 the application's own, 1 a library's, 2 the language's."""
    profiles = [one for one in (picture.base_profile, picture.profile) if one]
    frames = {name: frame for one in profiles for name, frame in frames_of(one).items()}
    return [
        2 if is_standard(frame) else 0 if is_application(frame) else 1
        for frame in (frames.get(name, Frame(name)) for name in names)
    ]


def _in_script(data: object) -> str:
    """JSON that cannot end the script that it stands in. Source: HTML, restrictions for contents of script elements."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _time(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else None


def _seconds(picture: Picture) -> float | None:
    """From base to new; captures of memray each begin with nothing: no time passes between two of them."""
    if picture.profile.format == "memray" or not picture.at or not picture.base_at:
        return None
    return (picture.at - picture.base_at).total_seconds()


def _noise(picture: Picture) -> int:
    """What all stacks within noise changed by, up and down together."""
    return sum(abs(one.value) for one in picture.stacks if is_noise(one.change))


def _tree(
    what: str, stacks: Iterable[Stack], names: dict[str, int], picture: Picture, *, is_sampled: bool
) -> dict[str, object]:
    root = _Node()
    for one in stacks:
        node = root
        node.add(one)
        for name in (*one.trail[:DEEPEST], *(["(deeper)"] if len(one.trail) > DEEPEST else [])):
            node = node.children.setdefault(name, _Node())
            node.add(one)
    smallest = root.value * SMALLEST
    while _count(root, smallest) > MOST_NODES:
        smallest *= 2
    nodes = [_packed(name, child, names, smallest, picture, is_sampled=is_sampled) for name, child in _in_order(root)]
    return {"what": what, "value": root.value, "nodes": [one for one in nodes if one]}


def _count(node: _Node, smallest: float) -> int:
    return 1 + sum(_count(one, smallest) for one in node.children.values() if one.value >= smallest)


def _in_order(node: _Node) -> list[tuple[str, _Node]]:
    return sorted(node.children.items(), key=lambda one: (-one[1].value, one[0]))


def _packed(
    name: str, node: _Node, names: dict[str, int], smallest: float, picture: Picture, *, is_sampled: bool
) -> list[Any] | None:
    """[name, value, samples, half of the 95 % interval, flags, children]: short, because there are many."""
    if node.value < smallest:
        return None
    children = [
        packed
        for child_name, child in _in_order(node)
        if (packed := _packed(child_name, child, names, smallest, picture, is_sampled=is_sampled))
    ]
    half = Z95 * sqrt(node.variance)
    is_pale = half >= node.value if picture.base else node.samples <= FEW_SAMPLES
    flags = (IS_PALE if is_sampled and is_pale else 0) | (IS_ARENA if node.is_arena else 0)
    return [names.setdefault(name, len(names)), node.value, node.samples, round(half), flags, children]


HTML = Export(title="a flame graph as one page", write=write)
