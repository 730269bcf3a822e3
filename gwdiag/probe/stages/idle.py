"""How long an idle connection lives: a ladder of connections that are left alone, each for another time.

Two things end one: the server or a balancer closes it, which can be seen while it is watched; or something between
forgets it, which shows only when it is used again. So every connection is watched, and used once when its time has
come. All rungs stand side by side: the ladder takes as long as its highest one.
"""

import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, pairwise

from gwdiag.model.finding import Evidence, Remedy, Severity
from gwdiag.model.words import duration
from gwdiag.probe import handshake
from gwdiag.probe.connect import connect
from gwdiag.probe.details import Bracket, IdleDetail, Rung
from gwdiag.probe.exchange import Conversation, Cut
from gwdiag.probe.fault import Remark
from gwdiag.probe.handshake import shake_hands
from gwdiag.probe.how import POOL_IDLE_S, SERVER_IDLE_S, How
from gwdiag.probe.known_idle_times import default_of
from gwdiag.probe.parallel import started
from gwdiag.probe.stream import Stream
from gwdiag.probe.target import Target
from gwdiag.probe.way import certificate_name

AUTO = (1.0, 2.5, 4.5, 5.5, 6.5, *range(10, 31, 4), *range(35, 56, 5), 59.0, 61.0, 66.0, 71.0, 74.0, 76.0, 86.0, 92.0)
"""Up to what a gateway's pool keeps, close below and above the defaults that are known."""

MOST_RUNGS = 24
WIDEST_GAP_S = 4.0
ANSWER_S = 3.0
"""How long the second request on a connection is waited for."""


def rungs_for(asked: Sequence[float]) -> list[float]:
    """The rungs that were asked for, and more between them: the answer lies between two, and these should be close."""
    rungs = sorted({*asked})
    while len(rungs) < MOST_RUNGS:
        width, low = max(((high - low, low) for low, high in pairwise([0.0, *rungs])), default=(0.0, 0.0))
        if width <= WIDEST_GAP_S:
            break
        rungs = sorted({*rungs, low + width / 2})
    return rungs[:MOST_RUNGS] if len(rungs) > MOST_RUNGS else rungs


def budget_s(how: How) -> float:
    """How long the ladder takes at most."""
    return max(how.idle, default=0.0) + min(how.timeout_s, ANSWER_S)


