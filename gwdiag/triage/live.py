"""This node as a case: its gateway's process, configuration and logs, found by what the process itself shows."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gwdiag.definitions import LARGEST, known_in
from gwdiag.limits import processes
from gwdiag.limits.cgroups import groups
from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment
from gwdiag.limits.root import Live
from gwdiag.limits.snapshot import Snapshot
from gwdiag.model.definition import GatewaySettings
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.words import duration
from gwdiag.triage.case import NodeState

USUAL_LOGS = {
    "tyk": ("/var/log/tyk", "/opt/tyk-gateway/logs"),
    "nginx": ("/var/log/nginx",),
    "openresty": ("/usr/local/openresty/nginx/logs",),
    "kong": ("/usr/local/kong/logs",),
    "apisix": ("/usr/local/apisix/logs",),
    "haproxy": ("/var/log/haproxy.log",),
    "caddy": ("/var/log/caddy",),
    "apache2": ("/var/log/apache2",),
    "httpd": ("/var/log/httpd",),
    "traefik": ("/var/log/traefik",),
    "envoy": ("/var/log/envoy",),
}
"""Where packages put logs, by the process's name."""

USUAL_CONFIGURATION = ("/opt/tyk-gateway/tyk.conf", "/etc/tyk/tyk.conf")
FLAGS = ("--conf", "-conf", "-c", "--config", "-f")
"""Options behind which gateways are told their configuration: tyk, nginx, haproxy, caddy, envoy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is there of the gateway. `paths`: its logs and, beside them, configuration and definitions."""

    pid: int
    name: str
    logs: tuple[str, ...]
    configuration: tuple[str, ...]
    state: NodeState


def found(pid: int | None, name: str | None, window_s: float) -> Found:
    """The gateway of this node, read twice. Raises Problem where none runs."""
    root = Live(Path("/proc"), Path("/sys"), Path("/"), None)
    process = processes.gateway(root, pid, name)
    if process is None:
        raise Problem("no gateway runs here; give it a log or a case, or the process with --pid", Exit.NOTHING_DONE)
    root = Live(Path("/proc"), Path("/sys"), Path("/"), process)
    before = Moment(Snapshot(root), process)
    program = before.program
    _look(before)
    before.snapshot.close()
    with suppress(KeyboardInterrupt):
        time.sleep(window_s)
    now = Moment(Snapshot(root), process)
    configuration = _configuration(process)
    return Found(
        pid=process,
        name=program,
        logs=tuple(_logs(process, program)),
        configuration=tuple(configuration),
        state=NodeState(
            name=os.uname().nodename,
            place="",
            now=now,
            before=before if window_s else None,
            seconds=window_s or None,
            since=f"in {duration(window_s)}",
        ),
    )


def _look(moment: Moment) -> None:
    """Reads what is compared with later."""
    for name in ("snmp", "netstat"):
        with suppress(Unreadable):
            moment.text(moment.net(name))
    with suppress(Unreadable):
        for group in groups(moment, "cpu"):
            with suppress(Unreadable):
                moment.text(f"{group.folder}/cpu.stat")


def _arguments(pid: int) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    return []


def _configuration(pid: int) -> list[str]:
    """The files that its command line names, the usual one where it names none, and Tyk's folder of definitions."""
    arguments = _arguments(pid)
    named = [value for flag, value in pairwise(arguments) if flag in FLAGS]
    named += [one.partition("=")[2] for one in arguments if one.partition("=")[0] in FLAGS and "=" in one]
    folder = Path()
    with suppress(OSError):
        folder = Path(f"/proc/{pid}/cwd").readlink()
    files = [folder / one for one in named] + [Path(one) for one in USUAL_CONFIGURATION if not named]
    found = [str(one) for one in files if one.is_file()]
    for one in list(found):
        with suppress(OSError):
            path = Path(one)
            content = path.read_bytes() if path.stat().st_size <= LARGEST else b""
            apps = [known.apps for known in known_in(content, one) if isinstance(known, GatewaySettings) and known.apps]
            found += [str(folder) for name in apps if (folder := path.parent / name).is_dir()]
    return found


def _is_written(target: Path) -> bool:
    return target.is_file() and target.stat().st_size > 0 and not str(target).startswith(("/proc", "/dev"))


def _logs(pid: int, program: str) -> list[str]:
    """Regular files that its standard output and error, or descriptors open for appending, go to; then usual places."""
    found: dict[str, None] = {}
    with suppress(OSError):
        for one in sorted(Path(f"/proc/{pid}/fd").iterdir(), key=lambda one: int(one.name)):
            with suppress(OSError):
                target = one.readlink()
                is_output = one.name in ("1", "2") or target.suffix in (".log", ".json")
                if is_output and _is_written(target):
                    found[str(target)] = None
    if not found:
        for usual in USUAL_LOGS.get(program, ()):
            if Path(usual).exists():
                found[usual] = None
    return list(found)
