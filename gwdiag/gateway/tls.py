"""TLS towards upstreams: contexts from settings, one side of a connection, and failures in Go's words.

The handshake is driven here rather than by asyncio, because only so the certificate that was refused can be looked at:
the log names its date and its names. Sources: RFC 8446 (alerts); crypto/tls and crypto/x509 of Go 1.26.
"""

import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address

from gwdiag.gateway import faults
from gwdiag.gateway.definitions import UpstreamTls
from gwdiag.gateway.faults import Fault
from gwdiag.model.tyk_flags import ResponseFlag

VERSIONS = {
    769: ssl.TLSVersion.TLSv1,
    770: ssl.TLSVersion.TLSv1_1,
    771: ssl.TLSVersion.TLSv1_2,
    772: ssl.TLSVersion.TLSv1_3,
}
GO_MINIMUM = 771

ALERTS = {
    "UNEXPECTED_MESSAGE": "unexpected message",
    "BAD_RECORD_MAC": "bad record MAC",
    "RECORD_OVERFLOW": "record overflow",
    "HANDSHAKE_FAILURE": "handshake failure",
    "BAD_CERTIFICATE": "bad certificate",
    "UNSUPPORTED_CERTIFICATE": "unsupported certificate",
    "CERTIFICATE_REVOKED": "revoked certificate",
    "CERTIFICATE_EXPIRED": "expired certificate",
    "CERTIFICATE_UNKNOWN": "unknown certificate",
    "ILLEGAL_PARAMETER": "illegal parameter",
    "UNKNOWN_CA": "unknown certificate authority",
    "ACCESS_DENIED": "access denied",
    "DECODE_ERROR": "error decoding message",
    "DECRYPT_ERROR": "error decrypting message",
    "PROTOCOL_VERSION": "protocol version not supported",
    "INSUFFICIENT_SECURITY": "insufficient security level",
    "INTERNAL_ERROR": "internal error",
    "INAPPROPRIATE_FALLBACK": "inappropriate fallback",
    "USER_CANCELLED": "user canceled",
    "NO_RENEGOTIATION": "no renegotiation",
    "UNRECOGNIZED_NAME": "unrecognized name",
    "CERTIFICATE_REQUIRED": "certificate required",
    "NO_APPLICATION_PROTOCOL": "no application protocol",
}
"""OpenSSL's names of alerts, behind SSLV3_ALERT_, TLSV1_ALERT_, TLSV13_ALERT_ or TLSV1_, and Go's."""

NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "BAD_PACKET_LENGTH")
FIRST_BYTES = frozenset({20, 21, 22, 23})
"""Types of TLS records. RFC 8446 5.1."""


def context(wanted: UpstreamTls, host: str) -> ssl.SSLContext:
    """For connections to a host. Raises Fault where the settings exclude each other or a certificate cannot be read."""
    lowest = wanted.min_version or GO_MINIMUM
    if wanted.max_version and lowest > wanted.max_version:
        raise Fault(
            "tls: no supported versions satisfy MinVersion and MaxVersion",
            ResponseFlag.TLP,
            "tls_protocol_version_error",
        )
    made = ssl.create_default_context()
    if wanted.skip_verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if lowest < GO_MINIMUM:
        made.set_ciphers("DEFAULT:@SECLEVEL=0")
    made.minimum_version = VERSIONS.get(lowest, ssl.TLSVersion.TLSv1_2)
    if wanted.max_version in VERSIONS:
        made.maximum_version = VERSIONS[wanted.max_version]
    if certificate := certificate_for(wanted, host):
        # Tyk goes on without one that it cannot read; `unreadable` names it when the definition is loaded.
        with suppress(OSError, ssl.SSLError):
            made.load_cert_chain(certificate)
    return made


def certificate_for(wanted: UpstreamTls, host: str) -> str:
    """The file for a host, the API's before the gateway's: its own, that of its domain, or that of all (`*`)."""
    name = host.rpartition(":")[0] if ":" in host and "]" not in host.rpartition(":")[2] else host
    names = (host, name, "*." + host.partition(".")[2], "*." + name.partition(".")[2], "*")
    return next((known[one] for known in wanted.certificates for one in names if one in known), "")


def unreadable(wanted: UpstreamTls) -> list[str]:
    """Why certificates cannot be used: one line each."""
    found = []
    for file in dict.fromkeys(one for known in wanted.certificates for one in known.values()):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(file)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror if isinstance(error, FileNotFoundError) else "no certificate with its key in PEM"
            found.append(f"{file}: an upstream certificate that cannot be used: {reason}")
    return found


