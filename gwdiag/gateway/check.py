"""What of a configuration would be served, and what not: the report of `gwdiag gateway check`."""

import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gwdiag._version import __version__
from gwdiag.gateway.apis import listen_length
from gwdiag.gateway.definitions import Definition
from gwdiag.gateway.definitions.folder import read_folder
from gwdiag.gateway.settings import Settings, read_settings
from gwdiag.model.finding import Evidence, FileSource, Finding, Severity
from gwdiag.model.report import Report, Table, status_of

PLACE = re.compile(r"(?P<path>.+?):(?P<line>[0-9]+): (?P<what>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedApi:
    """A definition that would be served. `timeouts`: those that are enforced, in words; `targets`: in words, too."""

    listen_path: str
    name: str
    api_id: str
    path: str
    targets: str
    timeouts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport(Report):
    """The report. `apis`: in the order in which they are tried."""

    apis: tuple[ServedApi, ...]
    refused: tuple[str, ...]
    ignored: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        rows = tuple((one.listen_path, one.targets, one.name, "; ".join(one.timeouts)) for one in self.apis)
        return (Table("Served", ("listen path", "target", "API", "enforced timeouts"), rows),) if rows else ()


def checked(config: Path | None, apps: Path, settings: Settings) -> CheckReport:
    """Raises Problem where there is nothing to check."""
    _, unknown = read_settings(config, os.environ)
    folder = read_folder(apps, settings)
    ignored = (*folder.ignored, *(f"{one}: not implemented here, without effect" for one in unknown))
    findings = (
        *_finding("definition_refused", "This definition cannot be served", Severity.ERROR, folder.refused),
        *_finding("not_implemented", "The reference gateway does not do this", Severity.INFO, ignored),
    )
    count, refused = len(folder.definitions), len(folder.refused)
    return CheckReport(
        command="gateway check",
        version=__version__,
        created=datetime.now(UTC),
        host=socket.gethostname(),
        findings=findings,
        status=status_of(findings, incomplete=False),
        summary=f"{count} served, {refused} refused" if refused else f"all {count} served",
        apis=tuple(map(_served, sorted(folder.definitions, key=lambda one: -listen_length(one.listen_path)))),
        refused=folder.refused,
        ignored=ignored,
    )


def in_text(report: CheckReport) -> str:
    """A line for each definition and each part that is not done."""
    lines = [f"served: {_described(one)}" for one in report.apis]
    lines += [f"refused: {line}" for line in report.refused]
    return "".join(f"{line}\n" for line in (*lines, *report.ignored, report.summary))


def _finding(id_: str, title: str, severity: Severity, lines: tuple[str, ...]) -> Iterator[Finding]:
    if lines:
        yield Finding(id=id_, severity=severity, title=title, summary=lines[0], evidence=tuple(map(_evidence, lines)))


def _evidence(line: str) -> Evidence:
    seen = PLACE.fullmatch(line)
    if not seen:
        return Evidence(statement=line)
    return Evidence(statement=seen["what"], source=FileSource(path=seen["path"], line=int(seen["line"])))


def _served(one: Definition) -> ServedApi:
    if one.discovery:
        targets = f"what {one.discovery.endpoint} says"
    elif one.is_balanced:
        targets = ", ".join(one.targets) or "nothing: its list is empty"
    else:
        targets = one.target.written() or "nothing: it has no target"
    limits = [
        f"{limit.endpoint.method} {limit.endpoint.path} {limit.value:g} s"
        for limit in one.endpoints.limits
        if limit.value
    ]
    limits += [f"all {one.limit:g} s"] if one.limit else []
    return ServedApi(
        listen_path=one.listen_path,
        name=one.name or one.api_id,
        api_id=one.api_id,
        path=str(one.path),
        targets=targets,
        timeouts=tuple(limits),
    )


def _described(one: ServedApi) -> str:
    enforced = f"; enforced timeouts: {', '.join(one.timeouts)}" if one.timeouts else ""
    return f"{one.listen_path} -> {one.targets} ({one.name}, {Path(one.path).name}){enforced}"
