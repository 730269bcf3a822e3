"""From a connection to TLS: what the server showed, and what either side refused."""

import re
from datetime import datetime, timedelta

from gwdiag.model.finding import CommandSource, Evidence, Remedy, Severity
from gwdiag.model.words import duration, listed, moment
from gwdiag.probe.certificate import Certificate, is_valid_for
from gwdiag.probe.fault import Fault, Remark
from gwdiag.probe.handshake import ABOUT_OUR_CERTIFICATE, ALERTS, Ended, Handshake
from gwdiag.probe.second_looks import SecondLooks
from gwdiag.probe.stream import first_words, protocol

SOON = timedelta(days=14)

EXPIRED, NOT_YET = 10, 9
NAMES_DIFFER = {62, 64}
SELF_SIGNED = 18
NOT_TRUSTED = {2, 18, 19, 20, 21, 24, 27}
"""OpenSSL's verify codes (x509_vfy.h): X509_V_ERR_*."""


def fault_of(shake: Handshake, host: str, peer: str, looks: SecondLooks, now: datetime, *, has_own: bool) -> Fault:
    """Why the handshake failed. `host`: the name that the certificate must carry. `has_own`: we have a certificate."""
    if shake.ended is Ended.NOT_TRUSTED:
        class_, words, log, remedies = _certificate(shake, host, looks, now)
    else:
        class_, (words, log), remedies = "tls_handshake", _handshake(shake, peer, looks, has_own=has_own), ()
    return Fault(
        class_=class_,
        words=words,
        log=log,
        evidence=tuple(_evidence(shake, peer, looks)),
        remedies=remedies,
        is_telling=shake.ended is not Ended.SILENT or looks.is_path_too_narrow,
    )


def client_certificate_fault(alert: int | None, peer: str, *, has_own: bool) -> Fault:
    """The server refused our certificate, or the lack of one, after the handshake (TLS 1.3) or by hanging up."""
    words = _client_certificate(alert, peer, has_own=has_own)
    said = ALERTS.get(alert, f"alert {alert}") if alert else "the connection ended after the handshake"
    return Fault(
        class_="tls_handshake",
        words=words,
        log=f"remote error: tls: {ALERTS.get(alert or 0, 'certificate required')}",
        evidence=(
            Evidence(
                statement=f"{peer} asks for a client certificate; {said}", source=CommandSource(command=_openssl(peer))
            ),
        ),
    )


def _client_certificate(alert: int | None, peer: str, *, has_own: bool) -> str:
    answer = f" (alert: {ALERTS.get(alert, alert)})" if alert else ""
    if has_own:
        return f"{peer} does not accept the client certificate that it was shown (mutual TLS){answer}"
    return f"{peer} wants a client certificate (mutual TLS), and there is none to show{answer}"


Named = tuple[str, str, str, tuple[Remedy, ...]]


def _certificate(shake: Handshake, host: str, looks: SecondLooks, now: datetime) -> Named:
    """This side's refusal, in the order in which Go looks: the leaf's time, its names, then who signed it."""
    leaf = shake.chain[0] if shake.chain else None
    if leaf and now > leaf.not_after:
        words = f"{_called(leaf)} has expired on {moment(leaf.not_after)}, {_days(now - leaf.not_after)} ago"
        return "tls_cert_expired", words + _clock(looks), _x509_time(now, "after", leaf.not_after), ()
    if leaf and now < leaf.not_before:
        begins = f"{moment(leaf.not_before)}, {_days(leaf.not_before - now)} ahead"
        words = f"{_called(leaf)} is not yet valid: it begins on {begins}"
        clock = _clock(looks) or "; compare this node's clock with the upstream's"
        return "tls_cert_expired", words + clock, _x509_time(now, "before", leaf.not_before), ()
    if (leaf and not is_valid_for(leaf.names, host)) or shake.verify_code in NAMES_DIFFER:
        return _other_name(leaf, host, looks)
    if shake.verify_code in (EXPIRED, NOT_YET):
        return _old_signer(shake, now)
    if shake.verify_code in NOT_TRUSTED:
        return _not_trusted(shake)
    words = f"the certificate of {host} is refused: {shake.error}"
    return "tls_handshake", words, f"x509: {shake.error}", ()


def _called(certificate: Certificate) -> str:
    return f"the certificate of {certificate.subject or 'the server'}"


def _x509_time(now: datetime, which: str, limit: datetime) -> str:
    return (
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time "
        f"{now:%Y-%m-%dT%H:%M:%SZ} is {which} {limit:%Y-%m-%dT%H:%M:%SZ}"
    )


def _days(span: timedelta) -> str:
    return duration(span.total_seconds())


