"""From a node, live or recorded, to a report."""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from gwdiag._version import __version__
from gwdiag.limits import capture, judge, processes, words
from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment
from gwdiag.limits.replay import Recording, recording
from gwdiag.limits.report import CheckResult, LimitsReport, Process, summary
from gwdiag.limits.root import Live, Recorded
from gwdiag.limits.settings import Settings
from gwdiag.limits.snapshot import Snapshot
from gwdiag.limits.unanswered import Unanswered, unanswered
from gwdiag.model.dataclass import dataclass
from gwdiag.model.problem import Exit, Problem, Unavailable
from gwdiag.model.report import Input, status_of

PROC_ROOT = 1
"""The inode of a mounted /proc: PROC_ROOT_INO of the kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to look at and how. `window_s` 0: one reading only, and rates are unavailable."""

    checks: Mapping[str, LimitCheck]
    pid: int | None = None
    name: str | None = None
    window_s: float = 5.0
    ports: tuple[int, ...] = ()
    settings: Settings = field(default_factory=Settings)
    symptom: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """A node that was looked at."""

    host: Host
    outcomes: Mapping[str, Reading | Unavailable]
    name: str
    inputs: tuple[Input, ...] = ()
    interrupted: bool = False


def examine_live(wanted: Wanted, procfs: Path, sysfs: Path, rootfs: Path, keep: Path | None = None) -> LimitsReport:
    """This node, or one whose roots are mounted here. `keep`: a folder for what was read. Raises Problem.

    A copy of /proc is judged as any copy: once, and without asking this machine.
    """
    if not (procfs / "stat").exists():
        raise Problem(f"{procfs}: it is no /proc of a Linux node", Exit.NOTHING_DONE)
    if procfs.stat().st_ino != PROC_ROOT:
        copy = Recorded(rootfs, elsewhere={"proc": procfs, "sys": sysfs})
        return examine(wanted, Recording(folder=procfs, now=copy, before=None, kind="copy of a root"))
    if keep:
        capture.room_for(keep)
    pid = processes.gateway(Live(procfs, sysfs, rootfs, None), wanted.pid, wanted.name)
    root = Live(procfs, sysfs, rootfs, pid)
    first = Moment(Snapshot(root), pid)
    began = time.monotonic()
    alone = _host(wanted, now=first, hostname=socket.gethostname(), ticks=os.sysconf("SC_CLK_TCK"))
    # Everything is asked once for what rates are compared with later; what it amounts to is judged the second time.
    outcomes = _asked(wanted.checks, _after(alone, first, 1.0) if wanted.window_s else alone)
    host, interrupted = alone, False
    if wanted.window_s:
        first.snapshot.close()
        interrupted = _interrupted_within(wanted.window_s - (time.monotonic() - began))
        now = Moment(Snapshot(root), pid)
        host = _after(
            _host(wanted, now=now, hostname=alone.hostname, ticks=alone.ticks), first, time.monotonic() - began
        )
        outcomes = _asked(wanted.checks, host)
    name = _name(host.now)
    if keep:
        capture.capture(keep, host, pid, name, os.uname().release)
    return _report(wanted, _Looked(host=host, outcomes=outcomes, name=name, interrupted=interrupted))


def examine_recorded(wanted: Wanted, folder: Path) -> LimitsReport:
    """A copy of a node; nothing of the machine that this runs on is read. Raises Problem."""
    return examine(wanted, recording(folder))


def examine(wanted: Wanted, found: Recording) -> LimitsReport:
    """A recording, in whatever it is kept."""
    pid = _recorded_pid(wanted, found)
    now = Moment(Snapshot(found.now), pid, foreign=found.is_foreign)
    host = _host(wanted, now=now, hostname=found.hostname, ticks=found.ticks, ports=found.ports)
    if found.before:
        before = Moment(Snapshot(found.before), pid, foreign=found.is_foreign)
        host = _after(host, before, found.seconds)
    inputs = (Input(path=str(found.folder), node=found.hostname or None, format=found.kind, problem=found.problem),)
    name = found.name or _name(now)
    return _report(wanted, _Looked(host=host, outcomes=_asked(wanted.checks, host), name=name, inputs=inputs))


