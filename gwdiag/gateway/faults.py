"""What can go wrong between this gateway and an upstream: the words of Go and Tyk, and what the client gets for it.

The phases of a dial are kept apart here, as Python's errors do not tell them. Texts: Go 1.26, net and net/http. Flags:
Tyk 5.14, the classification of upstream errors.
"""

import errno
from dataclasses import dataclass

from gwdiag.gateway.go_words import errno_text
from gwdiag.model.tyk_flags import ResponseFlag


@dataclass(frozen=True, slots=True)
class Fault(Exception):
    """`text` is what follows `http: proxy error: ` in the log. `is_misjudged`: Tyk takes it for a time-out."""

    text: str
    flag: ResponseFlag = ResponseFlag.UPE
    details: str = "upstream_error"
    tls_cert_expiry: str = ""
    tls_cert_subject: str = ""
    is_misjudged: bool = False

    def answer(self) -> tuple[int, str]:
        """Status and message for the client; Tyk goes by the text."""
        for words, status, message in ANSWERS:
            if words in self.text:
                return status, message
        return 500, "There was a problem proxying the request"


ANSWERS = (
    ("timeout awaiting response headers", 504, "Upstream service reached hard timeout."),
    ("context deadline exceeded", 504, "Upstream service reached hard timeout."),
    ("context canceled", 499, "Client closed request"),
    ("no such host", 500, "Upstream host lookup failed"),
)

CANCELED = Fault("context canceled", ResponseFlag.CDC, "client_disconnected")
ENFORCED = Fault("context deadline exceeded", ResponseFlag.URT, "context_deadline_exceeded")
LATE_HEAD = Fault("net/http: timeout awaiting response headers", ResponseFlag.URT, "context_deadline_exceeded")
LATE_HANDSHAKE = Fault("net/http: TLS handshake timeout", ResponseFlag.URT, "request_timeout")
EOF = Fault("EOF")
UNEXPECTED_EOF = Fault("unexpected EOF")
NO_HOST = Fault("http: no Host in request URL")

OF_ERRNO = {
    errno.ECONNREFUSED: (ResponseFlag.UCF, "connection_refused"),
    errno.ETIMEDOUT: (ResponseFlag.UCT, "connection_timeout"),
    errno.ECONNRESET: (ResponseFlag.URR, "connection_reset"),
    errno.ENETUNREACH: (ResponseFlag.NRH, "network_unreachable"),
    errno.EHOSTUNREACH: (ResponseFlag.NRH, "host_unreachable"),
    errno.EPIPE: (ResponseFlag.EPI, "broken_pipe"),
    errno.ECONNABORTED: (ResponseFlag.CAB, "connection_aborted"),
    errno.ENETRESET: (ResponseFlag.NRS, "network_reset"),
}
"""Every other one counts as a network error, as Go's do: `too many open files` reads like a timeout."""

IN_SOCKET = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""What socket(2) says, not connect(2)."""


def of_dial(error: OSError, address: str) -> Fault:
    """A connection that could not be made. `address`: `10.0.0.1:80`."""
    number = error.errno or 0
    call = "socket" if number in IN_SOCKET else "connect"
    return _of_errno(f"dial tcp {address}: {call}: {errno_text(number)}", number)


def late_dial(address: str) -> Fault:
    return Fault(f"dial tcp {address}: i/o timeout", ResponseFlag.URT, "context_deadline_exceeded")


def of_connection(error: OSError, local: str, peer: str) -> Fault:
    """A connection that broke. Addresses as `10.0.0.1:80`."""
    number = error.errno or errno.ECONNRESET
    call = "write" if number == errno.EPIPE else "read"
    return _of_errno(f"{call} tcp {local}->{peer}: {call}: {errno_text(number)}", number)


def of_lookup(text: str, *, is_missing: bool = False, is_late: bool = False) -> Fault:
    """A name that could not be resolved: `lookup NAME on SERVER: no such host`."""
    details = "dns_not_found" if is_missing else "dns_timeout" if is_late else "dns_resolution_failed"
    return Fault(f"dial tcp: {text}", ResponseFlag.DNS, details)


def broken_answer(text: str) -> Fault:
    """An answer that is no HTTP."""
    return Fault(f"net/http: HTTP/1.x transport connection broken: {text}")


def bad_port(port: str) -> Fault:
    return Fault(f"dial tcp: address {port}: invalid port", ResponseFlag.URT, "request_timeout", is_misjudged=True)


def bad_scheme(scheme: str) -> Fault:
    return Fault(f'unsupported protocol scheme "{scheme}"')


def _of_errno(text: str, number: int) -> Fault:
    if number in OF_ERRNO:
        return Fault(text, *OF_ERRNO[number])
    return Fault(text, ResponseFlag.URT, "request_timeout", is_misjudged=True)
