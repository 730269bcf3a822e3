"""Configurations as files: what a reader makes of them."""

import json
from textwrap import dedent

from gwdiag.definitions import DefinitionReader, Known, readers
from gwdiag.definitions._document import Document


def document(content: object) -> Document:
    """A file with this text, or with this JSON."""
    return Document(dedent(content).lstrip("\n") if isinstance(content, str) else json.dumps(content))


def read(reader: DefinitionReader, content: object, path: str = "x.conf") -> list[Known]:
    return list(reader.read(document(content), path))


def only_reader(content: object) -> list[str]:
    """Which readers find something in it."""
    return [name for name, reader in readers().items() if reader.read(document(content), "x.conf")]