def _recorded_pid(wanted: Wanted, found: Recording) -> int | None:
    if wanted.pid is not None or wanted.name is not None:
        return processes.gateway(found.now, wanted.pid, wanted.name)
    return found.process


def _host(wanted: Wanted, *, now: Moment, hostname: str, ticks: int, ports: tuple[int, ...] = ()) -> Host:
    return Host(
        now=now,
        ticks=ticks,
        ports=wanted.ports or ports or _port_told(now),
        settings=wanted.settings,
        hostname=hostname,
    )


def _after(host: Host, before: Moment, seconds: float | None) -> Host:
    return Host(
        now=host.now,
        before=before,
        seconds=seconds,
        ticks=host.ticks,
        ports=host.ports,
        settings=host.settings,
        hostname=host.hostname,
    )


def _port_told(moment: Moment) -> tuple[int, ...]:
    """The port that Tyk's own environment tells."""
    with suppress(Unreadable):
        told = moment.environment.get("TYK_GW_LISTENPORT", "")
        if told.isdecimal() and 0 < int(told) < 65536:
            return (int(told),)
    return ()


def _name(moment: Moment) -> str:
    with suppress(Unreadable):
        return moment.text(moment.of_process("comm")).strip()
    return ""


def _asked(checks: Mapping[str, LimitCheck], host: Host) -> dict[str, Reading | Unavailable]:
    return {name: judge.outcome(check, host) for name, check in checks.items()}


def _interrupted_within(seconds: float) -> bool:
    """Waits. Whoever does not want to wait any longer gets what a shorter window tells."""
    try:
        time.sleep(max(seconds, 0.0))
    except KeyboardInterrupt:
        return True
    return False


def _report(wanted: Wanted, looked: _Looked) -> LimitsReport:
    host = looked.host
    name = host.hostname or socket.gethostname()
    results = []
    for id_, check in wanted.checks.items():
        read = looked.outcomes[id_]
        status = judge.judge(check, read) if isinstance(read, Reading) else Status.UNAVAILABLE
        results.append(words.result(id_, check, read, status, host))
    if all(one.status is Status.UNAVAILABLE for one in results):
        raise Problem(f"no check could look: {results[0].why}" if results else "no check is left", Exit.NOTHING_DONE)
    ordered = tuple(sorted(results, key=lambda one: _place(one, wanted.symptom)))
    findings = tuple(words.finding(one, name) for one in ordered if one.status in words.SEVERITIES)
    has_problem = any(one.problem for one in looked.inputs)
    pid = None
    with suppress(Unreadable):
        pid = host.now.pid
    return LimitsReport(
        command="limits",
        version=__version__,
        created=datetime.now(UTC),
        host=name,
        inputs=looked.inputs,
        findings=findings,
        status=status_of(findings, incomplete=has_problem),
        summary=summary(ordered),
        interrupted=looked.interrupted,
        process=Process(
            pid=pid,
            name=looked.name or None,
            network_namespace="another" if host.now.is_foreign else "read",
        ),
        window_s=host.seconds if host.before else None,
        symptom=wanted.symptom,
        checks=ordered,
        unanswered=_unanswered(host.now),
    )


def _unanswered(moment: Moment) -> tuple[Unanswered, ...]:
    with suppress(Unreadable):
        return tuple(unanswered(moment))
    return ()


def _place(one: CheckResult, symptom: str | None) -> tuple[bool, int, str]:
    """What explains the symptom comes first, then the worst, then by name."""
    rank = -1 if one.status is Status.UNAVAILABLE else one.status.rank
    return (symptom is not None and symptom not in one.explains, -rank, one.id)