def climb(target: Target, how: How, addresses: Sequence[str]) -> IdleDetail:
    """The whole ladder. Rungs go round the addresses."""
    pending = [
        started(partial(_left_alone, target, how, address, rung))
        for rung, address in zip(rungs_for(how.idle), cycle(addresses), strict=False)
    ]
    return detail_of([seen for one in pending if (seen := one.result())])


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What became of one connection. `ended_s`: when it was seen to end by itself; null where it was not."""

    rung: Rung
    ended_s: float | None


def _left_alone(target: Target, how: How, address: str, rung_s: float) -> Seen | None:
    """One connection: a request, its time, another request. None where there is nothing to leave alone."""
    sock, _ = connect(address, target.port, how.timeout_s, how.source)
    if sock is None:
        return None
    with sock:
        raw = Stream(sock)
        stream: Stream | None = raw
        if target.has_tls:
            stream, _ = shake_hands(raw, handshake.verified(how), certificate_name(target, how), how.timeout_s)
        if stream is None:
            return None
        conversation = Conversation(stream, target, how.timeout_s)
        if not conversation.get().is_whole or not conversation.is_open:
            return None  # a server that says that it closes leaves nothing in the pool
        began = time.monotonic()
        outcome = _watched(sock, began + rung_s)
        idle = time.monotonic() - began
        if outcome:
            return Seen(rung=Rung(idle_s=idle, outcome=outcome, address=address), ended_s=idle)
        return Seen(rung=Rung(idle_s=idle, outcome=_used_again(conversation), address=address), ended_s=None)


def _watched(sock: socket.socket, until: float) -> str | None:
    """How it ended by itself before then."""
    poll = select.poll()
    poll.register(sock, select.POLLRDHUP)  # data alone is no end: TLS may send new tickets
    if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
        return None
    return "reset" if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) else "closed"


def _used_again(conversation: Conversation) -> str:
    cut = conversation.get().cut
    return {None: "alive", Cut.SILENT: "silent", Cut.RESET: "reset"}.get(cut, "closed")


def detail_of(seen: Sequence[Seen]) -> IdleDetail:
    """The bracket: from the longest idle time that a connection lived through to the shortest that it did not."""
    rungs = tuple(sorted((one.rung for one in seen), key=lambda rung: rung.idle_s))
    ended = [one.ended_s for one in seen if one.ended_s is not None]
    dead = [rung.idle_s for rung in rungs if rung.outcome != "alive"]
    if not dead:
        return IdleDetail(idle_timeout_s=None, how=None, rungs=rungs)
    high = min(dead)
    how = next(rung.outcome for rung in rungs if rung.idle_s == high)
    if ended and min(ended) == high:  # it was watched when it ended
        return IdleDetail(idle_timeout_s=Bracket(low=high, high=high), how=how, rungs=rungs)
    low = max((rung.idle_s for rung in rungs if rung.outcome == "alive" and rung.idle_s < high), default=0.0)
    return IdleDetail(idle_timeout_s=Bracket(low=low, high=high), how=how, rungs=rungs)


def remarks_of(detail: IdleDetail, target: Target) -> list[Remark]:
    """Where connections die before the gateway gives them up, it sends requests into dead ones."""
    bracket = detail.idle_timeout_s
    if bracket is None:
        return []
    span = f"{bracket.high:.1f} s" if bracket.high - bracket.low < 0.2 else f"{bracket.low:.1f} to {bracket.high:.1f} s"
    if bracket.low >= POOL_IDLE_S:
        return [_long_enough(target, span)]
    end = {
        "closed": "the server or a balancer closes them",
        "reset": "they are reset (RST)",
        "silent": "something between forgets them, and drops in silence what is sent on them",
    }[detail.how or "closed"]
    whose = default_of(bracket.low, bracket.high)
    words = (
        f"idle keep-alive connections to {target.peer} are dead after {span}: {end}; the gateway's pool keeps them for "
        f"{duration(POOL_IDLE_S)} and will send requests into dead ones"
    )
    words += f"; {span} is the default of {whose}" if whose else ""
    log = {
        "closed": "http: server closed idle connection",
        "reset": f"read tcp {target.peer}: read: connection reset by peer",
        "silent": "net/http: timeout awaiting response headers",
    }[detail.how or "closed"]
    return [
        Remark(
            id="idle_timeout_short",
            severity=Severity.WARNING,
            title="Idle connections die before the gateway's pool gives them up",
            words=words,
            evidence=(
                Evidence(
                    statement=f"Idle connections were {detail.how} after {span}",
                    value=bracket.high,
                    unit="s",
                    sample=f"http: proxy error: {log}",
                ),
            ),
            remedies=(
                Remedy(
                    text=f"Have the upstream keep idle connections for longer than {POOL_IDLE_S:g} s",
                    changes_state=True,
                ),
                Remedy(text="Or have the gateway give them up earlier (max_conn_time in Tyk)", changes_state=True),
            ),
            runbook="resets-and-closed-connections",
        )
    ]


def _long_enough(target: Target, span: str) -> Remark:
    words = (
        f"idle keep-alive connections to {target.peer} live for {span}, longer than the gateway's pool keeps them "
        f"({POOL_IDLE_S:g} s); a balancer in front of the gateway has to give up before its listener does "
        f"({SERVER_IDLE_S:g} s)"
    )
    return Remark(
        id="idle_timeout",
        severity=Severity.INFO,
        title="Idle connections outlive the gateway's pool",
        words=words,
        evidence=(Evidence(statement=words),),
    )
