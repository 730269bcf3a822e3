"""The gateway's own store: does it answer, is it full, is it the one that can be written to?"""

from gwdiag.model.finding import CommandSource, Evidence, Remedy, Severity
from gwdiag.model.words import duration, percent
from gwdiag.probe.details import RedisDetail
from gwdiag.probe.fault import Fault, Remark
from gwdiag.probe.redis import RedisAnswer
from gwdiag.probe.target import Target

SLOW_PING_S = 0.1
FULL = 0.9
"""Share of clients or memory from which on the next burst is refused."""


def detail_of(answer: RedisAnswer) -> RedisDetail:
    return RedisDetail(
        version=answer.info.get("redis_version"),
        role=answer.info.get("role"),
        ping_ms=None if answer.ping_s is None else answer.ping_s * 1000,
        clients=answer.number("connected_clients"),
        max_clients=answer.number("maxclients"),
        used_memory_bytes=answer.number("used_memory"),
        max_memory_bytes=answer.number("maxmemory"),
        evicted=answer.number("evicted_keys"),
        rejected=answer.number("rejected_connections"),
    )


def fault_of(answer: RedisAnswer, target: Target) -> Fault:
    """Why it is no store: what it said, or that it said nothing."""
    words = f"Redis at {target.peer} does not serve: {answer.error}"
    return Fault(
        class_="storage_down",
        words=words,
        log=f"Redis is either down or was not configured: {answer.error}",
        evidence=(Evidence(statement=words, source=CommandSource(command=_command(target, "PING"))),),
    )


def remarks_of(answer: RedisAnswer, target: Target) -> list[Remark]:
    if answer.skipped:
        return [_not_looked("redis_skipped", f"Redis at {target.peer} was not asked how it is: {answer.skipped}")]
    detail = detail_of(answer)
    found = []
    if answer.ping_s is not None and answer.ping_s > SLOW_PING_S:
        found.append(
            ("redis_slow", f"a PING takes {duration(answer.ping_s)}: every request waits for Redis", "SLOWLOG GET 10")
        )
    if detail.clients and detail.max_clients and detail.clients >= FULL * detail.max_clients:
        share = percent(detail.clients / detail.max_clients)
        words = f"{detail.clients} of {detail.max_clients} clients are connected ({share})"
        found.append(("redis_clients", words, "CLIENT LIST"))
    if (
        detail.used_memory_bytes
        and detail.max_memory_bytes
        and detail.used_memory_bytes >= FULL * detail.max_memory_bytes
    ):
        share = percent(detail.used_memory_bytes / detail.max_memory_bytes)
        found.append(("redis_memory", f"{share} of its maxmemory is used", "INFO memory"))
    if detail.evicted:
        words = f"{detail.evicted} keys were evicted since its start: sessions and rate limits get lost"
        found.append(("redis_evictions", words, "INFO stats"))
    if detail.role == "slave":
        found.append(("redis_replica", "it is a replica: what the gateway writes is refused", "INFO replication"))
    if answer.info.get("loading") == "1":
        found.append(("redis_loading", "it is still loading its data", "INFO persistence"))
    remarks = [
        _remark(id_, f"Redis at {target.peer}: {words}", _command(target, command)) for id_, words, command in found
    ]
    if answer.no_info:
        words = f"Redis at {target.peer} does not tell its clients, memory and role: it refuses INFO: {answer.no_info}"
        remarks.append(_not_looked("redis_no_info", words))
    return remarks


def _not_looked(id_: str, words: str) -> Remark:
    """What could not be seen, which is no trouble of Redis' and no health either."""
    return Remark(
        id=id_,
        severity=Severity.INFO,
        title="Not all of Redis could be looked at",
        words=words,
        evidence=(Evidence(statement=words),),
        runbook="gateway-own-faults#storage-down",
    )


def _remark(id_: str, words: str, command: str) -> Remark:
    return Remark(
        id=id_,
        severity=Severity.WARNING,
        title="The gateway's Redis is in trouble",
        words=words,
        evidence=(Evidence(statement=words, source=CommandSource(command=command)),),
        remedies=(Remedy(text="Look closer", command=command),),
        runbook="gateway-own-faults#storage-down",
    )


def _command(target: Target, command: str) -> str:
    return f"redis-cli -h {target.host} -p {target.port} {command}"
