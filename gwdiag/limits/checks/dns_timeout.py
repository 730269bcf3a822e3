"""How long a look-up may take until it fails."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status
from gwdiag.limits.host import Host
from gwdiag.limits.resolver import ASKED, resolver


def read(host: Host) -> Reading:
    asked = resolver(host.now)
    servers = min(max(len(asked.nameservers), 1), ASKED)
    seconds = asked.timeout_s * asked.attempts * servers
    dial_s = host.settings.dial_timeout_s
    return Reading(
        value=seconds,
        least=Status.WARN if seconds > dial_s else Status.OK,
        because=f"the gateway gives up dialling after {dial_s:g} s",
        note=f"{asked.timeout_s} s, {asked.attempts} times, {servers} nameservers; a dead first one costs "
        f"{asked.timeout_s} s each time{' unless it rotates' if 'rotate' in asked.options else ''}",
    )


DNS_TIMEOUT = LimitCheck(
    title="Longest look-up",
    read=read,
    unit="s",
    conditions="A warning where it is over the gateway's dial timeout (30 s if not given).",
    source=("/etc/resolv.conf, as the process sees it",),
    why="The dial's timer runs out within the look-up, and the log blames the connection",
    fixes=(Fix(text="Add to resolv.conf: options timeout:1 attempts:3 rotate"),),
    explains=("dns_timeout", "upstream_dial_timeout"),
    shows="dial tcp: lookup orders.internal: i/o timeout, after 5 or 10 s",
    basis="resolv.conf(5): 5 s, twice",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
