"""Which resolver a Go program uses: its own, or libc's with a thread for each look-up."""

import re

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.checks._go import not_go
from gwdiag.limits.host import Host
from gwdiag.limits.moment import Moment
from gwdiag.limits.resolver import UNKNOWN_TO_GO, resolver

MANY = 100
KNOWN_SOURCES = ("files", "dns", "myhostname")


def read(host: Host) -> Reading:
    if reading := not_go(host.now):
        return reading
    because = _why_libc(host.now)
    threads = host.now.status("Threads")
    return Reading(
        value=threads,
        least=Status.WARN if because and threads > MANY else Status.OK,
        because=f"{because}, and there are {threads:,} threads",
        note=because or "Go's own",
    )


def _why_libc(moment: Moment) -> str:
    """Why Go asks libc, if it was built with it; nothing where it does not. Source: net/conf.go."""
    chosen = re.search(r"netdns=(\w+)", moment.environment.get("GODEBUG", ""))
    if chosen:
        return f"GODEBUG chooses netdns={chosen[1]}" if chosen[1] == "cgo" else ""
    odd = [one for one in resolver(moment).options if one.partition(":")[0] in UNKNOWN_TO_GO]
    if odd:
        return f"Go does not know the option {odd[0]} of resolv.conf"
    strange = [one for one in _sources(moment) if one not in KNOWN_SOURCES and not one.startswith("mdns")]
    return f"Go does not know {strange[0]} of nsswitch.conf" if strange else ""


def _sources(moment: Moment) -> list[str]:
    try:
        lines = moment.lines("etc/nsswitch.conf")
    except Unreadable:  # many images have none, and Go then takes its default
        return []
    for line in lines:
        database, colon, rest = line.partition("#")[0].partition(":")
        if colon and database.strip() == "hosts":
            return re.sub(r"\[[^]]*\]", " ", rest).split()
    return []


DNS_GO_RESOLVER = LimitCheck(
    title="Threads, against the resolver in use",
    read=read,
    unit="threads",
    conditions="A warning above 100 threads where something makes Go ask libc.",
    source=("/proc/<pid>/environ GODEBUG", "/etc/resolv.conf", "/etc/nsswitch.conf", "/proc/<pid>/status Threads"),
    why="libc holds a thread for each look-up: a slow resolver makes hundreds of them",
    fixes=(Fix(text="Set GODEBUG=netdns=go in the gateway's environment and restart it"),),
    explains=("dns_timeout", "gateway_internal"),
    shows="threads that become more, look-ups that become slow",
    basis="net/conf.go of Go",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
