"""One TLS handshake, with all that both sides said: alerts, certificates, whether a client certificate is asked for.

The ssl module shows the messages to a hook of the context (`_msg_callback`, CPython 3.8 and later; what a server
encrypts in TLS 1.3 it shows in clear). Source: RFC 5246 and RFC 8446, sections on the handshake and on alerts.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import cast

from gwdiag.model.problem import Problem
from gwdiag.probe.certificate import Certificate, parsed
from gwdiag.probe.how import How
from gwdiag.probe.stream import LARGEST_READ, Reset, Silent, Stream, TlsStream

ALERT, HANDSHAKE = 21, 22
CERTIFICATE, CERTIFICATE_REQUEST = 11, 13

ALERTS = {
    10: "unexpected message",
    20: "bad record MAC",
    40: "handshake failure",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    47: "illegal parameter",
    48: "unknown certificate authority",
    49: "access denied",
    50: "decode error",
    51: "decrypt error",
    70: "protocol version",
    71: "insufficient security",
    80: "internal error",
    86: "inappropriate fallback",
    109: "missing extension",
    110: "unsupported extension",
    112: "unrecognized name",
    113: "bad certificate status response",
    116: "certificate required",
    120: "no application protocol",
}
"""Alerts by their number, in the words of the specification (RFC 8446, 6; certificate authority written out)."""

ABOUT_OUR_CERTIFICATE = {42, 43, 44, 45, 46, 48, 49, 116}
"""Alerts with which a server refuses the client's certificate, or the lack of one."""


class Ended(StrEnum):
    """How a handshake ended."""

    DONE = "done"
    NOT_TRUSTED = "not trusted"  # this side refused the certificate
    ALERT = "alert"  # the server refused something
    CLOSED = "closed"
    RESET = "reset"
    SILENT = "silent"
    NOT_TLS = "not TLS"
    OTHER = "other"  # this side refused something else


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """`alert`: the number that the server sent. `verify_code`: OpenSSL's, where this side refused the certificate.

    `head`: the first bytes that came, whatever they are. `error`: OpenSSL's words.
    """

    ended: Ended
    duration_s: float
    server_name: str | None
    version: str | None = None
    cipher: str | None = None
    alpn: str | None = None
    chain: tuple[Certificate, ...] = ()
    asks_for_client_certificate: bool = False
    alert: int | None = None
    verify_code: int | None = None
    error: str = ""
    head: bytes = b""
    received: int = 0

    @property
    def works(self) -> bool:
        return self.ended is Ended.DONE


@dataclass(frozen=True, slots=True)
class _Message:
    """A message of the server: the type of its record, its bytes."""

    content: int
    data: bytes
    is_13: bool

    @property
    def alert(self) -> int | None:
        """The number of an alert that is more than a goodbye (close_notify)."""
        return self.data[1] if self.content == ALERT and len(self.data) == 2 and self.data[1] else None

    def is_a(self, kind: int) -> bool:
        return self.content == HANDSHAKE and self.data[:1] == bytes([kind])


class _Heard(ssl.SSLObject):
    """The object of one handshake, with what the server said."""

    @cached_property
    def messages(self) -> list[_Message]:
        return []


@cache
def verified(how: How) -> ssl.SSLContext:
    """What checks the server as a gateway does: the system's authorities, and those given.

    Raises Problem where a file cannot be read. Python 3.13 is stricter by default than Go; that is off, and so is the
    common name as a host name, which Go does not take either.
    """
    if how.is_unverified:
        return unverified(how)
    context = _context()
    context.load_default_certs()
    if how.ca:
        with _readable(how.ca):
            context.load_verify_locations(cafile=how.ca)
    if how.cert:
        with _readable(how.cert, how.key):
            context.load_cert_chain(how.cert, how.key, password="")
    return context


def unverified(how: How, *, old: bool = False) -> ssl.SSLContext:
    """What shakes hands with anybody; `old`: with the versions and ciphers that nobody should speak any more."""
    context = _context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if how.cert:
        context.load_cert_chain(how.cert, how.key, password="")
    if old:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = _Heard
    context._msg_callback = _hear  # type: ignore[attr-defined]
    return context


def _hear(heard: _Heard, direction: str, version: int, content: int, _message: int, data: bytes) -> None:
    if direction == "read" and content in (ALERT, HANDSHAKE):
        heard.messages.append(_Message(int(content), data, int(version) >= ssl.TLSVersion.TLSv1_3))


