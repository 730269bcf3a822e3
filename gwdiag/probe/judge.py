"""From what was seen of a target to its verdict and its findings."""

from dataclasses import replace

from gwdiag.error_classes import error_classes, filled
from gwdiag.model.error_class import NONE
from gwdiag.model.finding import Evidence, Finding, Scope, Severity
from gwdiag.model.words import duration, listed
from gwdiag.probe.fault import Fault, Remark
from gwdiag.probe.faults import fault_of_address, fault_of_target
from gwdiag.probe.how import How
from gwdiag.probe.log_lines import logged
from gwdiag.probe.look import Look
from gwdiag.probe.remarks import remarks_of
from gwdiag.probe.report import TargetResult
from gwdiag.probe.results import stages_of
from gwdiag.probe.target import Target
from gwdiag.probe.words import took
from gwdiag.redact import redacted


def judged(look: Look, how: How) -> tuple[TargetResult, list[Finding]]:
    """The result of a target, and what there is to say about it."""
    fault = fault_of_target(look, how)
    remarks = [] if fault else remarks_of(look, how)
    bad = [one for one in remarks if one.severity is not Severity.INFO]
    verdict = fault.class_ if fault else next((one.class_ for one in bad if one.class_ != NONE), NONE)
    cause = "; ".join(one.words for one in bad)
    if fault:
        cause = fault.words + _of_others(look, fault, how) + _from_hosts(look)
    result = TargetResult(
        target=look.target.text,
        verdict=verdict,
        cause=redacted(cause or _well(look)),
        log_line=_log_line(fault, bad),
        apis=look.target.apis,
        stages=tuple(stages_of(look, how, works=fault is None)),
    )
    findings = [_of_fault(fault, result, look)] if fault else [_of_remark(one, look.target) for one in remarks]
    return result, findings


def _of_others(look: Look, fault: Fault, how: How) -> str:
    """Of several addresses none works: why the others do not, where it is for another reason."""
    count = len(look.addresses)
    if count < 2:
        return ""
    faults = [one for address in look.addresses if (one := fault_of_address(address, look.target, how))]
    others = dict.fromkeys(one.words for one in faults if one.class_ != fault.class_)
    return "; ".join(("", f"0 of {count} addresses of {look.target.host} work", *list(others)[:3]))


def _from_hosts(look: Look) -> str:
    """The hosts file may have sent us to a wrong address."""
    detail = look.resolved.detail if look.resolved else None
    if not detail or detail.source != "hosts":
        return ""
    in_dns = tuple(dict.fromkeys(address for one in detail.replies for address in one.addresses))
    if not in_dns or set(in_dns) & set(detail.hosts):
        return f"; the address is from /etc/hosts ({listed(detail.hosts)})"
    return f"; the address is from /etc/hosts ({listed(detail.hosts)}), while DNS says {listed(in_dns)}"


def _well(look: Look) -> str:
    if not look.has_ended:
        return _unfinished(look)
    ways = [way for one in look.addresses for way in one.ended if way.works]
    parts = []
    if ways and ways[0].connect:
        parts.append(f"connects in {duration(min(way.connect.duration_s for way in ways if way.connect))}")
    if ways and ways[0].tls:
        parts.append(f"{ways[0].tls.version}")
    if ways and ways[0].http:
        first = min((way.http.first_byte_s or 0.0 for way in ways if way.http), default=0.0)
        parts.append(f"answers {ways[0].http.status} in {duration(first)}")
    if ways and ways[0].redis and ways[0].redis.ping_s is not None:
        parts.append(f"PING in {duration(ways[0].redis.ping_s)}")
    if skipped := ways[0].redis.skipped if ways and ways[0].redis else "":
        return f"the way there works: {', '.join(parts)}; the checks inside Redis were skipped: {skipped}"
    return "works: " + ", ".join(parts)


def _unfinished(look: Look) -> str:
    """How far it was when it was interrupted."""
    if look.resolved is None and not look.addresses:
        return "interrupted before it was looked at, or while its name was looked up"
    waiting = [way for one in look.addresses for way in one.ways if not way.has_ended]
    parts = [
        f"{way.address} connected in {took(way.connect.duration_s)}, waiting in the stage {way.phase}"
        if way.connect and way.connect.works
        else f"waiting for a connection to {way.address}"
        for way in waiting[:3]
    ]
    return f"interrupted: {'; '.join(parts) or 'between two stages'}"


def _log_line(fault: Fault | None, remarks: list[Remark]) -> str | None:
    """What stands in the gateway's log. A 5xx is passed on, and leaves an access line only."""
    if fault:
        return None if fault.class_ == "upstream_5xx" else logged(fault)
    samples = [evidence.sample for one in remarks for evidence in one.evidence if evidence.sample]
    return samples[0] if samples else None


def _of_fault(fault: Fault, result: TargetResult, look: Look) -> Finding:
    known = error_classes()[fault.class_]
    names = _names(look)
    steps = tuple(replace(one, command=one.command and filled(one.command, names)) for one in known.next)
    logged: tuple[Evidence, ...] = ()
    if result.log_line:
        logged = (Evidence(statement="The gateway's log line for it", sample=result.log_line),)
    return Finding(
        id=fault.class_,
        severity=Severity.ERROR,
        title=known.title,
        summary=f"{result.target}: {result.cause}.",
        evidence=(*fault.evidence, *logged),
        scope=_scope(look.target),
        remedies=(*fault.remedies, *steps),
        runbook=known.runbook,
    )


def _of_remark(remark: Remark, target: Target) -> Finding:
    return Finding(
        id=remark.id,
        severity=remark.severity,
        title=remark.title,
        summary=redacted(f"{target.text}: {remark.words}."),
        evidence=remark.evidence,
        scope=_scope(target),
        remedies=remark.remedies,
        runbook=remark.runbook,
    )


def _names(look: Look) -> dict[str, str]:
    """What goes into the commands of a class."""
    detail = look.resolved.detail if look.resolved else None
    names = {"host": look.target.host, "port": str(look.target.port), "name": look.target.host}
    if detail and detail.replies:
        names["server"] = detail.replies[0].server
    return names


def _scope(target: Target) -> Scope:
    return Scope(apis=target.apis, upstreams=(target.origin,))
