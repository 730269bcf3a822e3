"""What is the matter with a look-up that gives addresses."""

from gwdiag.model.finding import Evidence, FileSource, Remedy, Severity
from gwdiag.model.words import duration, listed
from gwdiag.probe.dns_query import Came, Reply
from gwdiag.probe.fault import Remark
from gwdiag.probe.lookup import Lookup
from gwdiag.probe.resolver_files import HOSTS, ResolverConfig
from gwdiag.probe.stages._dns_replies import evidence_of, one_per_server, said, server_of

SLOW_S = 1.0
MANY_QUERIES = 8


def remarks_of(
    name: str, lookup: Lookup, config: ResolverConfig, source: str, in_hosts: tuple[str, ...]
) -> list[Remark]:
    """What is the matter with a look-up that gives addresses."""
    if source == "system":
        return []
    remarks = _hosts_remarks(name, lookup, in_hosts, source)
    if source == "hosts":
        return remarks
    failing = [one for asked in lookup.asked for one in one_per_server(lookup, asked.name) if not one.is_definite]
    if failing:
        remarks.append(_failing_nameservers(name, failing, lookup))
    elif lookup.cost_s > SLOW_S:
        remarks.append(_slow(name, lookup))
    if not failing and lookup.queries >= MANY_QUERIES:
        remarks.append(_many_queries(name, lookup, config))
    remarks += _disagreeing(name, lookup)
    truncated = [one for one in lookup.replies if one.truncated and one.over_tcp is Came.ANSWER]
    if truncated:
        text = f"The answer for {name} does not fit into UDP; {server_of(truncated[0])} gives it over TCP."
        remarks.append(
            Remark(
                id="dns_truncated",
                severity=Severity.INFO,
                title="The DNS answer is truncated over UDP",
                words=text,
                evidence=(Evidence(statement=text),),
            )
        )
    return remarks


def _hosts_remarks(name: str, lookup: Lookup, in_hosts: tuple[str, ...], source: str) -> list[Remark]:
    kinds = {":" in one for one in in_hosts}
    in_dns = {one: None for one in lookup.addresses if (":" in one) in kinds}
    if not in_dns or set(in_hosts) & set(in_dns):
        return []
    used = "the hosts file is used" if source == "hosts" else "DNS is used"
    words = f"{HOSTS} has {name} as {listed(in_hosts)}, while DNS says {listed(in_dns)}; {used}"
    return [
        Remark(
            id="hosts_file_differs",
            severity=Severity.WARNING,
            title="The hosts file says something else than DNS",
            words=words,
            evidence=(Evidence(statement=words, source=FileSource(path=str(HOSTS))),),
            remedies=(Remedy(text="Compare", command=f"getent ahosts {name}; dig +short {name}"),),
            runbook="dns",
        )
    ]


def _failing_nameservers(name: str, failing: list[Reply], lookup: Lookup) -> Remark:
    each = {(server_of(one), one.question.name): one for one in failing}
    words = "; ".join(
        f"nameserver {server} {said(one)}"
        + ("" if asked == f"{name.rstrip('.')}." else f" when it is asked for {asked} (search list)")
        for (server, asked), one in each.items()
    )
    if lookup.cost_s > SLOW_S:
        words += f"; every look-up of {name} costs the gateway {duration(lookup.cost_s)}"
    else:
        words += f"; another one answers for {name}"
    return Remark(
        id="nameserver_fails",
        severity=Severity.WARNING,
        title="A nameserver of the list does not work",
        words=words,
        evidence=tuple(evidence_of(one) for one in each.values()),
        remedies=(Remedy(text="Take it out of /etc/resolv.conf, or repair it", changes_state=True),),
        runbook="dns",
    )


def _slow(name: str, lookup: Lookup) -> Remark:
    slowest = max(lookup.replies, key=lambda one: one.duration_s)
    words = (
        f"looking up {name} takes {duration(lookup.cost_s)} (DNS): nameserver {server_of(slowest)} needs "
        f"{duration(slowest.duration_s)} for {slowest.question.name} {slowest.question.kind}"
    )
    return Remark(
        id="slow_lookup",
        severity=Severity.WARNING,
        title="The look-up is slow",
        words=words,
        evidence=(Evidence(statement=words, value=lookup.cost_s, unit="s"), evidence_of(slowest)),
        remedies=(Remedy(text="Time the nameserver by itself", command=f"dig {name} @{slowest.question.server[0]}"),),
        runbook="dns",
    )


def _many_queries(name: str, lookup: Lookup, config: ResolverConfig) -> Remark:
    names = [one.name for one in lookup.asked]
    words = (
        f"one look-up of {name} takes {lookup.queries} DNS queries: the search list ({' '.join(config.search)}) with "
        f"ndots:{config.ndots} asks for {listed(names, 8)}"
    )
    return Remark(
        id="many_dns_queries",
        severity=Severity.WARNING,
        title="One look-up takes many DNS queries",
        words=words,
        evidence=(Evidence(statement=words, value=lookup.queries, source=FileSource(path="/etc/resolv.conf")),),
        remedies=(
            Remedy(text=f"Write the target with a dot at its end ({name}.), or lower ndots", changes_state=True),
        ),
        runbook="dns",
    )


def _disagreeing(name: str, lookup: Lookup) -> list[Remark]:
    """Nameservers that deny a name which another one knows: which of them is asked then decides."""
    replies = lookup.asked[-1].replies
    knowing = {server_of(one) for one in replies if one.addresses}
    denying = [one for one in replies if one.rcode == "NXDOMAIN" and server_of(one) not in knowing]
    if not denying:
        return []
    words = f"nameserver {server_of(denying[0])} says that {name} does not exist (NXDOMAIN), another one knows it"
    return [
        Remark(
            id="nameservers_disagree",
            severity=Severity.WARNING,
            title="The nameservers disagree",
            words=words,
            evidence=tuple(evidence_of(one) for one in denying[:1]),
            remedies=(Remedy(text="List only nameservers that know the same zones", changes_state=True),),
            runbook="dns",
        )
    ]
