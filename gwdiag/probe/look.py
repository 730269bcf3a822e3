"""One target, looked at: its name, every address several times, the ladder of idle times. It concludes nothing.

What is known stands in a `Look` while the looking goes on: after Ctrl-C it is judged as it is.
"""

import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from gwdiag.probe import kernel
from gwdiag.probe.details import IdleDetail
from gwdiag.probe.how import How
from gwdiag.probe.parallel import started
from gwdiag.probe.second_looks import Looker, SecondLooks
from gwdiag.probe.stages.dns import Resolved
from gwdiag.probe.stages.idle import climb
from gwdiag.probe.stages.tcp import Around, look_around
from gwdiag.probe.target import Target
from gwdiag.probe.way import Way, certificate_name, go

PATIENCE_S = 1.0
"""After that long without an end other tries begin: one lost packet or one dead member behind an address is not all."""

TRIES = 6
TRIES_OF_CONNECT = 10
"""How often each address of a way that works is tried, and where there is no more to it than a connect.

Every third packet lost is then seen nearly always.
"""

RETRIES = 2
"""How often a way that does not work is tried again."""

QUICK_S = 2.0
"""More tries are made of what is done within that; a slow upstream is left in peace."""

MOST_TRIES = 24
MOST_ADDRESSES = 16


@dataclass(slots=True, kw_only=True)
class AddressLook:
    """One address.

    `around`: what the kernel says of the first connect that failed. `looks`: what else was tried after a failure.
    """

    address: str
    ways: list[Way] = field(default_factory=list)
    around: Around | None = None
    looks: SecondLooks = field(default_factory=SecondLooks)

    @property
    def ended(self) -> list[Way]:
        return [one for one in self.ways if one.has_ended]


@dataclass(slots=True, kw_only=True)
class Look:
    """All that is known of a target. `proxy`: what its environment would make of it."""

    target: Target
    resolved: Resolved | None = None
    addresses: list[AddressLook] = field(default_factory=list)
    idle: IdleDetail | None = None
    proxy: str | None = None
    has_ended: bool = False


def look_at(look: Look, how: How, resolved: "Future[Resolved] | None") -> Look:
    """Fills the look. `resolved` None: the target names an address."""
    if resolved is not None:
        look.resolved = resolved.result()
    addresses = look.resolved.addresses if look.resolved else (look.target.host,)
    look.addresses = [AddressLook(address=one) for one in addresses[:MOST_ADDRESSES]]
    tries = _tries(look.target, how, len(look.addresses))
    for pending in [started(partial(_try, one, look.target, how, tries)) for one in look.addresses]:
        pending.result()
    working = [one.address for one in look.addresses if any(way.works for way in one.ended)]
    if how.idle and working and look.target.has_http:
        look.idle = climb(look.target, how, working)
    look.has_ended = True
    return look


def _tries(target: Target, how: How, addresses: int) -> int:
    """How often each address is tried; a store is asked once, it has enough to do."""
    if how.samples or target.is_store:
        return how.samples or 1
    wanted = TRIES if target.has_http else TRIES_OF_CONNECT
    return max(2, min(wanted, MOST_TRIES // max(1, addresses)))


def _try(look: AddressLook, target: Target, how: How, tries: int) -> None:
    before = kernel.counters()
    first = Way(address=look.address)
    look.ways.append(first)
    pending = started(lambda: go(first, target, how, again=True))
    with suppress(TimeoutError):
        pending.result(PATIENCE_S)
    looker = Looker(look.address, target, how, certificate_name(target, how))
    if not first.has_ended:
        _while_it_hangs(look, looker, first, tries)
        pending.result()
    elif first.works:
        _sample(look, looker, tries)
    elif tries > 1:
        for _ in range(RETRIES):
            _once_more(look, looker).result()
    failed = next((one for one in look.ended if one.connect and not one.connect.works), None)
    if failed and failed.connect:
        look.around = look_around(failed.connect, before)
    if not any(one.works for one in look.ended):
        look.looks = _second_looks(looker, first, look.looks)


def _while_it_hangs(look: AddressLook, looker: Looker, first: Way, tries: int) -> None:
    """Other tries beside it, and second looks where it has a connection. A server that answers slowly gets one more."""
    phase = first.phase
    more = 1 if first.is_connected else RETRIES
    pending = [_once_more(look, looker) for _ in range(min(more, tries - 1))]
    if phase in ("tls", "http"):
        look.looks = looker.while_it_hangs(phase)
    for one in pending:
        one.result()


def _sample(look: AddressLook, looker: Looker, tries: int) -> None:
    """Two at a time, as many as were asked for or as are quickly done."""
    until = time.monotonic() + QUICK_S
    left = tries - 1
    while left > 0 and (looker.how.samples or time.monotonic() < until):
        for one in [_once_more(look, looker) for _ in range(min(2, left))]:
            one.result()
        left -= 2


def _once_more(look: AddressLook, looker: Looker) -> "Future[Way]":
    way = Way(address=look.address)
    look.ways.append(way)
    return started(lambda: go(way, looker.target, looker.how))


def _second_looks(looker: Looker, way: Way, known: SecondLooks) -> SecondLooks:
    if way.phase == "tls" and way.tls and not way.late_alert:
        return looker.after_tls(way.tls, known)
    if way.phase == "http" and way.http and way.http.cut and not way.late_alert:
        return looker.after_http(way.http, known)
    return known
