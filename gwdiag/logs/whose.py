"""Whose log a file is, as far as its path tells."""

import itertools
import re
from collections.abc import Mapping
from pathlib import Path

from gwdiag.model.pattern import pattern

ENDINGS = pattern(
    r"(?:\.(?:gz|zst|bz2|xz|log|json|jsonl|txt|out|err|\d{1,4})|[-.]\d{4}-?\d\d-?\d\d(?:[-T]?\d{2,6})?)+$"
)
"""What rotation and habit add to a log's name: `.log.1.gz`, `-20261120`, `.2026-11-20.log`."""

ROLE = pattern(r"(?:^|[-_.])(?:(?:ssl|other_vhosts|proxy)_)?(?:access|error)(?:[-_.]?logs?)?$", re.IGNORECASE)
"""What of a node's logs it is: `gw-1.access.log`, `gw-1-error.log`, `access_log`."""

KUBERNETES_NAME = pattern(r"(?P<pod>[a-z0-9.-]+)_[a-z0-9-]+_[a-z0-9.-]+-[0-9a-f]{64}\.log$")
"""A file of /var/log/containers: pod, namespace, container and its id."""


def told(path: Path, nodes: Mapping[str, str]) -> list[str]:
    """The names that were given to the path, or to a folder around it; the one that was given to most of it first."""
    found = [(Path(place).absolute(), name) for place, name in nodes.items()]
    around = [(len(place.parts), name) for place, name in found if path.is_relative_to(place)]
    return [name for _, name in sorted(around, key=lambda one: -one[0])]


def after_nodes(parts: tuple[str, ...]) -> list[str]:
    """The folder after the last `nodes/`."""
    return [inner for outer, inner in itertools.pairwise(parts[:-1]) if outer == "nodes"][-1:]


def default_node(name: str, folder: str = "") -> str:
    """What a file is named after where nothing else says whose it is.

    An access log and an error log beside it are of one gateway: where the name tells only which of them it is, the
    folder's name counts.
    """
    if kubernetes := KUBERNETES_NAME.match(name):
        return kubernetes["pod"]
    plain = ENDINGS.sub("", name) or name
    return ROLE.sub("", plain) or folder or plain
