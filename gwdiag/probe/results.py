"""From what was seen of a target to the stages of its result."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from gwdiag.probe.details import CertificateDetail, Detail, HttpDetail, ReuseDetail, TcpDetail, TlsDetail
from gwdiag.probe.exchange import whole_number
from gwdiag.probe.faults import is_without_ipv6, stage_of, telling_way
from gwdiag.probe.handshake import ALERTS
from gwdiag.probe.how import How
from gwdiag.probe.look import AddressLook, Look
from gwdiag.probe.report import Stage, StageResult
from gwdiag.probe.stages import redis
from gwdiag.probe.target import Target, without_secrets
from gwdiag.probe.way import Way


def stages_of(look: Look, how: How, works: bool) -> Iterator[StageResult]:
    """Every stage in its order. `works`: the target does, at one address at least."""
    if look.resolved:
        fault = look.resolved.fault
        yield StageResult(
            stage="dns",
            address=None,
            outcome="fail" if fault else "ok",
            class_=("storage_down" if look.target.is_store else fault.class_) if fault else None,
            duration_ms=look.resolved.duration_s * 1000,
            detail=look.resolved.detail,
        )
    for one in look.addresses:
        yield from _of_address(one, look.target, how, works)
    if look.idle:
        yield StageResult(
            stage="idle",
            address=None,
            outcome="ok" if look.idle.rungs else "skip",
            class_=None,
            duration_ms=None,
            detail=look.idle,
        )
    elif how.idle:
        yield StageResult(stage="idle", address=None, outcome="skip", class_=None, duration_ms=None, detail=None)


def _of_address(look: AddressLook, target: Target, how: How, works: bool) -> Iterator[StageResult]:
    if not look.ended:
        yield StageResult(stage="tcp", address=look.address, outcome="skip", class_=None, duration_ms=None, detail=None)
        return
    telling = telling_way(look, target, how)
    best = telling[0] if telling else max(look.ended, key=lambda way: (way.works, way.phase == "reuse"))
    broken = stage_of(best) if telling else None
    does_not_matter = works and is_without_ipv6(look)

    def result(stage: Stage, duration_ms: float | None, detail: Detail | None) -> StageResult:
        failed = stage == broken
        return StageResult(
            stage=stage,
            address=look.address,
            outcome="skip" if failed and does_not_matter else "fail" if failed else "ok",
            class_=telling[1].class_ if telling and failed else None,
            duration_ms=duration_ms,
            detail=detail,
        )

    connects = [way.connect.duration_s * 1000 for way in look.ended if way.connect]
    yield result("tcp", median(connects), _tcp(look))
    if best.tls:
        yield result("tls", best.tls.duration_s * 1000, _tls(look, best))
    if best.redis:
        ping = best.redis.ping_s
        if best.redis.skipped:
            yield replace(result("redis", None, None), outcome="skip")
        else:
            yield result("redis", None if ping is None else ping * 1000, redis.detail_of(best.redis))
    if best.http and broken != "tls":
        yield result("http", best.http.duration_s * 1000, _http(look, best))
    if best.http and best.works:
        yield result("reuse", best.more[-1].duration_s * 1000 if best.more else None, _reuse(best))


def _tcp(look: AddressLook) -> TcpDetail:
    connects = [way.connect for way in look.ended if way.connect]
    failed = next((one for one in connects if not one.works), None)
    best = next((one for one in connects if one.works), connects[0])
    return TcpDetail(
        port=best.port,
        local=best.local,
        connects_ms=tuple(one.duration_s * 1000 for one in connects if one.works),
        tries=len(connects),
        failed=sum(not one.works for one in connects),
        lost_syns=sum(one.lost_syns for one in connects),
        retransmitted=sum(way.after.lost for way in look.ended if way.after),
        rtt_ms=best.info.rtt_ms if best.info else None,
        mss=best.info.mss if best.info and best.works else None,
        path_mtu=best.info.path_mtu if best.info and best.works else None,
        errno=failed.error if failed else None,
        icmp=next((str(one.icmp) for one in connects if one.icmp), None),
    )


def _tls(look: AddressLook, best: Way) -> TlsDetail:
    shake = best.tls
    assert shake is not None
    alert = best.late_alert or shake.alert
    return TlsDetail(
        server_name=shake.server_name,
        version=shake.version,
        cipher=shake.cipher,
        alpn=shake.alpn,
        chain=tuple(
            CertificateDetail(
                subject=one.subject,
                issuer=one.issuer,
                names=one.names,
                not_before=one.not_before,
                not_after=one.not_after,
                sha256=one.sha256,
            )
            for one in shake.chain
        ),
        asks_for_client_certificate=shake.asks_for_client_certificate,
        alert=ALERTS.get(alert, str(alert)) if alert else None,
        handshakes_ms=tuple(way.tls.duration_s * 1000 for way in look.ended if way.tls and way.tls.works),
    )


def _http(look: AddressLook, best: Way) -> HttpDetail:
    exchange = best.http
    assert exchange is not None
    every = [way.http for way in look.ended if way.http]
    firsts = tuple(one.first_byte_s * 1000 for one in every if one.first_byte_s is not None)
    location = exchange.headers.get("location")
    return HttpDetail(
        status=exchange.status,
        reason=exchange.reason or None,
        version=exchange.version or None,
        server=exchange.headers.get("server"),
        location=without_secrets(location) if location else None,
        first_byte_ms=firsts,
        transfer_ms=None if exchange.first_byte_s is None else (exchange.duration_s - exchange.first_byte_s) * 1000,
        body_bytes=exchange.body_bytes,
        announced_bytes=exchange.announced,
        clock_ahead_s=exchange.clock_ahead_s(best.answered_at) if best.answered_at else None,
        statuses=dict(Counter(str(one.status or one.cut) for one in every)),
    )


def _reuse(best: Way) -> ReuseDetail:
    exchange = best.http
    assert exchange is not None
    answered = [one for one in best.more if one.cut is None]
    announced = exchange.headers.get("keep-alive", "").partition("timeout=")[2].partition(",")[0]
    return ReuseDetail(
        requests=1 + len(answered),
        reused=bool(answered),
        announces_close=exchange.closes,
        announced_idle_s=whole_number(announced),
    )