def _clock(looks: SecondLooks) -> str:
    """Whose clock is wrong, where the server tells its own."""
    ahead = looks.clock_ahead_s
    if ahead is None:
        return ""
    if abs(ahead) < 60:
        return "; this node's clock agrees with the upstream's, so it is the certificate"
    side = "behind" if ahead > 0 else "ahead of"
    return f"; this node's clock is {duration(abs(ahead))} {side} the upstream's: check it"


def _other_name(leaf: Certificate | None, host: str, looks: SecondLooks) -> Named:
    names = leaf.names if leaf else ()
    carried = f"is for {listed(names, 8)}" if names else "carries no name at all (no subjectAltName)"
    words = f"the certificate {carried}, not for {host}"
    bare = looks.without_name
    if bare and bare.chain and bare.chain[0].sha256 != (leaf.sha256 if leaf else ""):
        words += f"; without SNI the server shows one for {listed(bare.chain[0].names, 8)}"
    log = f"certificate is valid for {', '.join(names)}, not {host}"
    if not names:
        log = f"certificate is not valid for any names, but wanted to match {host}"
    remedy = Remedy(text=f"Use a name that it carries as the target, or have {host} put into the certificate")
    return "tls_hostname_mismatch", words, f"tls: failed to verify certificate: x509: {log}", (remedy,)


def _old_signer(shake: Handshake, now: datetime) -> Named:
    old = next((one for one in shake.chain[1:] if not one.not_before <= now <= one.not_after), None)
    words = "a certificate that signed the server's has expired or is not yet valid"
    if old:
        words += f": {old.subject}, valid from {moment(old.not_before)} to {moment(old.not_after)}"
    return (
        "tls_cert_expired",
        words,
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
        (),
    )


def _not_trusted(shake: Handshake) -> Named:
    log = "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    last = shake.chain[-1] if shake.chain else None
    add = Remedy(text="Give the authority's certificate with --ca to try it, then to the gateway's trust store")
    if shake.verify_code == SELF_SIGNED or (last and len(shake.chain) == 1 and last.is_self_signed):
        return "tls_unknown_authority", "the certificate is self-signed, and not among the trusted ones", log, (add,)
    if last and last.is_self_signed:
        words = f"the certificate's chain ends in {last.subject!r}, an authority (CA) that this node does not trust"
        return "tls_unknown_authority", words, log, (add,)
    issuer = repr(last.issuer) if last else "an unknown one"
    words = (
        f"the certificate's issuer {issuer} is unknown here: an authority (CA) that this node does not trust, or an "
        "intermediate certificate of the chain that the server does not send (missing intermediate); it sends "
        f"{len(shake.chain)}"
    )
    chain = Remedy(text="Have the server send its whole chain, or add the authority to the trust store")
    return "tls_unknown_authority", words, log, (chain, add)


def _handshake(shake: Handshake, peer: str, looks: SecondLooks, *, has_own: bool) -> tuple[str, str]:
    """The words and the log line of a handshake that one side gave up."""
    if looks.is_path_too_narrow:
        words = (
            f"the TLS handshake with {peer} hangs unless both sides use small segments (MSS {looks.small_mss}): large "
            "packets vanish on the way, and no ICMP says so (an MTU or PMTU black hole)"
        )
        return words, "net/http: TLS handshake timeout"
    if shake.ended is Ended.ALERT:
        return _alert(shake, peer, looks, has_own=has_own)
    plain = looks.plain
    if shake.ended is Ended.NOT_TLS or (plain and plain.status is not None):
        spoken = protocol(shake.head)
        if (plain and plain.status is not None) or shake.head.startswith(b"HTTP/"):
            spoken = "plain HTTP"
        words = f"{peer} does not speak TLS: it speaks {spoken or 'something else'}"
        if shake.head:
            words += f"; the first it sent is {first_words(shake.head)}"
        go = "http: server gave HTTP response to HTTPS client"
        return words, go if spoken == "plain HTTP" else "tls: first record does not look like a TLS handshake"
    if shake.ended is Ended.OTHER:
        return _other(shake, peer, looks)
    if shake.asks_for_client_certificate:
        return _client_certificate(None, peer, has_own=has_own), "remote error: tls: handshake failure"
    words = {
        Ended.SILENT: f"{peer} keeps silent in the TLS handshake: nothing for {duration(shake.duration_s)}"
        if not shake.received
        else f"{peer} stalls in the TLS handshake after {shake.received} bytes",
        Ended.CLOSED: f"{peer} closes the connection in the TLS handshake, without an alert",
        Ended.RESET: f"{peer} resets the connection (RST) in the TLS handshake",
    }.get(shake.ended, f"the TLS handshake with {peer} failed: {shake.error}")
    if looks.unasked in ("closed", "reset") and not shake.received:
        ends = "closes it" if looks.unasked == "closed" else "resets it (RST)"
        words = f"{peer} accepts the connection and {ends} at once, before the TLS handshake has begun"
    log = {
        Ended.SILENT: "net/http: TLS handshake timeout",
        Ended.CLOSED: "tls: handshake failure: EOF",
        Ended.RESET: f"tls: handshake failure: read tcp {peer}: connection reset by peer",
    }.get(shake.ended, f"tls: {shake.error}")
    return words + _helps(looks), log


