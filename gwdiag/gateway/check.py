"""What of a configuration would be served, and what not, as lines for people."""

import os
from pathlib import Path

from gwdiag.gateway.apis import listen_length
from gwdiag.gateway.definitions import Definition
from gwdiag.gateway.definitions.folder import read_folder
from gwdiag.gateway.settings import Settings, read_settings


def checked(config: Path | None, apps: Path, settings: Settings) -> tuple[list[str], bool]:
    """The lines, and whether all can be served. Raises Problem."""
    _, unknown = read_settings(config, os.environ)
    folder = read_folder(apps, settings)
    lines = [f"served: {_described(one)}" for one in _in_order(folder.definitions)]
    lines += [f"refused: {line}" for line in folder.refused]
    lines += [*folder.ignored]
    lines += [f"{one}: not implemented here, without effect" for one in unknown]
    refused = len(folder.refused)
    lines.append(
        f"{len(folder.definitions)} served, {refused} refused" if refused else f"all {len(folder.definitions)} served"
    )
    return lines, not refused


def _in_order(definitions: tuple[Definition, ...]) -> list[Definition]:
    """As they are tried."""
    return sorted(definitions, key=lambda one: -listen_length(one.listen_path))


def _described(one: Definition) -> str:
    if one.discovery:
        target = f"what {one.discovery.endpoint} says"
    elif one.is_balanced:
        target = ", ".join(one.targets) or "nothing: its list is empty"
    else:
        target = one.target.written() or "nothing: it has no target"
    limits = [
        f"{limit.endpoint.method} {limit.endpoint.path} {limit.value:g} s"
        for limit in one.endpoints.limits
        if limit.value
    ]
    limits += [f"all {one.limit:g} s"] if one.limit else []
    enforced = f"; enforced timeouts: {', '.join(limits)}" if limits else ""
    return f"{one.listen_path} -> {target} ({one.name or one.api_id}, {one.path.name}){enforced}"
