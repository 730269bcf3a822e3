"""How many questions one look-up asks."""

from ipaddress import ip_address

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, at_least
from gwdiag.limits.host import Host
from gwdiag.limits.resolver import resolver

USUAL_DOTS = 2
"""Of an upstream's name that was not given: api.example.com, orders.shop.svc."""
MANY_DOTS = 5


def read(host: Host) -> Reading:
    asked = resolver(host.now)
    names = [one for one in host.settings.upstream_hosts if not _is_address(one) and not one.endswith(".")]
    if host.settings.upstream_hosts and not names:
        return Reading(value=0, note="no upstream is looked up")
    dots, example = min(((one.count("."), one) for one in names), default=(USUAL_DOTS, ""))
    is_short = asked.ndots >= MANY_DOTS and dots < MANY_DOTS
    return Reading(
        value=asked.queries(dots),
        least=Status.WARN if is_short else Status.OK,
        because=f"ndots is {asked.ndots}, and names have fewer dots",
        note=f"for {example or 'a name of two dots'}: {len(asked.search)} search domains, A and AAAA each",
    )


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host.strip("[]")))
    except ValueError:
        return False


DNS_NDOTS = LimitCheck(
    title="Questions for one look-up",
    read=read,
    unit="questions",
    crit=at_least(8),
    conditions="A warning at ndots of 5 and more with upstream names of fewer dots.",
    source=("/etc/resolv.conf, as the process sees it",),
    why="A name with fewer dots than ndots is tried with each search domain first: one lost answer of eight costs 5 s",
    fixes=(Fix(text="End upstream names with a dot, or set ndots:2 (dnsConfig of the pod)"),),
    explains=("dns_timeout", "dns_failure"),
    shows="lookup orders.shop.svc.cluster.local: i/o timeout",
    basis="resolv.conf(5); Kubernetes sets ndots:5",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
