"""Keeping what was read, so that another machine can judge it again with `--replay`.

A capture holds what the checks asked for and nothing else; of the environment only the variables that they know.
"""

import json
import os
from pathlib import Path

from gwdiag.limits.host import Host
from gwdiag.limits.snapshot import Snapshot
from gwdiag.model.problem import Exit, Problem
from gwdiag.redact import redacted
from gwdiag.whole_file import cannot_be_written

VARIABLES = frozenset(
    (
        "GOMAXPROCS",
        "GOMEMLIMIT",
        "GOGC",
        "GODEBUG",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "SSL_CERT_FILE",
        "TYK_GW_LISTENPORT",
    )
)


def room_for(folder: Path) -> None:
    """Raises Problem where a capture cannot be written: before anything is read, not after the window."""
    with cannot_be_written(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Problem(f"--capture {folder}: it is not empty; give a new folder", Exit.NOTHING_DONE)


def capture(folder: Path, host: Host, pid: int | None, name: str, release: str) -> None:
    """Writes both readings as t0 and t1 (one reading as t0), and meta.json."""
    readings = [host.now] if host.before is None else [host.before, host.now]
    refused: set[str] = set()
    with cannot_be_written(folder):
        for index, moment in enumerate(readings):
            refused |= _write(folder / f"t{index}", moment.snapshot)
        meta = {
            "interval_s": host.seconds,
            "clk_tck": host.ticks,
            "page_size": os.sysconf("SC_PAGE_SIZE"),
            "pid": pid,
            "name": name,
            "uname": f"Linux {host.hostname} {release}",
            "cpus": os.cpu_count(),
            "listen": list(host.ports),
            "netns": "reader" if host.now.is_foreign else "pid",
            "unreadable": sorted(refused),
        }
        (folder / "meta.json").write_text(json.dumps(meta, indent=1) + "\n", "utf-8")


def _write(folder: Path, snapshot: Snapshot) -> set[str]:
    """The files of one reading; gives the paths that were refused."""
    calls: dict[str, object] = {}
    refused: set[str] = set()
    folder.mkdir()
    for (kind, path), found in sorted(snapshot.kept.items()):
        if isinstance(found, PermissionError):
            refused.add(path)
        if isinstance(found, OSError) or kind == "names":
            continue
        if kind == "system":
            calls[path] = found
        elif isinstance(found, bytes):
            _file(folder / path, _harmless(found) if path.endswith("/environ") else found)
        elif isinstance(found, str):
            _file(folder / path, found.encode("utf-8", "surrogateescape"))
        elif isinstance(found, dict):
            lines = (f"{number} {_one_line(target)}\n" for number, target in sorted(found.items()))
            _file(folder / f"{path}.txt", "".join(lines).encode("utf-8", "surrogateescape"))
    _file(folder / "syscalls.json", f"{json.dumps(calls, indent=1)}\n".encode())
    return refused


def _file(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _one_line(target: str) -> str:
    """A file may have a line break in its name."""
    return target.replace("\n", " ")


def _harmless(environment: bytes) -> bytes:
    parts = environment.decode("utf-8", "replace").split("\0")
    known = [redacted(part) for part in parts if part.partition("=")[0] in VARIABLES]
    return "".join(f"{part}\0" for part in known or ["PATH="]).encode()
