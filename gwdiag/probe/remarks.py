"""What is the matter with a target that works: dead addresses, failed tries, losses, slowness, what was answered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from gwdiag.error_classes import error_classes
from gwdiag.model.finding import Evidence, Remedy, Severity
from gwdiag.model.words import counted, duration, listed
from gwdiag.probe.exchange import Cut, Exchange
from gwdiag.probe.fault import Fault, Remark
from gwdiag.probe.faults import fault_of_address, fault_of_way, is_without_ipv6
from gwdiag.probe.how import How
from gwdiag.probe.log_lines import logged
from gwdiag.probe.look import AddressLook, Look
from gwdiag.probe.stages import http, idle, redis, tls
from gwdiag.probe.target import Target
from gwdiag.probe.way import Way

SLOW_CONNECT_S = 1.0
SLOW_HANDSHAKE_S = 1.0
SLOW_FIRST_BYTE_S = 2.0
OFTEN = 1 / 3
"""A stage is slow where more than this share of the tries was."""


def remarks_of(look: Look, how: How) -> list[Remark]:
    """What is the matter with a target that works: one remark of a kind, though several addresses give rise to it."""
    by_id: dict[str, list[Remark]] = {}
    for one in _every(look, how):
        by_id.setdefault(one.id, []).append(one)
    return [_together(same) for same in by_id.values()]


def _together(same: list[Remark]) -> Remark:
    return replace(
        same[0],
        words="; ".join(dict.fromkeys(one.words for one in same)),
        evidence=tuple(dict.fromkeys(evidence for one in same for evidence in one.evidence)),
    )


def _every(look: Look, how: How) -> Iterator[Remark]:
    if look.resolved:
        yield from look.resolved.remarks
        if len(look.resolved.addresses) > len(look.addresses):
            words = f"only the first {len(look.addresses)} of {len(look.resolved.addresses)} addresses were tried"
            yield _info("addresses_not_tried", "Addresses that were not tried", words)
    yield from _dead_addresses(look, how)
    for one in look.addresses:
        if any(way.works for way in one.ended):
            yield from _of_address(one, look, how)
    for one in look.addresses:
        yield from _of_answers(one, look)
    if look.idle:
        yield from idle.remarks_of(look.idle, look.target)
    if look.proxy:
        words = f"the environment names a proxy for it ({look.proxy}); this probe went without, a gateway may not"
        yield _info("proxy_environment", "A proxy is set in the environment", words)


def _dead_addresses(look: Look, how: How) -> Iterator[Remark]:
    faults = {one.address: fault for one in look.addresses if (fault := fault_of_address(one, look.target, how))}
    useless = [one.address for one in look.addresses if one.address in faults and is_without_ipv6(one)]
    dead = [address for address in faults if address not in useless]
    if useless:
        words = f"{listed(useless)}: an IPv6 address, and this node has no route for IPv6; it uses another one"
        yield _info("address_without_route", "An address that this node cannot use", words)
    if dead:
        first = faults[dead[0]]
        working = [one.address for one in look.addresses if any(way.works for way in one.ended)]
        verb = "does" if len(dead) == 1 else "do"
        words = (
            f"{len(working)} of {len(look.addresses)} addresses of {look.target.host} work ({listed(working)}), "
            f"{listed(dead)} {verb} not: {'; '.join(faults[one].words for one in dead[:3])}"
        )
        yield _in_part(first, words)


def _of_address(look: AddressLook, whole: Look, how: How) -> Iterator[Remark]:
    """Tries that failed where others worked; losses; slowness."""
    alike = replace(look, looks=replace(look.looks, small=None))  # others had large packets too, and worked
    faults = [fault for way in look.ended if (fault := fault_of_way(way, alike, whole.target, how))]
    telling = [one for one in faults if one.is_telling]
    words = f"{len(faults)} of {len(look.ended)} tries at {look.address} failed"
    if telling or (faults and not any(map(_lost, look.ended))):
        first = (telling or faults)[0]
        yield _in_part(first, f"{words}: {first.words}")
    again = next((way.more[-1] for way in look.ended if way.more and way.more[-1].cut), None)
    if again:
        yield from _reuse_fails(again, look, whole.target)
    yield from _losses(look, f"; {words} for it" if faults and not telling else "")
    yield from _slowness(look, whole)


def _reuse_fails(exchange: Exchange, look: AddressLook, target: Target) -> Iterator[Remark]:
    if exchange.cut is Cut.CLOSED and not exchange.received:
        words = f"{target.peer} closes the connection after an answer without saying so: keep-alive does not work"
        yield _info("keep_alive_unannounced_close", "Connections are closed without notice", words)
        return
    fault = http.fault_of(exchange, target, look.address, look.looks)
    yield _in_part(fault, f"the second request on one connection fails: {fault.words}")


def _lost(way: Way) -> int:
    """Segments that had to be sent again on a connection that came about, SYNs among them."""
    return max(way.after.lost if way.after else 0, way.connect.lost_syns if way.connect else 0)


def _losses(look: AddressLook, failed: str) -> Iterator[Remark]:
    """`failed`: the tries that failed in silence, in words; that is what several losses together look like."""
    hit = [way for way in look.ended if _lost(way)]
    if not hit:
        return
    syns = sum(way.connect.lost_syns for way in hit if way.connect)
    times = sorted(way.connect.duration_s for way in hit if way.connect and way.connect.lost_syns)
    words = (
        f"packets to {look.address} get lost: {counted(sum(map(_lost, hit)), 'segment')} had to be sent again "
        f"({counted(syns, 'SYN')}) in {len(hit)} of {counted(len(look.ended), 'try', 'tries')}"
    )
    if times:
        words += (
            f"; connects took {', '.join(duration(one) for one in times[:4])}, on the marks of this kernel's SYN "
            "retransmits: loss on the way, or an accept queue that is full"
        )
    words += failed
    yield Remark(
        id="packet_loss",
        severity=Severity.WARNING,
        title="Packets get lost on the way",
        words=words,
        evidence=(Evidence(statement=f"TCP_INFO: {words}", value=sum(map(_lost, hit)), unit="segments"),),
        remedies=(
            Remedy(text="Follow the way", command=f"mtr -n -T -c 20 -r {look.address}"),
            Remedy(
                text="On the upstream: is its accept queue full", command="nstat -az TcpExtListenOverflows; ss -ltn"
            ),
        ),
        runbook="dial-timeout",
    )


def _slowness(look: AddressLook, whole: Look) -> Iterator[Remark]:
    ways = [way for way in look.ended if way.works]
    peer, text = whole.target.peer, whole.target.text
    connects = [way.connect.duration_s for way in ways if way.connect and not way.connect.lost_syns]
    if slow := _often(connects, SLOW_CONNECT_S):
        yield _slow("slow_connect", f"connecting to {peer} takes {duration(slow)}", slow)
    if slow := _often([way.tls.duration_s for way in ways if way.tls], SLOW_HANDSHAKE_S):
        words = f"the TLS handshake with {peer} takes {duration(slow)}"
        if look.looks.is_path_too_narrow and look.looks.small and look.looks.small.duration_s < slow / 2:
            small = duration(look.looks.small.duration_s)
            words += f", with small segments (MSS {look.looks.small_mss}) {small}: look at the MTU"
        yield _slow("slow_handshake", words, slow)
    if slow := _often([way.http.first_byte_s or 0.0 for way in ways if way.http], SLOW_FIRST_BYTE_S):
        words = f"{text} needs {duration(slow)} to the first byte of its answer"
        limits = [one for one in whole.target.limits if one.seconds <= slow]
        if limits:
            words += f"; the gateway gives up after {duration(limits[0].seconds)} ({limits[0].name}): clients get 504"
        yield _slow("slow_answer", words, slow)


def _often(times: list[float], limit_s: float) -> float | None:
    """The slowest of them, where enough are slow."""
    slow = [one for one in times if one > limit_s]
    return max(slow) if slow and len(slow) > OFTEN * len(times) else None


def _slow(id_: str, words: str, seconds: float) -> Remark:
    return Remark(
        id=id_,
        severity=Severity.WARNING,
        title="It works, slowly",
        words=words,
        evidence=(Evidence(statement=words, value=seconds, unit="s"),),
        remedies=(Remedy(text="Compare with another node: gwdiag probe --save there, --compare here"),),
        runbook="response-timeout",
    )


def _of_answers(look: AddressLook, whole: Look) -> Iterator[Remark]:
    """About what was answered there."""
    way = next((way for way in look.ended if way.works), None)
    if way is None:
        return
    if whole.target.tls and whole.target.tls.is_unverified:
        words = f"nobody checks who {whole.target.peer} is: ssl_insecure_skip_verify is set for it"
        yield _info("unverified", "A certificate that is not checked", words)
    elif way.tls and (
        remark := tls.expiry_remark(way.tls.chain, f"{look.address}:{whole.target.port}", datetime.now(UTC))
    ):
        yield remark
    if way.http:
        ahead = way.http.clock_ahead_s(way.answered_at) if way.answered_at else None
        yield from http.remarks_of(way.http, whole.target, _circle(look), ahead)
    if way.redis:
        yield from redis.remarks_of(way.redis, whole.target)


def _circle(look: AddressLook) -> str | None:
    return next((way.circle for way in look.ended if way.circle), None)


def _in_part(fault: Fault, words: str) -> Remark:
    known = error_classes()[fault.class_]
    return Remark(
        id=fault.class_,
        severity=Severity.WARNING,
        title=f"{known.title}, in part",
        words=words,
        evidence=(*fault.evidence, Evidence(statement="The gateway's log line for it", sample=logged(fault))),
        remedies=(*fault.remedies, *(one for one in known.next if one.command is None)),
        class_=fault.class_,
        runbook=known.runbook,
    )


def _info(id_: str, title: str, words: str) -> Remark:
    return Remark(id=id_, severity=Severity.INFO, title=title, words=words, evidence=(Evidence(statement=words),))
