"""API definitions and settings of gateways, recognised by what is in them. One file per kind."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from sys import modules

from gwdiag.definitions._document import Document, document
from gwdiag.family import members
from gwdiag.model.dataclass import dataclass
from gwdiag.model.definition import ApiDefinition, GatewaySettings

LARGEST = 8 << 20
"""Bytes of a file that may be a definition: the largest seen have some hundred KiB."""

Known = ApiDefinition | GatewaySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionReader:
    """One kind of file. `read` gets the file and its path; it gives nothing where the file is something else."""

    title: str
    read: Callable[[Document, str], Sequence[Known]]


@cache
def readers() -> Mapping[str, DefinitionReader]:
    """All kinds by name."""
    return members(modules[__name__], DefinitionReader)


def known_in(content: bytes, path: str) -> list[Known]:
    """What the content of a file defines; nothing where it is none of ours. `path`: what a report calls the file."""
    if len(content) > LARGEST:
        return []
    whole = document(content)
    found = (reader.read(whole, path) for reader in readers().values())
    return next((list(one) for one in found if one), [])