class TlsSide:
    """Our side of one connection: bytes in, bytes out, no socket. Raises Fault.

    `is_ready`: the handshake is done; `is_ended`: the peer has said all.
    """

    def __init__(self, wanted: ssl.SSLContext, name: str) -> None:
        self.name = name
        self.is_ready = self.is_ended = False
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._side = wanted.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._seen = False

    def handshake(self, data: bytes) -> bool:
        """Whether it is done, after these bytes."""
        if data and not self._seen:
            self._seen = True
            if data[0] not in FIRST_BYTES:
                raise NO_TLS_FAULT
        self._incoming.write(data)
        try:
            self._side.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLCertVerificationError as error:
            raise self._refused(error) from None
        except ssl.SSLError as error:
            raise of_ssl(error) from None
        self.is_ready = True
        return True

    def decrypted(self, data: bytes) -> bytes:
        self._incoming.write(data)
        parts = []
        try:
            while part := self._side.read(1 << 18):
                parts.append(part)
            self.is_ended = True
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self.is_ended = True
        except ssl.SSLError as error:
            if not parts:
                raise of_ssl(error) from None
        return b"".join(parts)

    def encrypted(self, data: bytes) -> bytes:
        try:
            self._side.write(data)
        except ssl.SSLError as error:
            raise of_ssl(error) from None
        return self._outgoing.read()

    def outgoing(self) -> bytes:
        """What the handshake has to say."""
        return self._outgoing.read()

    def _refused(self, error: ssl.SSLCertVerificationError) -> Fault:
        """Go looks at the dates first, then at the names, then at who signed it."""
        certificate = self._certificate()
        prefix = "tls: failed to verify certificate: x509: "
        if certificate and (dates := _dates(certificate)) and not dates[0] <= time.time() <= dates[1]:
            late = dates[1] < time.time()
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            side = f"is after {_moment(dates[1])}" if late else f"is before {_moment(dates[0])}"
            return Fault(
                f"{prefix}certificate has expired or is not yet valid: current time {now} {side}",
                ResponseFlag.TLE,
                "tls_certificate_expired",
                _moment(dates[1]),
                _subject(certificate),
            )
        if error.verify_code in (62, 64) or (certificate and not _names_fit(certificate, self.name)):
            return Fault(prefix + _mismatch(certificate or {}, self.name), ResponseFlag.TLM, "tls_hostname_mismatch")
        return Fault(f"{prefix}certificate signed by unknown authority", ResponseFlag.TLN, "tls_unknown_authority")

    def _certificate(self) -> dict[str, object]:
        """The first of the chain that was sent; its fields are only to be had below the public class."""
        try:
            chain = self._side._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
            return dict(chain[0].get_info())
        except (ssl.SSLError, AttributeError, IndexError, TypeError, ValueError):
            return {}


def of_ssl(error: ssl.SSLError) -> Fault:
    """Any failure but one of a certificate."""
    reason = error.reason or ""
    if reason in NO_TLS:
        return NO_TLS_FAULT
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or reason == "UNEXPECTED_EOF_WHILE_READING":
        return faults.EOF
    if reason in ("UNSUPPORTED_PROTOCOL", "WRONG_SSL_VERSION", "NO_PROTOCOLS_AVAILABLE"):
        text = "tls: server selected unsupported protocol version"
        return Fault(text, ResponseFlag.UPE, "upstream_error")
    for name, words in ALERTS.items():
        if (reason.endswith(name) and "ALERT" in reason) or reason == f"TLSV1_{name}":
            return Fault(f"remote error: tls: {words}", *_of_alert(words))
    return Fault(f"tls: {reason.lower().replace('_', ' ') or error}")


def _of_alert(words: str) -> tuple[ResponseFlag, str]:
    if words == "protocol version not supported":
        return ResponseFlag.TLP, "tls_protocol_version_error"
    if words in ("handshake failure", "internal error", "bad certificate", "certificate required"):
        return ResponseFlag.TLH, "tls_handshake_failure"
    return ResponseFlag.TLA, "tls_alert_received"


NO_TLS_FAULT = Fault("tls: first record does not look like a TLS handshake", ResponseFlag.TLP, "tls_protocol_error")


def _dates(certificate: dict[str, object]) -> tuple[float, float] | None:
    first, last = certificate.get("notBefore"), certificate.get("notAfter")
    if not isinstance(first, str) or not isinstance(last, str):
        return None
    return float(ssl.cert_time_to_seconds(first)), float(ssl.cert_time_to_seconds(last))


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SHORT_NAMES = {
    "commonName": "CN",
    "countryName": "C",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "streetAddress": "STREET",
    "postalCode": "POSTALCODE",
    "serialNumber": "SERIALNUMBER",
}


def _subject(certificate: dict[str, object]) -> str:
    """`CN=orders,O=Example`: the last part first, as Go prints names."""
    parts = certificate.get("subject")
    every = [pair for group in parts for pair in group] if isinstance(parts, tuple) else []
    return ",".join(f"{SHORT_NAMES.get(name, name)}={value}" for name, value in reversed(every))


def _alternatives(certificate: dict[str, object], kind: str) -> list[str]:
    every = certificate.get("subjectAltName")
    return [str(value) for name, value in every if name == kind] if isinstance(every, tuple) else []


def _names_fit(certificate: dict[str, object], name: str) -> bool:
    if _is_address(name):
        return any(ip_address(one) == ip_address(name) for one in _alternatives(certificate, "IP Address"))
    return any(_dns_fits(one.lower(), name.lower().rstrip(".")) for one in _alternatives(certificate, "DNS"))


def _dns_fits(pattern: str, name: str) -> bool:
    if pattern.startswith("*."):
        return "." in name and name.partition(".")[2] == pattern[2:]
    return pattern == name


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _mismatch(certificate: dict[str, object], name: str) -> str:
    if _is_address(name):
        addresses = _alternatives(certificate, "IP Address")
        if not addresses:
            return f"cannot validate certificate for {name} because it doesn't contain any IP SANs"
        return f"certificate is valid for {', '.join(addresses)}, not {name}"
    names = _alternatives(certificate, "DNS")
    if not names:
        return f"certificate is not valid for any names, but wanted to match {name}"
    return f"certificate is valid for {', '.join(names)}, not {name}"
