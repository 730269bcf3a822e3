"""The targets in a gateway's own configuration: upstreams, balancing lists, discovered hosts, uptime tests, Redis."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from gwdiag.definitions import LARGEST, Known, known_in
from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.report import Input
from gwdiag.probe.discovery import NotDiscovered, discovered
from gwdiag.probe.handshake import verified
from gwdiag.probe.how import How, with_own
from gwdiag.probe.target import Target, parsed, without_secrets

ENDINGS = {".json", ".yaml", ".yml", ".toml", ".conf", ".cfg", ".caddyfile", ""}
"""Of files in a folder that may be a configuration; a file that is named itself may end as it likes."""


@dataclass(slots=True)
class Defined:
    """`targets`: each once. `inputs`: the files, and what could not be read of them or probed of what they name."""

    targets: dict[tuple[str, str, int, str], Target] = field(default_factory=dict)
    inputs: list[Input] = field(default_factory=list)

    def add(self, written: str, source: str, api: str = "", limits: tuple[Limit, ...] = ()) -> None:
        """A target as it is written there. One that cannot be probed becomes an input with a problem."""
        try:
            one = parsed(written if "://" in written else f"http://{written}", (api,) if api else (), limits)
        except Problem as problem:
            self.inputs.append(Input(path=source, problem=f"not probed: {problem}"))
            return
        self.put(one)

    def put(self, one: Target) -> None:
        """A target; where it is known already, the API is added to it."""
        key = (one.scheme, one.host, one.port, one.path)
        known = self.targets.get(key)
        if known:
            one = replace(
                known,
                apis=tuple(dict.fromkeys((*known.apis, *one.apis))),
                limits=tuple(dict.fromkeys((*known.limits, *one.limits))),
            )
        self.targets[key] = one


def defined_targets(apps: Path | None, config: Path | None, how: How) -> Defined:
    """All targets that the files name. Raises Problem where a path cannot be read or names none at all."""
    found = Defined()
    settings = [(one, file) for file in _files(config) for one in _read(file, found)] if config else []
    gateway = next((one for one, _ in settings if isinstance(one, GatewaySettings)), None)
    if not apps and config and gateway and gateway.apps and (beside := config.parent / gateway.apps).is_dir():
        apps = beside
    known = settings + ([(one, file) for file in _files(apps) for one in _read(file, found)] if apps else [])
    timers = tuple(one for one in gateway.limits if one.name != "write_timeout") if gateway else ()
    for one, file in known:
        if isinstance(one, GatewaySettings):
            _add_stores(one, found, file, how)
        else:
            _add_api(one, str(file), found, timers, how)
    if not found.targets:
        places = " ".join(str(one) for one in (apps, config) if one)
        raise Problem(f"{places}: no target in it that can be probed", Exit.NOTHING_DONE)
    return found


def _add_stores(settings: GatewaySettings, found: Defined, file: Path, how: How) -> None:
    for store in settings.stores:
        try:
            one = parsed(store.url)
            verified(with_own(how, store.tls))  # a file that is not there would look like a fault of Redis
        except Problem as problem:
            found.inputs.append(Input(path=str(file), problem=f"not probed: {problem}"))
            continue
        found.put(replace(one, user=store.user, password=store.password, tls=store.tls))


def _add_api(api: ApiDefinition, source: str, found: Defined, timers: tuple[Limit, ...], how: How) -> None:
    limits = (*api.limits, *timers)
    if api.discovery:
        found.add(api.discovery.url, source, api.name)
        hosts = _discovered(api, source, found, how)
    else:
        hosts = api.members
    for one in hosts or ([api.url or api.target] if api.url or api.target else []):
        found.add(one, source, api.name, limits)
    for one in api.checks:
        found.add(one, source, api.name)


def _discovered(api: ApiDefinition, source: str, found: Defined, how: How) -> Iterable[str]:
    assert api.discovery is not None
    try:
        return discovered(api.discovery, how)
    except NotDiscovered as reason:
        place = without_secrets(api.discovery.url)
        found.inputs.append(Input(path=source, problem=f"service discovery of {api.name} at {place}: {reason}"))
        return ()


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or all below the folder that may be a configuration."""
    try:
        if not path.is_dir():
            path.stat()
            yield path
            return
        for one in sorted(path.rglob("*")):
            if one.is_file() and one.suffix.lower() in ENDINGS and one.stat().st_size <= LARGEST:
                yield one
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}", Exit.NOTHING_DONE) from None


def _read(file: Path, found: Defined) -> list[Known]:
    try:
        content = file.read_bytes()
    except OSError as error:
        found.inputs.append(Input(path=str(file), problem=error.strerror or str(error)))
        return []
    known = known_in(content, str(file))
    broken = None if known or file.suffix != ".json" else _broken(content)
    if known or broken:
        line, problem = broken or (None, None)
        found.inputs.append(
            Input(
                path=f"{file}:{line}" if line else str(file),
                format="definition",
                bytes=len(content),
                lines=content.count(b"\n") + 1,
                events=len(known),
                problem=problem,
            )
        )
    return known


def _broken(content: bytes) -> tuple[int, str] | None:
    """The line where a file that calls itself JSON is none, and why."""
    try:
        json.loads(content)
    except json.JSONDecodeError as error:
        return error.lineno, f"no JSON: {error.msg}"
    except (ValueError, RecursionError) as error:
        return 1, f"no JSON: {error}"
    return None
