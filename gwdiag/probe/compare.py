"""Reports side by side, of several nodes or of two times: only what differs, and who is the odd one out."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from gwdiag.model.finding import CommandSource, Evidence, FileSource, Finding, Remedy, Scope, Severity
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.report import SCHEMA
from gwdiag.model.words import listed
from gwdiag.probe.report import Difference
from gwdiag.probe.words import took

NOW = "now"
"""What the report of this run is called, beside reports from files."""

TIMES_SLOWER = 3.0
SLOWER_S = 0.05
"""A time differs where it is so many times another one, and so much longer: less is noise."""

DECISIVE = ("verdict", "fails at")
"""What makes a difference worth a warning; all else is for the reader to weigh."""

MAJORITY_OF = 3
"""Reports that it takes to call one of them odd."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report as far as it is compared: by target, what was seen. Times are floats, in seconds; all else is words."""

    name: str
    targets: Mapping[str, Mapping[str, str | float]]


def kept_in(files: Sequence[Path]) -> list[Kept]:
    """The reports in the files, called by the host that made them, or by their file where a host made several.

    Raises Problem where a file is no report of a probe.
    """
    reports = [(file, _report(file)) for file in files]
    hosts = Counter(str(report.get("host")) for _, report in reports)
    names = [str(report.get("host")) if hosts[str(report.get("host"))] == 1 else str(file) for file, report in reports]
    return [kept_of(name, report) for name, (_, report) in zip(names, reports, strict=True)]