def _alert(shake: Handshake, peer: str, looks: SecondLooks, *, has_own: bool) -> tuple[str, str]:
    said = ALERTS.get(shake.alert or 0, f"alert {shake.alert}")
    log = f"remote error: tls: {said}"
    if shake.asks_for_client_certificate:
        return _client_certificate(shake.alert, peer, has_own=has_own), log
    if shake.alert in ABOUT_OUR_CERTIFICATE and has_own:
        return _client_certificate(shake.alert, peer, has_own=True), log
    words = f"{peer} ends the TLS handshake with the alert {said!r}"
    if said == "unrecognized name":
        words += f": it has no site for the name {shake.server_name!r} (SNI)"
    elif said == "protocol version":
        words += ": no TLS version that both sides speak"
    elif said == "no application protocol":
        words += ": it does not speak HTTP/1.1 here (ALPN), perhaps HTTP/2 only"
    elif said == "handshake failure":
        words += ": no cipher, version or name (SNI) that it would take"
    return words + _helps(looks), log


def _other(shake: Handshake, peer: str, looks: SecondLooks) -> tuple[str, str]:
    reason = shake.error.lower().replace("_", " ")
    words = f"the TLS handshake with {peer} failed: {reason}"
    if re.search(r"protocol|version", reason):
        words = f"{peer} offers no TLS version that is still taken (1.2 or later): {reason}"
    return words + _helps(looks), f"tls: {reason}"


def _helps(looks: SecondLooks) -> str:
    """What would have worked."""
    found = ""
    if looks.old and looks.old.works and looks.old.version not in ("TLSv1.2", "TLSv1.3"):
        found += f"; it speaks {looks.old.version}, which is too old"
    elif looks.old and looks.old.works:
        found += f"; it takes only old ciphers or signatures ({looks.old.version}, {looks.old.cipher})"
    if looks.without_name and looks.without_name.works:
        names = listed(looks.without_name.chain[0].names, 8) if looks.without_name.chain else "unnamed"
        found += f"; without a server name (SNI) it works, with a certificate for {names}"
    return found


def _evidence(shake: Handshake, peer: str, looks: SecondLooks) -> list[Evidence]:
    text = f"TLS handshake with {peer}"
    text += f" for {shake.server_name}" if shake.server_name else ""
    text += f": {shake.ended.value}"
    text += f" ({ALERTS.get(shake.alert, shake.alert)})" if shake.alert else ""
    text += f" ({shake.error})" if shake.error and not shake.alert else ""
    found = [
        Evidence(
            statement=f"{text} after {duration(shake.duration_s)}, {shake.received} bytes received",
            value=shake.duration_s * 1000,
            unit="ms",
            source=CommandSource(command=_openssl(peer, shake.server_name)),
        )
    ]
    for one in shake.chain[:4]:
        span = f"valid from {moment(one.not_before)} to {moment(one.not_after)}"
        text = f"Certificate of {one.subject}, issued by {one.issuer}, {span}"
        found.append(Evidence(statement=text + (f", for {listed(one.names, 8)}" if one.names else "")))
    if looks.is_path_too_narrow and looks.small:
        text = (
            f"With segments of at most {looks.small_mss} bytes the handshake takes {duration(looks.small.duration_s)}"
        )
        found.append(Evidence(statement=text, value=looks.small.duration_s * 1000, unit="ms"))
    return found


def _openssl(peer: str, name: str | None = None) -> str:
    return f"openssl s_client -connect {peer}" + (f" -servername {name}" if name else "")


def expiry_remark(chain: tuple[Certificate, ...], peer: str, now: datetime) -> Remark | None:
    """A certificate of the chain that ends within 14 days."""
    soonest = min(chain, key=lambda one: one.not_after, default=None)
    if soonest is None or soonest.not_after - now >= SOON:
        return None
    left = soonest.not_after - now
    words = f"{_called(soonest)} at {peer} expires in {_days(left)}, on {moment(soonest.not_after)}"
    return Remark(
        id="certificate_expires_soon",
        severity=Severity.WARNING,
        title="A certificate expires soon",
        words=words,
        evidence=(Evidence(statement=words, value=left.total_seconds() / 86400, unit="days"),),
        remedies=(Remedy(text="Renew it, and reload the server", changes_state=True),),
        runbook="tls#certificate-expired",
    )
