"""All definitions of a folder: those that can be served, and why the others cannot."""

from dataclasses import dataclass
from pathlib import Path

from gwdiag.gateway.definitions import Definition, classic, oas
from gwdiag.gateway.definitions._values import BadDefinition, Values
from gwdiag.gateway.definitions.unsupported import unsupported
from gwdiag.gateway.json_file import JsonFile
from gwdiag.gateway.settings import Settings
from gwdiag.gateway.tls import unreadable
from gwdiag.model.problem import Problem

COMPANIONS = ("-oas.json", "-mcp.json")
"""What the files of a definition's other half end with."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`refused` and `ignored` are lines for people; the definitions come in the order of their files."""

    definitions: tuple[Definition, ...]
    refused: tuple[str, ...]
    ignored: tuple[str, ...]


def read_folder(path: Path, settings: Settings) -> Folder:
    """Raises Problem where there is no such folder."""
    if not path.is_dir():
        raise Problem(f"{path}: this is no folder of API definitions (give one with --apps, or app_path in tyk.conf)")
    definitions: list[Definition] = []
    refused: list[str] = []
    ignored: list[str] = []
    for file in sorted(path.glob("*.json")):
        if _has_classic_half(file):
            continue
        try:
            values = Values(JsonFile(file))
            if not _is_definition(values):
                refused.append(f"{file}:1: this is no API definition: it has neither api_id nor x-tyk-api-gateway")
                continue
            definitions.append((oas if values.get("x-tyk-api-gateway") else classic).read(values, settings))
            ignored += [*unsupported(values), *unreadable(definitions[-1].tls)]
        except (BadDefinition, Problem) as error:
            refused.append(str(error))
    return Folder(*_without_twins(definitions, refused), tuple(ignored))


def _has_classic_half(file: Path) -> bool:
    return any(
        file.name.endswith(end) and file.with_name(file.name.removesuffix(end) + ".json").exists() for end in COMPANIONS
    )


def _is_definition(values: Values) -> bool:
    return isinstance(values.get("x-tyk-api-gateway"), dict) or isinstance(values.get("api_id"), str)


def _without_twins(definitions: list[Definition], refused: list[str]) -> tuple[tuple[Definition, ...], tuple[str, ...]]:
    """Of two files with one api_id the first is served."""
    kept: dict[str, Definition] = {}
    for one in definitions:
        if one.api_id in kept:
            refused.append(
                f"{one.path}:1: its api_id {one.api_id!r} is that of {kept[one.api_id].path.name}, which is served"
            )
        kept.setdefault(one.api_id, one)
    return tuple(kept.values()), tuple(refused)
