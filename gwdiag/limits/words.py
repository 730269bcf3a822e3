"""Figures of a check as words, and its findings."""

import re
from collections.abc import Mapping
from contextlib import suppress

from gwdiag.error_classes import error_classes
from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Threshold, Unreadable
from gwdiag.limits.host import Host
from gwdiag.limits.report import CheckResult, FixShown
from gwdiag.model.finding import CommandSource, Evidence, FileSource, Finding, Remedy, Scope, Severity, Source
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import duration, number, percent

OPERATORS = {">": "above", ">=": "from", "<": "below", "<=": "up to"}
SEVERITIES = {Status.WARN: Severity.WARNING, Status.CRIT: Severity.ERROR}
BINARY = ("bytes", "KiB", "MiB", "GiB", "TiB")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def result(name: str, check: LimitCheck, read: Reading | Unavailable, status: Status, host: Host) -> CheckResult:
    """A check with what it says, in figures and words."""
    reading = read if isinstance(read, Reading) else Reading()
    reason = read.reason if isinstance(read, Unavailable) else reading.unknown
    is_silent = status is Status.UNAVAILABLE
    fixes = tuple(shown for fix in check.fixes if (shown := _shown(fix, reading.names, host)))
    headroom = None
    if check.share and not check.rate and reading.used is not None and reading.limit is not None and not _is_low(check):
        headroom = max(reading.limit - reading.used, 0)
    return CheckResult(
        id=name,
        status=status,
        title=check.title,
        statement="" if is_silent else statement(check, reading, status, headroom),
        value=None if is_silent else reading.value,
        used=reading.used,
        limit=reading.limit,
        headroom=headroom,
        unit=check.unit,
        source=", ".join(check.source).replace("<pid>", _known(host).get("pid", "<pid>")),
        warn=bound(check, check.warn),
        crit=bound(check, check.crit),
        why=reason if is_silent else check.why,
        fix=fixes[0].text if fixes else "",
        fixes=fixes,
        shows=check.shows,
        explains=check.explains,
        upstreams=() if is_silent else reading.upstreams,
    )


def statement(check: LimitCheck, reading: Reading, status: Status, headroom: float | None) -> str:
    """Value, limit, headroom and what makes it bad, in a line."""
    parts = [_figure(check, reading)]
    if headroom is not None and status in SEVERITIES:
        parts.append(f"{amount(headroom, check.unit)} left")
    if status in SEVERITIES:
        threshold = check.crit if status is Status.CRIT else check.warn
        if threshold and not reading.too_few and _reaches(threshold, reading):
            parts.append(f"{'critical' if status is Status.CRIT else 'a warning'} {bound(check, threshold)}")
        if reading.because and reading.least in SEVERITIES:
            parts.append(reading.because)
    if reading.note:
        parts.append(reading.note)
    return "; ".join(part for part in parts if part)


def _reaches(threshold: Threshold, reading: Reading) -> bool:
    return reading.value is not None and threshold.reached_by(reading.value)


def _figure(check: LimitCheck, reading: Reading) -> str:
    if check.share and reading.used is not None and reading.limit is not None:
        share = f" ({percent(reading.value)})" if reading.value is not None else ""
        if check.unit == "bytes":
            return f"{amount(reading.used, check.unit)} of {amount(reading.limit, check.unit)}{share}"
        return f"{number(reading.used)} of {number(reading.limit)} {check.unit}{share}"
    if reading.value is None or not (check.unit or check.warn or check.crit or check.share or not reading.note):
        return ""
    if check.share:
        return f"{percent(reading.value)} of {check.unit}" if check.unit else percent(reading.value)
    return amount(reading.value, check.unit)


def amount(value: float, unit: str) -> str:
    """A figure with its unit: `1,024 files`, `1.5 GiB`, `45 s`, `0.50 cores`."""
    if unit == "bytes" or unit == "bytes/h":
        step = 0
        while abs(value) >= 1024 and step < len(BINARY) - 1:
            value, step = value / 1024, step + 1
        return f"{value:,.0f} {BINARY[step]}{unit[5:]}" if step == 0 else f"{value:,.1f} {BINARY[step]}{unit[5:]}"
    if unit == "s" and value >= 7200:
        return duration(value)
    return f"{number(value)} {unit}".strip()


def bound(check: LimitCheck, threshold: Threshold | None) -> str:
    """A threshold in words: `above 80 %`."""
    if threshold is None:
        return ""
    figure = percent(threshold.bound) if check.share else amount(threshold.bound, check.unit)
    return f"{OPERATORS[threshold.operator]} {figure}"


def _is_low(check: LimitCheck) -> bool:
    """Whether less is worse, so that what is used is what is left."""
    return any(one is not None and one.operator.startswith("<") for one in (check.warn, check.crit))


def _shown(fix: Fix, names: Mapping[str, str], host: Host) -> FixShown | None:
    """The fix with this node's figures; None where it would set what is set already."""
    known = {**_known(host), **names}
    if fix.setting:
        try:
            known["old"] = " ".join(host.now.text(host.now.setting(fix.setting)).split())
        except Unreadable:
            known["old"] = "<what it was>"
        if known["old"] == fix.value:
            return None
    return filled(fix, known)


def filled(fix: Fix, known: Mapping[str, str]) -> FixShown:
    """The fix with what is known in its commands; what is not stands in angle brackets."""
    return FixShown(
        text=_filled(fix.text, known),
        command=fix.command and _filled(fix.command, known),
        undo=fix.undo and _filled(fix.undo, known),
    )


def _known(host: Host) -> dict[str, str]:
    found = {}
    with suppress(Unreadable):
        found["pid"] = str(host.now.pid)
        group = host.now.text(host.now.of_process("cgroup")).rpartition("/")[2].strip()
        if group.endswith(".service"):
            found["unit"] = group
    return found


def _filled(template: str, known: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda seen: known.get(seen[1], f"<{seen[1]}>"), template)


def finding(one: CheckResult, node: str) -> Finding:
    """A check that warns, as a finding."""
    remedies = []
    for fix in one.fixes:
        remedies.append(Remedy(text=fix.text, command=fix.command, changes_state=changes(fix)))
        if fix.undo:
            remedies.append(Remedy(text="Undo it", command=fix.undo, changes_state=True))
    return Finding(
        id=one.id,
        severity=SEVERITIES[one.status],
        title=one.title,
        summary=f"{one.statement[:1].upper()}{one.statement[1:]}. {one.why}.",
        evidence=(
            Evidence(
                statement=one.statement,
                value=one.value,
                unit=one.unit or None,
                source=_source(one.source),
            ),
        ),
        scope=Scope(nodes=(node,), upstreams=one.upstreams),
        remedies=tuple(remedies),
        runbook=error_classes()[one.explains[0]].runbook if one.explains else None,
    )


def _source(sources: str) -> Source:
    """The first place that was read."""
    first = sources.partition(",")[0]
    return FileSource(path=first.partition(" ")[0]) if first.startswith("/") else CommandSource(command=first)


def changes(fix: FixShown) -> bool:
    """Whether a fix's command changes the node."""
    return bool(fix.undo) or bool(re.match(r"systemctl|ethtool -G", fix.command or ""))
