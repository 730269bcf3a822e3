"""Which process is the gateway."""

import re

from gwdiag.limits.root import Root
from gwdiag.model.problem import Exit, Problem

GATEWAYS = (
    "tyk",
    "tyk-gateway",
    "traefik",
    "krakend",
    "caddy",
    "envoy",
    "kong",
    "openresty",
    "apisix",
    "nginx",
    "haproxy",
    "httpd",
    "apache2",
)
"""What gateways' processes are called, those that are nothing else first."""
COMM_BYTES = 15
"""The kernel cuts a process's name after so many."""


def gateway(root: Root, pid: int | None, name: str | None) -> int | None:
    """The process asked for, or else one that is called like a gateway; None where there is none.

    Of several of one name that with the most descriptors: nginx's master holds few connections, its workers all.
    Raises Problem where the process asked for is not there.
    """
    if pid is not None:
        if not _is_there(root, pid):
            raise Problem(f"--pid {pid}: there is no such process", Exit.NOTHING_DONE)
        return pid
    running = {one: called for one in _pids(root) if (called := _name(root, one))}
    if name is not None:
        found = [one for one, called in running.items() if called in (name, name[:COMM_BYTES])]
        if not found:
            raise Problem(f"--name {name}: no process is called so", Exit.NOTHING_DONE)
        return _busiest(root, found)
    for known in GATEWAYS:
        if found := [one for one, called in running.items() if called == known]:
            return _busiest(root, found)
    return None


def only(root: Root) -> int | None:
    """The process of a recording that has just one."""
    pids = _pids(root)
    return pids[0] if len(pids) == 1 else None


def _pids(root: Root) -> list[int]:
    try:
        return sorted(int(name) for name in root.names("proc") if name.isdecimal())
    except OSError:
        return []


def _is_there(root: Root, pid: int) -> bool:
    try:
        return bool(root.names(f"proc/{pid}"))
    except OSError:
        return False


def _name(root: Root, pid: int) -> str:
    for path, pattern in ((f"proc/{pid}/comm", r"(.*)"), (f"proc/{pid}/status", r"Name:\s*(.*)")):
        try:
            if seen := re.match(pattern, root.read(path).decode("utf-8", "replace")):
                return seen[1].strip()
        except OSError:
            continue
    return ""


def _busiest(root: Root, pids: list[int]) -> int:
    def descriptors(pid: int) -> int:
        try:
            return len(root.descriptors(pid))
        except OSError:
            return 0

    return max(pids, key=lambda pid: (descriptors(pid), -pid))
