"""YAML within bounds: no tags, no endless nesting, and no aliases that blow up (`&a [*b, *b, ...]` over and over)."""

import re

import yaml

LARGEST = 4 << 20
LARGEST_WITHOUT_LIBYAML = 1 << 19
"""Characters. libyaml reads some MB in a second, PyYAML's own scanner a tenth of that."""

DEEPEST = 50
MOST_NODES = 1_000_000
"""Scalars and containers, those behind an alias counted as often as it is used."""

NUMBER = re.compile(r"[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][-+]?\d{1,2})?")
WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}
"""What plain scalars stand for in the core schema (YAML 1.2.2, 10.3); everything else is text."""


def yaml_tree(text: str) -> object:
    """The first document's content; None where it is no YAML or out of bounds."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    largest = LARGEST if loader is not yaml.SafeLoader else LARGEST_WITHOUT_LIBYAML
    if len(text) > largest or "%TAG" in text:  # both scanners look through all %TAG directives for each new one
        return None
    tree = _Tree()
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.DocumentEndEvent):
                return tree.root
            tree.add(event)
    except (yaml.YAMLError, _OutOfBoundsError):
        pass
    return None


class _OutOfBoundsError(Exception):
    pass


class _Node:
    """A container that is being filled, and how many nodes are in it."""

    __slots__ = ("anchor", "content", "key", "size")

    def __init__(self, content: dict[object, object] | list[object], anchor: str | None) -> None:
        self.content = content
        self.anchor = anchor
        self.key: object = _NO_KEY
        self.size = 1

    def take(self, value: object, size: int) -> None:
        self.size += size
        if isinstance(self.content, list):
            self.content.append(value)
        elif self.key is _NO_KEY:
            self.key = _DROPPED if isinstance(value, dict | list) else value
        else:
            self._set(self.key, value)
            self.key = _NO_KEY

    def _set(self, key: object, value: object) -> None:
        assert isinstance(self.content, dict)
        if key is _DROPPED:
            return
        if key != "<<":
            self.content[key] = value
            return
        for one in value if isinstance(value, list) else [value]:  # the merge key of YAML 1.1
            for name, inherited in one.items() if isinstance(one, dict) else ():
                self.content.setdefault(name, inherited)


_NO_KEY = object()
_DROPPED = object()
"""A key that is a container: JSON has none such, and no configuration needs any."""


class _Tree:
    """Builds the content from the parser's events."""

    def __init__(self) -> None:
        self._top = _Node([], None)
        self._open = [self._top]
        self._anchors: dict[str, tuple[object, int]] = {}

    @property
    def root(self) -> object:
        assert isinstance(self._top.content, list)
        return self._top.content[0] if self._top.content else None

    def add(self, event: yaml.Event) -> None:
        match event:
            case yaml.MappingStartEvent():
                self._begin(_Node({}, event.anchor))
            case yaml.SequenceStartEvent():
                self._begin(_Node([], event.anchor))
            case yaml.CollectionEndEvent():
                node = self._open.pop()
                self._take(node.content, node.size, node.anchor)
            case yaml.ScalarEvent():
                self._take(_scalar(event.value, plain=event.implicit[0]), 1, event.anchor)
            case yaml.AliasEvent():
                if event.anchor not in self._anchors:  # unknown, or it is within itself
                    raise _OutOfBoundsError
                self._take(*self._anchors[event.anchor], None)

    def _begin(self, node: _Node) -> None:
        if len(self._open) > DEEPEST:
            raise _OutOfBoundsError
        self._open.append(node)

    def _take(self, value: object, size: int, anchor: str | None) -> None:
        parent = self._open[-1]
        parent.take(value, size)
        if parent.size > MOST_NODES:
            raise _OutOfBoundsError
        if anchor:
            self._anchors[anchor] = value, size


def _scalar(value: str, *, plain: bool) -> object:
    if not plain:
        return value
    if value.lower() in WORDS:
        return WORDS[value.lower()]
    if not NUMBER.fullmatch(value):
        return value
    return int(value) if value.lstrip("+-").isdecimal() else float(value)
