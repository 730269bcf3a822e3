"""What comes of a request, at real servers that answer well, badly, in part or not at all."""

import socket
import time

import pytest

from gwdiag.error_classes import claim
from gwdiag.probe.redirects import canonical
from tests.probe.looking import look
from tests.probe.servers import (
    OK,
    Behaviour,
    answers,
    closed_port,
    closes,
    head,
    once,
    request,
    resets,
    silent,
    tcp_server,
)

CUT = head("200 OK", b"x" * 400, Content_Length=1000)


def waits(sock: socket.socket) -> None:
    """Reads nothing and says nothing until the client has gone."""
    while sock.recv(1):
        pass


def delayed(seconds: float) -> Behaviour:
    def behave(sock: socket.socket) -> None:
        while request(sock):
            time.sleep(seconds)
            sock.sendall(OK)

    return behave


BROKEN = {
    "5xx": (answers(head("503 Service Unavailable")), "upstream_5xx", "status 503 Service Unavailable"),
    "closes at once": (closes, "upstream_closed", "closes"),
    "closes after the request": (once(b""), "upstream_closed", "sends no byte of an answer and then closes"),
    "resets after the request": (once(b"", resets), "upstream_reset", "resets the connection (RST)"),
    "resets at once": (resets, "upstream_reset", "(RST)"),
    "silent": (silent, "upstream_response_timeout", "keeps silent for 1.0 s"),
    "closes in the head": (once(b"HTTP/1.1 200 OK\r\nCont"), "upstream_closed", "21 bytes of the answer's head"),
    "stops in the head": (once(b"HTTP/1.1 200 OK\r\nCont", waits), "upstream_response_timeout", "21 bytes"),
    "closes in the body": (once(CUT), "upstream_closed", "400 of 1,000 bytes of the body and then closes"),
    "stops in the body": (once(CUT, waits), "upstream_response_timeout", "400 of 1,000 bytes of the body and then k"),
    "SSH": (once(b"SSH-2.0-OpenSSH_9.2\r\n"), "upstream_protocol", "'SSH-2.0-OpenSSH_9.2'; that is another protocol"),
    "MySQL": (once(b"J\0\0\0\n8.0.36\0"), "upstream_protocol", "another protocol, MySQL"),
    "a page without a head": (once(b"<html>hello</html>"), "upstream_protocol", "speaks no HTTP"),
    "a line that is no header": (once(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n"), "upstream_protocol", "no valid HTTP"),
    "a status that is none": (once(b"HTTP/1.1 abc\r\n\r\n"), "upstream_protocol", "no valid HTTP"),
    "a chunk that is none": (
        once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"),
        "upstream_protocol",
        "the body is malformed",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_no_answer(fault):
    behaviour, class_, words = BROKEN[fault]
    with tcp_server(behaviour) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert (seen.verdict, seen.fails_at) == ((class_, "error"), "http")
    assert words in seen.result.cause
    assert seen.ids == [class_]
    assert claim(seen.result.log_line or "upstream returned 503").id == class_


WELL = {
    "200": answers(OK),
    "404": answers(head("404 Not Found", b"no")),
    "no body": answers(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "closes and says so": once(head("200 OK", b"ok", Connection="close")),
    "HTTP/1.0": once(b"HTTP/1.0 200 OK\r\n\r\nok"),
    "lines end with LF only": answers(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
    "an early hint first": answers(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK),
    "chunks": answers(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    "a redirect elsewhere": answers(head("302 Found", Location="http://other.example/login")),
    "a redirect to https": answers(head("301 Moved Permanently", Location="https://127.0.0.1/")),
    "closes without saying so": once(OK),
    "a redirect to nowhere": answers(head("302 Found", Location="http://[::1")),
    "odd headers": answers(head("200 OK", Date="1 Jan 99999999999999999999 1:1:1", Keep_Alive=f"timeout={'9' * 5000}")),
    "a redirect that ends": answers(head("302 Found", Location="/login"), OK),
}


@pytest.mark.parametrize("how", WELL)
def test_a_target_that_works_is_not_blamed(how):
    with tcp_server(WELL[how]) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert (seen.verdict, seen.fails_at) == (("none", "ok"), None)
    assert seen.result.cause.startswith("works: connects in ")
    assert seen.result.log_line is None
    assert {one.severity for one in seen.findings} <= {"info"}


def test_a_port_on_which_nothing_listens():
    with closed_port() as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert (seen.verdict, seen.fails_at) == (("upstream_dial_refused", "error"), "tcp")
    assert seen.result.log_line == f"http: proxy error: dial tcp 127.0.0.1:{port}: connect: connection refused"


def test_six_tries_and_one_reuse_are_all_that_a_server_sees():
    requests: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        while one := request(sock):
            requests.append(one)
            sock.sendall(OK)

    with tcp_server(behave) as port:
        look(f"http://127.0.0.1:{port}/v1?x=1")

    assert len(requests) == 7
    assert requests[0].split(b"\r\n")[:2] == [b"GET /v1?x=1 HTTP/1.1", b"Host: 127.0.0.1:%d" % port]


def test_one_sample_is_one_connection():
    connections: list[int] = []

    def behave(sock: socket.socket) -> None:
        connections.append(1)
        answers(OK)(sock)

    with tcp_server(behave) as port:
        look(f"http://127.0.0.1:{port}/", samples=1)

    assert len(connections) == 1


def test_the_user_of_a_url_is_sent_and_not_shown():
    seen: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        while one := request(sock):
            seen.append(one)
            sock.sendall(OK)

    with tcp_server(behave) as port:
        looked = look(f"http://me:hush%21hush@127.0.0.1:{port}/")

    assert b"Authorization: Basic bWU6aHVzaCFodXNo" in seen[0]
    assert "hush" not in repr(looked)


def test_nothing_is_sent_where_no_scheme_says_what():
    came: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        came.append(sock.recv(100))

    with tcp_server(behave) as port:
        seen = look(f"127.0.0.1:{port}")

    assert (seen.verdict, set(came)) == (("none", "ok"), {b""})
    assert [one.stage for one in seen.result.stages] == ["tcp"]


@pytest.mark.parametrize("location", ["/", "", "http://127.0.0.1:{port}", "http://127.0.0.1:{port}/#top"])
def test_a_redirect_to_itself(location):
    def behave(sock: socket.socket) -> None:
        answers(head("302 Found", Location=location.format(port=sock.getsockname()[1])))(sock)

    with tcp_server(behave) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert (seen.verdict, seen.ids) == (("none", "warning"), ["redirect_loop", "no_date"])


def test_a_circle_of_redirects():
    with tcp_server(answers(head("302 Found", Location="/a"), head("302 Found", Location="/"))) as port:
        assert "redirect_loop" in look(f"http://127.0.0.1:{port}/", samples=1).ids


def test_places_are_compared_and_not_their_spelling():
    assert canonical("HTTP://Host#x") == canonical("http://host:80/")
    assert canonical("http://[::1]/a?b") == "http://[::1]:80/a?b"
    assert canonical("http://h:bad/") == "http://h:bad/"


@pytest.mark.parametrize(
    "body",
    [b"Client sent an HTTP request to an HTTPS server.", b"<h1>The plain HTTP request was sent to HTTPS port</h1>"],
)
def test_an_answer_about_https(body):
    with tcp_server(answers(head("400 Bad Request", body))) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert (seen.verdict, seen.ids[0]) == (("none", "warning"), "plain_http_to_https")


def test_tls_where_http_was_meant(authority):
    with tcp_server(answers(OK), authority.server("localhost")) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert (seen.verdict, seen.fails_at) == (("upstream_protocol", "error"), "http")
    assert "speaks TLS" in seen.result.cause
    assert claim(seen.result.log_line or "").id == "upstream_protocol"


def test_a_slow_answer():
    with tcp_server(delayed(2.2)) as port:
        seen = look(f"http://127.0.0.1:{port}/", timeout_s=4.0, samples=1)

    assert (seen.verdict, seen.ids) == (("none", "warning"), ["slow_answer", "clocks_differ"])


def test_every_second_answer_is_an_error():
    count = iter(range(100))

    def behave(sock: socket.socket) -> None:
        number = next(count)
        answers(OK if number % 2 else head("503 Busy"))(sock)

    with tcp_server(behave) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert (seen.verdict, seen.fails_at) == (("upstream_5xx", "warning"), None)
    assert "503 Busy" in seen.result.cause


def test_a_connection_that_is_good_for_one_request_only():
    def behave(sock: socket.socket) -> None:
        request(sock)
        sock.sendall(OK)
        request(sock)
        silent(sock)

    with tcp_server(behave) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert seen.verdict == ("upstream_response_timeout", "warning")
    assert "the second request on one connection fails" in seen.result.cause


def test_over_ipv6():
    with tcp_server(answers(OK), address="::1") as port:
        assert look(f"http://[::1]:{port}/").verdict == ("none", "ok")


def test_the_clocks_are_compared():
    with tcp_server(answers(head("200 OK", Date="Fri, 20 Nov 2020 09:00:00 GMT"))) as port:
        seen = look(f"http://127.0.0.1:{port}/")

    assert seen.ids == ["clocks_differ"]
    assert seen.verdict == ("none", "ok")


def test_a_body_is_not_read_for_ever():
    def behave(sock: socket.socket) -> None:
        request(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            sock.sendall(b"x" * 65536)

    with tcp_server(behave) as port:
        seen = look(f"http://127.0.0.1:{port}/", samples=1)

    assert seen.verdict == ("none", "ok")


def test_a_server_that_is_only_slow_sees_nothing_but_requests():
    first_bytes: list[bytes] = []

    def behave(sock: socket.socket) -> None:
        while one := request(sock):
            first_bytes.append(one[:4])
            time.sleep(1.2)
            sock.sendall(OK)

    with tcp_server(behave) as port:
        seen = look(f"http://127.0.0.1:{port}/", timeout_s=3.0)

    assert seen.verdict == ("none", "ok")
    assert set(first_bytes) == {b"GET "}
    assert len(first_bytes) <= 5
