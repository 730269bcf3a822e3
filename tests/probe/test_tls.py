"""TLS at real servers with certificates of every broken kind, and with none at all."""

import socket
import ssl

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.error_classes import claim
from gwdiag.probe.certificate import is_valid_for, parsed
from tests.probe.looking import Looked, look
from tests.probe.servers import OK, Behaviour, answers, closes, head, once, resets, silent, tcp_server

GOOD = answers(OK)


def at(context: ssl.SSLContext, behaviour: Behaviour = GOOD, **how: object) -> Looked:
    """A look at a server of TLS that is called localhost."""
    with tcp_server(behaviour, context) as port:
        return look(f"https://localhost:{port}/", **how)


def test_a_good_one(authority):
    seen = at(authority.server("localhost"), ca=str(authority.file))

    assert seen.verdict == ("none", "ok")
    detail = seen.stage("tls").detail
    assert (detail.version, detail.server_name, detail.chain[0].names) == ("TLSv1.3", "localhost", ("localhost",))


@pytest.mark.parametrize(
    ("names", "days", "class_", "words"),
    [
        (["localhost"], (-30, -2), "tls_cert_expired", "has expired on"),
        (["localhost"], (3, 30), "tls_cert_expired", "is not yet valid"),
        (
            ["old.example", "*.older.example"],
            (-10, 30),
            "tls_hostname_mismatch",
            "is for old.example and *.older.example, not",
        ),
        (["old.example"], (-30, -2), "tls_cert_expired", "has expired on"),
    ],
)
def test_a_certificate_that_does_not_fit(authority, names, days, class_, words):
    seen = at(authority.server(*names, begins=days[0], ends=days[1]), ca=str(authority.file))

    assert (seen.verdict, seen.fails_at) == ((class_, "error"), "tls")
    assert words in seen.result.cause
    assert claim(seen.result.log_line or "").id == class_


def test_a_name_that_does_not_fit_goes_before_an_unknown_authority_as_in_go(authority):
    assert at(authority.server("old.example")).verdict == ("tls_hostname_mismatch", "error")


def test_whose_clock_is_wrong_is_asked(authority):
    answer = answers(head("200 OK", Date="Fri, 20 Nov 2020 09:00:00 GMT"))
    seen = at(authority.server("localhost", begins=3), answer, ca=str(authority.file))

    assert "ahead of the upstream's: check it" in seen.result.cause


def test_an_unknown_authority(authority):
    seen = at(authority.server("localhost"))

    assert (seen.verdict, seen.fails_at) == (("tls_unknown_authority", "error"), "tls")
    assert claim(seen.result.log_line or "").id == "tls_unknown_authority"


def test_a_missing_intermediate(authority):
    middle = authority.ca.create_child_ca()
    whole = at(authority.server("localhost", signer=middle), ca=str(authority.file))
    cut = at(authority.server("localhost", signer=middle, chain=False), ca=str(authority.file))

    assert whole.verdict == ("none", "ok")
    assert cut.verdict == ("tls_unknown_authority", "error")
    assert "missing intermediate" in cut.result.cause


def test_a_self_signed_one(tmp_path):
    certificate = trustme.CA()  # its own certificate has no name: the chain is looked at before
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert, key = tmp_path / "own.pem", tmp_path / "own.key"
    certificate.cert_pem.write_to_path(cert)
    certificate.private_key_pem.write_to_path(key)
    context.load_cert_chain(cert, key)
    with tcp_server(GOOD, context) as port:
        seen = look(f"https://localhost:{port}/")

    assert seen.verdict[0] in ("tls_unknown_authority", "tls_hostname_mismatch")
    assert seen.stage("tls").detail.chain[0].names == ()


def test_a_certificate_that_ends_soon(authority):
    soon = at(authority.server("localhost", ends=13), ca=str(authority.file))
    late = at(authority.server("localhost", ends=15), ca=str(authority.file))

    assert (soon.verdict, soon.ids) == (("none", "warning"), ["certificate_expires_soon", "clocks_differ"])
    assert late.verdict == ("none", "ok")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_is_wanted(authority, tmp_path, version):
    context = authority.server("localhost")
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    authority.ca.configure_trust(context)
    cert, key = authority.client(tmp_path)
    ca = str(authority.file)

    without = at(context, ca=ca)
    assert (without.verdict, without.fails_at) == (("tls_handshake", "error"), "tls")
    assert "wants a client certificate (mutual TLS), and there is none" in without.result.cause
    assert claim(without.result.log_line or "").id == "tls_handshake"
    assert at(context, ca=ca, cert=str(cert), key=str(key)).verdict == ("none", "ok")

    other = trustme.CA().issue_cert("stranger.example")
    with other.private_key_and_cert_chain_pem.tempfile() as both:
        wrong = at(context, ca=ca, cert=both)
    assert (wrong.verdict, wrong.fails_at) == (("tls_handshake", "error"), "tls")
    assert "does not accept the client certificate" in wrong.result.cause


def keeps_its_alert(context: ssl.SSLContext) -> Behaviour:
    """Refuses a client in the handshake and closes without a word, as servers on asyncio do."""

    def behave(sock: socket.socket) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        inside = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            incoming.write(sock.recv(65536))
            try:
                inside.do_handshake()
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
            except ssl.SSLError:
                return

    return behave


