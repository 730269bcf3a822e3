"""Nameservers that the gateway asks."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, above
from gwdiag.limits.host import Host
from gwdiag.limits.resolver import ASKED, resolver


def read(host: Host) -> Reading:
    every = resolver(host.now).nameservers
    because = f"{', '.join(every[ASKED:])} is never asked" if every else "there is none: the node itself is asked"
    return Reading(
        value=len(every),
        least=Status.OK if every else Status.CRIT,
        because=because,
        note=", ".join(every[:ASKED]),
    )


DNS_NAMESERVERS = LimitCheck(
    title="Nameservers",
    read=read,
    unit="nameservers",
    warn=above(ASKED),
    conditions="Critical where there is none.",
    source=("/etc/resolv.conf, as the process sees it",),
    why="Go and glibc ask the first three only: one that works in the fourth place helps nobody",
    fixes=(Fix(text="Keep the three that answer, the nearest first"),),
    explains=("dns_not_found", "dns_failure", "dns_timeout"),
    shows="no such host",
    basis="MAXNS of glibc, dnsconfig_unix.go of Go",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
