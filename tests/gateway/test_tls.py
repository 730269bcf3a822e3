"""TLS to upstreams: whom the gateway believes, what it shows of itself, and how failures read."""

import socket
import ssl
import threading
from contextlib import suppress

import pytest
import trustme

from tests.gateway.served import Process, definition

UNVERIFIED = "tls: failed to verify certificate: x509:"
OWN = trustme.CA()
FOREIGN = trustme.CA()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """PEM files by name."""
    folder = tmp_path_factory.mktemp("tls")
    OWN.cert_pem.write_to_path(folder / "ca.pem")
    for name, made in {
        "good": OWN.issue_cert("localhost", "127.0.0.1"),
        "other-name": OWN.issue_cert("elsewhere.example"),
        "foreign": FOREIGN.issue_cert("localhost", "127.0.0.1"),
        "client": OWN.issue_cert("client@example.com"),
    }.items():
        made.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
    return folder


@pytest.fixture
def speak():
    """Starts an upstream that speaks TLS."""
    made: list[Process] = []

    def start(*args: object) -> str:
        made.append(Process("upstream", "--listen", "127.0.0.1:0", *args))
        return f"https://127.0.0.1:{made[-1].port}"

    yield start
    for one in made:
        one.kill()


def test_an_authority_that_the_system_knows_is_believed(serve, speak, files):
    gateway = serve([definition("/a/", speak("--cert", files / "good.pem"))], None, SSL_CERT_FILE=str(files / "ca.pem"))

    assert gateway.get("/a/echo").status == 200


@pytest.mark.parametrize(
    ("certificate", "text", "details"),
    [
        (
            "foreign",
            f"{UNVERIFIED} certificate signed by unknown authority",
            "tls_unknown_authority",
        ),
        (
            "other-name",
            f"{UNVERIFIED} cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
            "tls_hostname_mismatch",
        ),
    ],
)
def test_a_certificate_that_is_not_believed(serve, speak, files, certificate, text, details):
    target = speak("--cert", files / f"{certificate}.pem")
    strict = definition("/a/", target)
    lax = definition("/b/", target, proxy={"transport": {"ssl_insecure_skip_verify": True}})
    gateway = serve([strict, lax], None, SSL_CERT_FILE=str(files / "ca.pem"))

    assert [gateway.get(path).status for path in ("/a/echo", "/b/echo")] == [500, 200]
    assert f'message="http: proxy error: {text}"' in gateway.logged("proxy error")[0]
    assert details in gateway.logged("access-log")[0]


@pytest.fixture
def blocking():
    """Starts an upstream with these TLS settings that tells why it refuses; asyncio's servers just close."""
    made: list[socket.socket] = []

    def start(context: ssl.SSLContext) -> str:
        made.append(socket.create_server(("127.0.0.1", 0)))
        threading.Thread(target=_shake_hands, args=(made[-1], context), daemon=True).start()
        return f"https://127.0.0.1:{made[-1].getsockname()[1]}"

    yield start
    for one in made:
        one.close()


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = server.accept()
        except OSError:
            return
        with plain:
            try:
                with context.wrap_socket(plain, server_side=True) as made:
                    made.recv(1 << 16)
                    made.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            except (ssl.SSLError, OSError):
                continue


def server_side(files) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "good.pem")
    return context


def test_plain_http_where_tls_is_expected(serve, upstream):
    gateway = serve([definition("/a/", upstream.replace("http:", "https:"))])

    assert gateway.get("/a/echo").status == 500
    wanted = "http: proxy error: tls: first record does not look like a TLS handshake"
    assert wanted in gateway.logged("proxy error")[0]


def test_a_client_certificate_is_shown_where_one_is_set(serve, blocking, files):
    context = server_side(files)
    context.load_verify_locations(files / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    target = blocking(context)
    one = definition("/a/", target, upstream_certificates={"*": str(files / "client.pem")})
    gateway = serve([one, definition("/b/", target)], None, SSL_CERT_FILE=str(files / "ca.pem"))

    assert [gateway.get(path).status for path in ("/a/echo", "/b/echo")] == [200, 500]
    assert "remote error: tls: certificate required" in gateway.logged("proxy error")[0]


def test_a_version_that_is_too_old(serve, blocking, files):
    context = server_side(files)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    one = definition("/a/", blocking(context), proxy={"transport": {"ssl_min_version": 772}})
    gateway = serve([one], None, SSL_CERT_FILE=str(files / "ca.pem"))

    assert gateway.get("/a/echo").status == 500
    assert "remote error: tls: protocol version not supported" in gateway.logged("proxy error")[0]


def test_a_connection_whose_tls_ends_behind_an_answer_is_not_used_again(serve, files):
    context = server_side(files)
    open_still = []

    def answer_one_and_end_tls(accepted: socket.socket) -> None:
        secured = context.wrap_socket(accepted, server_side=True)
        open_still.append(secured)
        secured.recv(1 << 16)
        secured.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # both are to come at once
        secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 2\r\n\r\nok")
        secured.settimeout(0.05)
        with suppress(OSError):
            secured.unwrap()
        secured.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    def accept() -> None:
        for _ in range(2):
            answer_one_and_end_tls(server.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        target = f"https://127.0.0.1:{server.getsockname()[1]}/"
        gateway = serve([definition("/a/", target)], None, SSL_CERT_FILE=str(files / "ca.pem"))
        got = gateway.raw(
            b"GET /a/ HTTP/1.1\r\nHost: h\r\n\r\n"
            b"POST /a/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
        )

    assert [part[:6] for part in got.split(b"HTTP/1.1 ")[1:]] == [b"200 OK", b"200 OK"]
    assert len(open_still) == 2
    for one in open_still:
        one.close()
