"""Why a try does not lead to an answer, and which of an address's tries tells it best."""

from dataclasses import replace
from datetime import UTC, datetime

from gwdiag.probe.fault import Fault
from gwdiag.probe.how import How
from gwdiag.probe.look import AddressLook, Look
from gwdiag.probe.report import Stage
from gwdiag.probe.stages import http, redis, tcp, tls
from gwdiag.probe.target import Target, joined
from gwdiag.probe.way import Way, certificate_name


def fault_of_address(look: AddressLook, target: Target, how: How) -> Fault | None:
    """Why no try works; None where one does, or none has ended."""
    telling = telling_way(look, target, how)
    return telling[1] if telling else None


def telling_way(look: AddressLook, target: Target, how: How) -> tuple[Way, Fault] | None:
    """Where no try works: the first one that says why, and what it says. Silence gives way to anything else."""
    if not look.ended or any(way.works for way in look.ended):
        return None
    found = [(way, fault) for way in look.ended if (fault := fault_of_way(way, look, target, how))]
    return next((one for one in found if one[1].is_telling), found[0])


def fault_of_way(way: Way, look: AddressLook, target: Target, how: How) -> Fault | None:
    """Why this try does not work; None where it does. `look`: what else is known of its address."""
    fault = _fault_of_way(way, look, target, how)
    return _of_store(fault, target) if fault else None


def _of_store(fault: Fault, target: Target) -> Fault:
    """Whatever keeps the gateway from its own data is one class: it is not an upstream's request that fails."""
    if not target.is_store or fault.class_ == "storage_down":
        return fault
    return replace(fault, class_="storage_down", log=f"Redis is either down or was not configured: {fault.log}")


def _fault_of_way(way: Way, look: AddressLook, target: Target, how: How) -> Fault | None:
    if way.works or not way.has_ended or way.connect is None:
        return None
    peer = joined(way.address, target.port)
    if not way.connect.works:
        return tcp.fault_of(way.connect, look.around or tcp.Around())
    if way.tls and not way.tls.works:
        name = certificate_name(target, how)
        return tls.fault_of(way.tls, name, peer, look.looks, datetime.now(UTC), has_own=bool(how.cert))
    if way.tls and way.tls.asks_for_client_certificate and (way.late_alert or _ended_unheard(way)):
        return tls.client_certificate_fault(way.late_alert, peer, has_own=bool(how.cert))
    if way.redis:
        return redis.fault_of(way.redis, target)
    if way.http:
        return http.fault_of(way.http, target, way.address, look.looks)
    return None


def _ended_unheard(way: Way) -> bool:
    """The server took the handshake, and hung up on the request without a word: it did not like our certificate."""
    return way.http is not None and way.http.cut in ("closed", "reset") and not way.http.received


def stage_of(way: Way) -> Stage:
    """Where a try that does not work broke."""
    if way.connect is None or not way.connect.works:
        return "tcp"
    if way.tls and (
        not way.tls.works or way.late_alert or (way.tls.asks_for_client_certificate and _ended_unheard(way))
    ):
        return "tls"
    return "redis" if way.redis else "http"


def is_without_ipv6(look: AddressLook) -> bool:
    """An IPv6 address on a node that has no IPv6: of no importance where another address works."""
    failed = [one.connect for one in look.ended if one.connect and not one.connect.works]
    around = look.around
    return (
        ":" in look.address
        and bool(failed)
        and len(failed) == len(look.ended)
        and around is not None
        and (not around.has_ipv6 or all(one.error in ("ENETUNREACH", "EADDRNOTAVAIL") for one in failed))
    )


def fault_of_target(look: Look, how: How) -> Fault | None:
    """Why the target does not work; None where it does.

    Of several addresses the first one tells it, as Go's dialer does; one that this node could not use anyway comes
    last.
    """
    if look.resolved and look.resolved.fault:
        return _of_store(look.resolved.fault, look.target)
    found = [(is_without_ipv6(one), one, fault_of_address(one, look.target, how)) for one in look.addresses]
    if any(way.works for _, one, _ in found for way in one.ended):
        return None
    return next((fault for last in (False, True) for is_last, _, fault in found if fault and is_last == last), None)
