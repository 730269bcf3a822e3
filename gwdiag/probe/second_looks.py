"""What else is tried where a connection came about and no answer did: each look rules one cause in or out.

They are made after a failure, all at once; only small segments are tried while something hangs already.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gwdiag.probe import handshake
from gwdiag.probe.connect import SMALL_MSS, connect
from gwdiag.probe.exchange import Conversation, Exchange
from gwdiag.probe.handshake import Ended, Handshake, shake_hands
from gwdiag.probe.how import How
from gwdiag.probe.parallel import started
from gwdiag.probe.stream import Reset, Silent, Stream
from gwdiag.probe.target import Target

LOOK_S = 1.5
"""What a look is given at most."""

UNASKED_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLooks:
    """What came of them; null where a look was not taken or got no connection.

    `small`: the same with small segments. `plain`: HTTP without TLS, `tls`: TLS where plain HTTP failed.
    `without_name`: no SNI. `old`: the versions and ciphers of old. `unasked`: what the server does when nothing is
    sent: `closed`, `reset`, `quiet`, or its first words. `clock_ahead_s`: of the server's Date.
    """

    small: Handshake | Exchange | None = None
    small_mss: int = SMALL_MSS
    plain: Exchange | None = None
    tls: Handshake | None = None
    without_name: Handshake | None = None
    old: Handshake | None = None
    unasked: str | None = None
    clock_ahead_s: float | None = None

    @property
    def is_path_too_narrow(self) -> bool:
        """Small packets get through where others did not."""
        if isinstance(self.small, Exchange):
            return self.small.cut is None
        return self.small is not None and self.small.ended not in (Ended.SILENT, Ended.CLOSED, Ended.RESET)


@dataclass(frozen=True, slots=True)
class Looker:
    """Takes the looks at one address."""

    address: str
    target: Target
    how: How
    name: str

    def while_it_hangs(self, phase: str) -> SecondLooks:
        """Beside a try that has a connection and waits. Nothing here is strange to a server that is only slow."""
        return SecondLooks(small=self._small_tls() if phase == "tls" else self._small_http())

    def after_tls(self, shake: Handshake, known: SecondLooks) -> SecondLooks:
        """`shake`: the handshake that failed. `known`: the looks that were taken meanwhile."""
        looks: dict[str, Callable[[], object]] = {}
        if shake.ended is Ended.SILENT:
            looks = {"plain": self._plain} | ({} if known.small else {"small": self._small_tls})
        elif shake.ended is Ended.NOT_TRUSTED:
            looks = {"without_name": lambda: self._shake(None), "clock_ahead_s": self._clock}
        elif not shake.asks_for_client_certificate:
            looks = {
                "plain": self._plain,
                "without_name": lambda: self._shake(None),
                "old": lambda: self._shake(self.name, old=True),
                "unasked": self._unasked,
            }
        return _taken(looks, known)

    def after_http(self, exchange: Exchange, known: SecondLooks) -> SecondLooks:
        """`exchange`: the one that failed. `known`: the looks that were taken meanwhile."""
        looks: dict[str, Callable[[], object]] = {"unasked": self._unasked}
        if not self.target.has_tls:
            looks["tls"] = lambda: self._shake(self.name)
        if exchange.cut == "silent" and not known.small:
            looks["small"] = self._small_http
        return _taken(looks, known)

    @contextmanager
    def _connected(self, mss: int | None = None) -> Iterator[Stream | None]:
        sock, attempt = connect(self.address, self.target.port, self._wait_s, self.how.source, mss)
        if sock is None:
            yield None
            return
        with sock:
            yield Stream(sock, was_reset=attempt.was_reset)

    @property
    def _wait_s(self) -> float:
        return min(self.how.timeout_s, LOOK_S)

    def _shake(self, name: str | None, *, old: bool = False, mss: int | None = None) -> Handshake | None:
        """With anybody: what is asked here is not whether the certificate is good."""
        with self._connected(mss) as raw:
            return shake_hands(raw, handshake.unverified(self.how, old=old), name, self._wait_s)[1] if raw else None

    def _small_tls(self) -> Handshake | None:
        """Twice: what hangs by chance should not pass for a path that is too narrow."""
        first = self._shake(self.name, mss=SMALL_MSS)
        return self._shake(self.name, mss=SMALL_MSS) if first and first.works else first

    def _small_http(self) -> Exchange | None:
        first = self._asked(self.target, mss=SMALL_MSS)
        return self._asked(self.target, mss=SMALL_MSS) if first and first.cut is None else first

    def _plain(self) -> Exchange | None:
        return self._asked(self._anonymous("http"))

    def _clock(self) -> float | None:
        """The Date of a server that is not trusted: it gets no credentials and no path."""
        exchange = self._asked(self._anonymous("https"), anybody=True)
        return exchange.clock_ahead_s(time.time()) if exchange else None

    def _anonymous(self, scheme: str) -> Target:
        return replace(self.target, scheme=scheme, path="/", user="", password="")

    def _asked(self, target: Target, *, mss: int | None = None, anybody: bool = False) -> Exchange | None:
        with self._connected(mss) as raw:
            stream = raw
            if raw and target.has_tls:
                context = handshake.unverified(self.how) if anybody else handshake.verified(self.how)
                stream, _ = shake_hands(raw, context, self.name, self._wait_s)
            return Conversation(stream, target, self._wait_s).get() if stream else None

    def _unasked(self) -> str | None:
        with self._connected() as raw:
            try:
                data = raw.read(512, UNASKED_S) if raw else None
            except Reset:
                return "reset"
            except Silent:
                return "quiet"
            return None if data is None else data.decode("latin-1") or "closed"


def _taken(looks: dict[str, Callable[[], object]], known: SecondLooks) -> SecondLooks:
    pending = {name: started(look) for name, look in looks.items()}
    return replace(known, **{name: one.result() for name, one in pending.items()})  # type: ignore[arg-type]