def _report(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise Problem(f"{file}: {error.strerror}", Exit.NOTHING_DONE) from None
    except (ValueError, RecursionError):
        content = None
    is_report = (
        isinstance(content, dict)
        and (content.get("schema"), content.get("command")) == (SCHEMA, "probe")
        and isinstance(content.get("targets"), list)
    )
    if not is_report:
        raise Problem(f"{file}: no report that gwdiag probe --save or -o json has written", Exit.NOTHING_DONE)
    return content  # type: ignore[no-any-return]


def kept_of(name: str, report: Mapping[str, object]) -> Kept:
    """What is compared of a report as JSON has it."""
    targets = report.get("targets")
    every = [one for one in targets if isinstance(one, dict)] if isinstance(targets, list) else []
    return Kept(name=name, targets={str(one.get("target")): dict(_seen(one)) for one in every})


def _seen(target: Mapping[str, object]) -> Iterator[tuple[str, str | float]]:
    yield "verdict", str(target.get("verdict"))
    stages = target.get("stages")
    every = [one for one in stages if isinstance(one, dict)] if isinstance(stages, list) else []
    failed = [f"{one.get('stage')} {one.get('address') or ''}".strip() for one in every if one.get("outcome") == "fail"]
    yield "fails at", ", ".join(failed) or "nowhere"
    yield "addresses", _words(every, "dns", "addresses")
    yield "hosts file", _words(every, "dns", "hosts")
    yield "source address", _words(every, "tcp", "local")
    yield "largest segment", _words(every, "tcp", "mss")
    yield "TLS version", _words(every, "tls", "version")
    yield "certificate", _words(_certificates(every), "tls", "sha256")
    yield "certificate ends", _words(_certificates(every), "tls", "not_after")
    yield "status", _words(every, "http", "status")
    yield "server", _words(every, "http", "server")
    yield "Redis role", _words(every, "redis", "role")
    yield "Redis version", _words(every, "redis", "version")
    for what, stage, field in (
        ("look-up", "dns", "lookup_s"),
        ("connect", "tcp", "connects_ms"),
        ("TLS handshake", "tls", "handshakes_ms"),
        ("first byte", "http", "first_byte_ms"),
    ):
        figures = list(_figures(every, stage, field))
        if figures:
            yield what, median(figures) / (1 if field.endswith("_s") else 1000)


def _details(stages: Sequence[Mapping[str, object]], stage: str) -> Iterator[Mapping[str, object]]:
    for one in stages:
        detail = one.get("detail")
        if one.get("stage") == stage and isinstance(detail, dict):
            yield detail


def _certificates(stages: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """The servers' own certificates, as if they were stages."""
    chains = (detail.get("chain") for detail in _details(stages, "tls"))
    return [{"stage": "tls", "detail": chain[0]} for chain in chains if isinstance(chain, list) and chain]


def _words(stages: Sequence[Mapping[str, object]], stage: str, field: str) -> str:
    found: set[str] = set()
    for detail in _details(stages, stage):
        value = detail.get(field)
        found |= {str(one) for one in (value if isinstance(value, list) else [value]) if one is not None}
    return ", ".join(sorted(found))


def _figures(stages: Sequence[Mapping[str, object]], stage: str, field: str) -> Iterator[float]:
    for detail in _details(stages, stage):
        value = detail.get(field)
        yield from (
            float(one) for one in (value if isinstance(value, list) else [value]) if isinstance(one, int | float)
        )


def differences(reports: Sequence[Kept]) -> list[Difference]:
    """What is not the same everywhere, of targets that are in two reports at least."""
    found = []
    for target in dict.fromkeys(target for one in reports for target in one.targets):
        having = {one.name: one.targets[target] for one in reports if target in one.targets}
        for what in dict.fromkeys(what for seen in having.values() for what in seen):
            values = {name: seen[what] for name, seen in having.items() if what in seen}
            if len(values) > 1 and _differ(list(values.values())):
                shown = {name: took(one) if isinstance(one, float) else one for name, one in values.items()}
                found.append(Difference(target=target, what=what, values=shown, odd=_odd(values)))
    return found


def _differ(values: Sequence[str | float]) -> bool:
    times = [one for one in values if isinstance(one, float)]
    if times:
        return max(times) - min(times) >= SLOWER_S and max(times) >= TIMES_SLOWER * min(times)
    return len(set(values)) > 1


def _odd(values: Mapping[str, str | float]) -> tuple[str, ...]:
    """Those that are not like most: of words, who has another value than more than half; of times, who is slower."""
    if len(values) < MAJORITY_OF:
        return ()
    times = [one for one in values.values() if isinstance(one, float)]
    if times:
        usual = median(times)
        return tuple(name for name, one in values.items() if isinstance(one, float) and _differ([usual, one]))
    [(most, count)] = Counter(values.values()).most_common(1)
    return tuple(name for name, one in values.items() if one != most) if 2 * count > len(values) else ()


def findings_of(found: Sequence[Difference]) -> list[Finding]:
    """One for each target that is not the same everywhere."""
    by_target: dict[str, list[Difference]] = {}
    for one in found:
        by_target.setdefault(one.target, []).append(one)
    return [_finding(target, every) for target, every in by_target.items()]


def _finding(target: str, every: list[Difference]) -> Finding:
    odd = Counter(name for one in every for name in one.odd)
    is_decisive = any(one.what in DECISIVE for one in every)
    summary = f"{target}: {'; '.join(_sentence(one) for one in every[:3])}"
    summary += f"; and {len(every) - 3} more" if len(every) > 3 else ""
    if odd:
        summary += f". The odd one out: {listed(name for name, _ in odd.most_common(2))}"
    return Finding(
        id="reports_differ",
        severity=Severity.WARNING if is_decisive else Severity.INFO,
        title="Not the same everywhere",
        summary=f"{summary}.",
        evidence=tuple(Evidence(statement=_sentence(one), source=_source(one)) for one in every),
        scope=Scope(nodes=tuple(odd), upstreams=(target,)),
        remedies=(Remedy(text="Start with the one that is unlike the others, at the first stage that differs"),),
    )


def _sentence(one: Difference) -> str:
    by_value: dict[str, list[str]] = {}
    for name, value in one.values.items():
        by_value.setdefault(value or "none", []).append(name)
    return f"{one.what} {', '.join(f'{value} ({listed(names)})' for value, names in by_value.items())}"


def _source(one: Difference) -> CommandSource | FileSource:
    return CommandSource(command=f"gwdiag probe {one.target} -o json")