@contextmanager
def _readable(*files: str | None) -> Iterator[None]:
    """Raises Problem in place of what the ssl module says of the files."""
    names = ", ".join(one for one in files if one)
    try:
        yield
    except ssl.SSLError:  # also for a key with a passphrase, which is never asked for
        raise Problem(f"{names}: no certificate and key, or authority, in PEM form that can be used") from None
    except OSError as error:
        raise Problem(f"{names}: {error.strerror or error}") from None


def shake_hands(
    raw: Stream, context: ssl.SSLContext, server_name: str | None, timeout_s: float
) -> tuple[TlsStream | None, Handshake]:
    """The stream inside TLS, None where it failed. `timeout_s` bounds the whole handshake."""
    began = time.monotonic()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    heard = cast("_Heard", context.wrap_bio(incoming, outgoing, server_hostname=server_name))
    ended, error, verify_code = _driven(heard, raw, incoming, outgoing, began + timeout_s)
    alerts = [one.alert for one in heard.messages if one.alert]
    if alerts and ended not in (Ended.DONE, Ended.NOT_TRUSTED):
        ended = Ended.ALERT
    if ended is not Ended.DONE and raw.head and raw.head[0] not in (ALERT, HANDSHAKE):
        ended = Ended.NOT_TLS
    cipher = heard.cipher()
    shake = Handshake(
        ended=ended,
        duration_s=time.monotonic() - began,
        server_name=server_name,
        version=heard.version() if cipher else None,
        cipher=cipher[0] if cipher else None,
        alpn=heard.selected_alpn_protocol(),
        chain=tuple(_chain(heard.messages)),
        asks_for_client_certificate=any(one.is_a(CERTIFICATE_REQUEST) for one in heard.messages),
        alert=alerts[-1] if alerts else None,
        verify_code=verify_code,
        error=error,
        head=raw.head,
        received=raw.received,
    )
    return (TlsStream(raw, heard, incoming, outgoing) if shake.works else None), shake


def late_alert(stream: TlsStream, timeout_s: float) -> int | None:
    """The number of an alert that comes after the handshake.

    In TLS 1.3 the client is done before the server has seen its certificate, so that is when the server refuses it.
    """
    heard = cast("_Heard", stream.tls)
    before = len(heard.messages)
    with suppress(Silent, Reset):
        stream.peek(timeout_s)
    return next((one.alert for one in heard.messages[before:] if one.alert), None)


def last_alert(stream: TlsStream) -> int | None:
    """The number of the last alert that came, null where none did."""
    return next((one.alert for one in reversed(cast("_Heard", stream.tls).messages) if one.alert), None)


def _driven(
    heard: ssl.SSLObject, raw: Stream, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, until: float
) -> tuple[Ended, str, int | None]:
    """How it ended, OpenSSL's words, and its code where it did not trust the server."""
    while True:
        ended: Ended | None = Ended.DONE
        error, code = "", None
        try:
            heard.do_handshake()
        except ssl.SSLWantReadError:
            ended = None
        except ssl.SSLCertVerificationError as refused:
            ended, error, code = Ended.NOT_TRUSTED, refused.verify_message, refused.verify_code
        except ssl.SSLEOFError as cut:
            ended, error = Ended.CLOSED, cut.reason or ""
        except ssl.SSLError as other:
            ended, error = Ended.OTHER, other.reason or str(other)
        try:
            if data := outgoing.read():  # an alert of ours too: a server wants to know
                raw.write(data, max(0.0, until - time.monotonic()))
            if ended:
                return ended, error, code
            data = raw.read(LARGEST_READ, max(0.0, until - time.monotonic()))
        except Silent:
            return ended or Ended.SILENT, error, code
        except Reset as reset:
            return ended or Ended.RESET, error or str(reset), code
        if data:
            incoming.write(data)
        else:
            return Ended.CLOSED, "", None


def _chain(messages: list[_Message]) -> Iterator[Certificate]:
    """The certificates of the server's Certificate message (RFC 5246, 7.4.2; RFC 8446, 4.4.2)."""
    message = next((one for one in messages if one.is_a(CERTIFICATE)), None)
    if message is None:
        return
    data = message.data
    at = 4 + (1 + data[4] if message.is_13 else 0)
    end = at + 3 + int.from_bytes(data[at : at + 3])
    at += 3
    while at + 3 <= min(end, len(data)):
        size = int.from_bytes(data[at : at + 3])
        der = data[at + 3 : at + 3 + size]
        at += 3 + size
        if message.is_13:  # each has extensions
            at += 2 + int.from_bytes(data[at : at + 2])
        try:
            yield parsed(der)
        except ValueError:
            return
