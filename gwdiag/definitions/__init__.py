"""API definitions and settings of a gateway, recognised by what is in them. One file per kind."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sys import modules

from gwdiag.family import members
from gwdiag.model.definition import ApiDefinition, GatewaySettings

LARGEST = 8 << 20
"""Bytes of a file that may be a definition: the largest seen have some hundred KiB."""

Known = ApiDefinition | GatewaySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionReader:
    """One kind of file. `read` gets the file's JSON object and its path; None where it is something else."""

    title: str
    read: Callable[[dict[str, object], str], Known | None]


@cache
def readers() -> dict[str, DefinitionReader]:
    """All kinds by name."""
    return members(modules[__name__], DefinitionReader)


def read_known(path: str) -> Known | None:
    """What the file defines; None for a file that is none of ours or cannot be read."""
    try:
        if Path(path).stat().st_size > LARGEST:
            return None
        content = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    found = (reader.read(content, path) for reader in readers().values())
    return next((one for one in found if one), None)