def test_a_client_certificate_is_wanted_by_a_server_that_closes_without_its_alert(authority):
    context = authority.server("localhost")
    context.verify_mode = ssl.CERT_REQUIRED
    authority.ca.configure_trust(context)
    with tcp_server(keeps_its_alert(context)) as port:
        seen = look(f"https://localhost:{port}/", ca=str(authority.file))

    assert (seen.verdict, seen.fails_at) == (("tls_handshake", "error"), "tls")
    assert "wants a client certificate (mutual TLS), and there is none" in seen.result.cause


def test_a_client_certificate_that_may_be_shown_is_no_fault(authority):
    context = authority.server("localhost")
    context.verify_mode = ssl.CERT_OPTIONAL
    authority.ca.configure_trust(context)

    assert at(context, ca=str(authority.file)).verdict == ("none", "ok")


def only_for(authority, name: str) -> ssl.SSLContext:
    """A server that ends the handshake unless it is asked for this name."""
    context = authority.server(name, "localhost")

    def chosen(_sock: object, asked: str | None, _context: object) -> int | None:
        return None if asked == name else ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    context.sni_callback = chosen  # type: ignore[assignment]
    return context


def test_the_name_that_is_asked_for(authority):
    ca = str(authority.file)
    refused = at(only_for(authority, "site.example"), ca=ca)

    assert refused.verdict == ("tls_handshake", "error")
    assert "it has no site for the name 'localhost' (SNI)" in refused.result.cause
    assert at(only_for(authority, "site.example"), ca=ca, server_name="site.example").verdict == ("none", "ok")
    assert at(authority.server("localhost"), ca=ca, server_name="x.example").verdict[0] == "tls_hostname_mismatch"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_version_that_is_too_old(authority):
    context = authority.server("localhost")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    seen = at(context, ca=str(authority.file))

    assert seen.verdict == ("tls_handshake", "error")
    assert "no TLS version that" in seen.result.cause
    assert "TLSv1, which is too old" in seen.result.cause


def after_hello(data: bytes) -> Behaviour:
    def behave(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(data)
        silent(sock)

    return behave


def reset_after_hello(sock: socket.socket) -> None:
    sock.recv(65536)
    resets(sock)


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (silent, "keeps silent in the TLS handshake"),
        (closes, "closes it at once, before the TLS handshake has begun"),
        (resets, "resets it (RST) at once, before the TLS handshake has begun"),
        (reset_after_hello, "resets the connection (RST) in the TLS handshake"),
        (answers(OK), "it speaks plain HTTP"),
        (once(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "it speaks plain HTTP"),
        (after_hello(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "it speaks plain HTTP"),
        (after_hello(b"SSH-2.0-x\r\n"), "it speaks SSH"),
        (after_hello(b"\x15\x03\x03\x00\x02\x02\x28"), "the alert 'handshake failure'"),
        (after_hello(b"\x16\x03\x03\x00\x7a\x02\x00"), "stalls in the TLS handshake after 7 bytes"),
    ],
)
def test_what_is_no_tls(behaviour, words):
    with tcp_server(behaviour) as port:
        seen = look(f"https://localhost:{port}/")

    assert (seen.verdict, seen.fails_at) == (("tls_handshake", "error"), "tls")
    assert words in seen.result.cause
    assert claim(seen.result.log_line or "").id == "tls_handshake"


@pytest.mark.parametrize(
    ("behaviour", "class_"),
    [
        (once(b""), "upstream_closed"),
        (silent, "upstream_response_timeout"),
        (answers(head("500 Oops")), "upstream_5xx"),
        (once(head("200 OK", b"x", Content_Length=9)), "upstream_closed"),
    ],
)
def test_after_the_handshake_it_is_http(authority, behaviour, class_):
    seen = at(authority.server("localhost"), behaviour, ca=str(authority.file))

    assert (seen.verdict, seen.fails_at) == ((class_, "error"), "http")


def test_a_target_of_tls_alone_is_asked_nothing(authority):
    came: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        came.append(sock.recv(100))

    with tcp_server(behave, authority.server("localhost")) as port:
        seen = look(f"tls://localhost:{port}", ca=str(authority.file))

    assert (seen.verdict, set(came)) == (("none", "ok"), {b""})


def test_a_certificate_is_read_whoever_signed_it():
    leaf = trustme.CA().issue_cert("a.example", "*.b.example", "10.0.0.7", "2001:db8::7", common_name="A")
    der = ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())
    one = parsed(der)

    assert (one.subject, one.names) == ("A", ("a.example", "*.b.example", "10.0.0.7", "2001:db8::7"))
    assert (one.not_before.year, one.not_after.year, one.is_self_signed) == (2000, 3000, False)
    for size in range(0, len(der), 7):
        with pytest.raises(ValueError, match="not a certificate"):
            parsed(der[:size])


@given(st.binary(max_size=200))
def test_anything_is_a_certificate_or_an_error_of_ours(data):
    with pytest.raises(ValueError, match="not a certificate"):
        parsed(data)


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        ("a.example", True),
        ("A.Example.", True),
        ("x.b.example", True),
        ("b.example", False),
        ("y.x.b.example", False),
        ("10.0.0.7", True),
        ("10.0.0.8", False),
        ("example", False),
    ],
)
def test_for_which_hosts_it_is(host, fits):
    assert is_valid_for(("a.example", "*.b.example", "10.0.0.7"), host) is fits
