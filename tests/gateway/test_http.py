"""What goes through: headers, bodies, connections; and that front and back agree on where a request ends."""

import gzip
import hashlib
import json
import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.gateway.heads import Refused, request_head
from tests.gateway.served import Gateway, Scripted, definition, eventually, rest_of

WEBSOCKETS = {"http_server_options": {"enable_websockets": True}}
ABC = b"3\r\nabc\r\n0\r\n\r\n"
INSIDE = b"GET /b/smuggled HTTP/1.1\r\nHost: h\r\n\r\n"
LAST = b"GET /a/last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def plain_pair(tmp_path_factory):
    back = Scripted([])
    front = Gateway(tmp_path_factory.mktemp("pair"), [definition("/a/", back.url)])
    yield front, back
    front.stop()
    back.close()


@pytest.fixture
def pair(plain_pair, serve, scripted):
    """A gateway and the strict upstream behind it; new ones where `config` or the definition is given."""

    def start(*answers: bytes | None, config: dict | None = None, **more: object) -> tuple[Gateway, Scripted]:
        if config is None and not more:
            front, back = plain_pair
            back.answers[:] = answers
            back.got.clear()
            return front, back
        back = scripted(*answers)
        return serve([definition("/a/", back.url, **more)], config), back

    return start


@pytest.fixture(scope="module")
def echo(upstream, tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("http"), [definition("/a/", upstream)], WEBSOCKETS)
    yield gateway
    gateway.stop()


# ---- heads


def test_a_request_is_written_anew(pair):
    front, back = pair()
    head = (
        b"GET /a/x?y=1 HTTP/1.1\r\nHost: front\r\nX-One: 1\r\nx-one:   2  \r\nUser-Agent: probe/1\r\n"
        b"Connection: X-Hop, close\r\nX-Hop: gone\r\nKeep-Alive: gone\r\nTE: gzip\r\nProxy-Authorization: gone\r\n"
        b"X-Forwarded-For: 10.0.0.1\r\n\r\n"
    )

    front.raw(head)

    host = b"127.0.0.1:%d" % back.port
    assert back.got == [
        b"GET /x?y=1 HTTP/1.1\r\nHost: " + host + b"\r\nX-One: 1\r\nx-one: 2\r\nUser-Agent: probe/1\r\n"
        b"X-Forwarded-For: 10.0.0.1, 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n"
    ]


def test_the_host_header_may_stay(pair):
    front, back = pair(proxy={"preserve_host_header": True})

    front.raw(b"GET /a/ HTTP/1.1\r\nHost: front.example\r\nConnection: close\r\n\r\n")

    assert b"\r\nHost: front.example\r\n" in back.got[0]


def test_an_answer_loses_what_was_for_the_hop(pair):
    answer = (
        b"HTTP/1.1 203 Whatever\r\nContent-Length: 2\r\nX-Stay: 1\r\nConnection: X-Hop\r\nX-Hop: gone\r\n"
        b"Keep-Alive: gone\r\nDate: then\r\nContent-Type: text/x\r\n\r\nok"
    )
    front, _ = pair(answer)

    assert front.raw(LAST) == (
        b"HTTP/1.1 203 Non-Authoritative Information\r\nX-Stay: 1\r\nDate: then\r\nContent-Type: text/x\r\n"
        b"X-Ratelimit-Limit: 0\r\nX-Ratelimit-Remaining: 0\r\nX-Ratelimit-Reset: 0\r\n"
        b"Content-Length: 2\r\nConnection: close\r\n\r\nok"
    )


def test_http_1_0_gets_no_chunks(echo):
    got = echo.raw(b"GET /a/chunked/5 HTTP/1.0\r\n\r\n")

    assert got.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"Transfer-Encoding" not in got
    assert len(got.partition(b"\r\n\r\n")[2]) == 5


def test_head_has_a_length_and_no_body(echo):
    answer = echo.ask("HEAD", "/a/bytes/1000")

    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "1000", b"")


def test_trailers_come_through(echo):
    got = echo.raw(b"GET /a/trailers HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")

    assert b"\r\nTrailer: " in got
    assert got.partition(b"\r\n0\r\n")[2].count(b":") == 1


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, len(LAST) - 2])
def test_a_head_may_come_in_two_pieces(pair, size):
    front, back = pair(OK)

    with socket.create_connection(("127.0.0.1", front.port), 10) as made:
        made.sendall(LAST[:size])
        time.sleep(0.05)
        made.sendall(LAST[size:])
        got = rest_of(made)

    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(back.got) == 1


# ---- bodies


@pytest.mark.parametrize("size", [0, 1, 4096, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_a_body_arrives_whole(echo, size):
    body = os.urandom(size)

    seen = echo.ask("POST", "/a/echo", body).json()

    assert (seen["length"], seen["sha256"]) == (size, hashlib.sha256(body).hexdigest())


@pytest.mark.parametrize("size", [0, 1, 15, 4097, 3 << 20])
def test_an_answer_arrives_whole(echo, size):
    answer = echo.get(f"/a/bytes/{size}")

    assert (answer.status, answer.headers["content-length"], len(answer.body)) == (200, str(size), size)


LONG = bytes(range(256)) * 200
"""Longer than what goes through the parser."""
TWO = b"GET /a/1 HTTP/1.1\r\nHost: h\r\n\r\n" + LAST


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: %d\n\n",  # what only Go takes
    ],
)
def test_a_long_answer_comes_through_as_it_is_and_its_connection_serves_again(pair, head):
    front, back = pair(head % len(LONG) + LONG, OK)
    before = back.connections

    got = front.raw(TWO)

    first, second = body_of(got)[: len(LONG)], body_of(got)[len(LONG) :]
    assert first == LONG
    assert second.startswith(b"HTTP/1.1 200 OK\r\n")
    assert second.endswith(b"\r\n\r\nok")
    assert back.connections <= before + 1


def test_what_comes_behind_a_long_answer_is_no_answer(pair):
    front, back = pair(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(LONG) + LONG + OK, OK)
    before = back.connections

    got = front.raw(TWO)

    assert body_of(got)[: len(LONG)] == LONG
    assert got.count(b"HTTP/1.1 200 OK") == 2
    assert len(back.got) == 2
    assert back.connections >= before + 1  # the one that said too much is not asked again


def test_a_long_answer_to_head_has_no_body(pair):
    front, _ = pair(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(LONG) + LONG)

    got = front.raw(LAST.replace(b"GET", b"HEAD"))

    assert b"\r\nContent-Length: %d\r\n" % len(LONG) in got
    assert body_of(got) == b""


def test_a_long_answer_that_breaks_off_is_logged(serve, scripted):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (len(LONG) + 1)
    front = serve([definition("/a/", scripted(head + LONG).url)])

    got = front.raw(LAST)

    assert body_of(got) == LONG
    assert "unexpected EOF" in front.logged("error during body copy")[0]


@pytest.mark.parametrize("size", [20, 40])
def test_gzip_that_the_gateway_asked_for_and_that_breaks_off_is_cut(serve, scripted, size):
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = gzip.compress(os.urandom(100))[:size]
    front = serve([definition("/a/", scripted(head + b"%x\r\n%b\r\n0\r\n\r\n" % (size, piece)).url)])

    front.raw(LAST)

    assert "unexpected EOF" in front.logged("error during body copy")[0]


def test_gzip_that_is_none_is_said_once_and_its_connection_is_not_used_again(pair):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    front, back = pair(head + b"none", OK, config={})

    front.raw(TWO)
    front.logged("access-log", 2)

    assert len(front.logged("error during body copy: gzip: invalid header")) == 1
    assert (len(back.got), back.connections) == (2, 2)


def test_a_body_in_chunks_goes_on_in_chunks(pair):
    front, back = pair()
    head = b"POST /a/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"

    front.raw(head + b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    assert back.got[0].count(b"Transfer-Encoding: chunked\r\n") == 1
    assert b"Content-Length" not in back.got[0]
    assert back.got[0].partition(b"\r\n\r\n")[2] == b"5\r\nabcde\r\n0\r\n\r\n"


def test_a_client_is_told_to_continue(echo):
    with echo.connect() as made:
        head = b"POST /a/echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
        made.sendall(head + b"Connection: close\r\n\r\n")
        told = made.recv(100)
        made.sendall(b"hi")
        answer = rest_of(made)

    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert b'"length": 2' in answer


def test_pieces_are_passed_on_as_they_come(echo):
    with echo.connect() as made:
        made.sendall(b"GET /a/drip/3/0.5 HTTP/1.1\r\nHost: h\r\n\r\n")
        began = time.monotonic()
        first = made.recv(1 << 16)
        while b"\r\n\r\n" not in first or first.endswith(b"\r\n\r\n"):
            first += made.recv(1 << 16)
        early = time.monotonic() - began

    assert b"\r\n0\r\n\r\n" not in first
    assert early < 0.45


def test_a_body_that_is_too_large(pair):
    front, back = pair(config={"http_server_options": {"max_request_body_size": 10}})
    head = b"POST /a/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 11\r\n\r\n"

    got = front.raw(head + b"x" * 11)

    assert got.startswith(b"HTTP/1.1 413 Request Entity Too Large\r\n")
    assert got.endswith(b"Request Entity Too Large\n")
    assert back.got == []


def test_a_websocket(echo):
    head = (
        b"GET /a/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with echo.connect() as made:
        made.sendall(head)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += made.recv(1 << 16)
        frame = b"\x81\x82\x00\x00\x00\x00hi"
        made.sendall(frame)
        back = made.recv(1 << 16)

    assert answer.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in answer
    assert back.endswith(b"hi")


# ---- connections


SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
UPGRADE = b"GET /a/ HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


def test_an_upstream_that_reads_nothing_after_an_upgrade_holds_the_client_up(serve):
    with socket.create_server(("127.0.0.1", 0)) as server:
        front = serve([definition("/a/", f"http://127.0.0.1:{server.getsockname()[1]}/")], WEBSOCKETS)
        client = front.connect()
        client.sendall(UPGRADE)
        back, _ = server.accept()
    with client, back:
        back.recv(1 << 16)
        back.sendall(SWITCHING)
        assert client.recv(1 << 16) == SWITCHING
        client.settimeout(1)
        sent = 0
        with suppress(TimeoutError):
            while sent < 100 << 20:
                sent += client.send(b"z" * (1 << 18))

        assert sent < 100 << 20
        got = 0
        while got < sent:
            got += len(back.recv(1 << 20))
        client.sendall(b"on")
        assert back.recv(100) == b"on"


def test_what_a_client_sends_before_an_upgrade_is_done_goes_on_whole(serve):
    with socket.create_server(("127.0.0.1", 0)) as server:
        front = serve([definition("/a/", f"http://127.0.0.1:{server.getsockname()[1]}/")], WEBSOCKETS)
        client = front.connect()
        client.settimeout(5)
        client.sendall(UPGRADE)
        back, _ = server.accept()
    with client, back:
        back.settimeout(5)
        back.recv(1 << 16)
        early = b"e" * 100_000
        client.sendall(early)
        time.sleep(0.2)
        back.sendall(SWITCHING)
        assert client.recv(1 << 16) == SWITCHING
        client.sendall(b"late")

        got = b""
        while len(got) < len(early) + 4:
            got += back.recv(1 << 16)
        assert got == early + b"late"


def test_connections_are_used_again(pair):
    front, back = pair(OK, OK, OK, config={})
    one = b"GET /a/x HTTP/1.1\r\nHost: h\r\n\r\n"
    with front.connect() as made:
        for _ in range(3):
            made.sendall(one)
            answer = b""
            while not answer.endswith(b"ok"):
                answer += made.recv(1 << 16)

    assert (len(back.got), back.connections) == (3, 1)


def test_requests_in_one_go_are_answered_in_order(echo):
    ask = b"GET /a/echo/%d HTTP/1.1\r\nHost: h\r\n\r\n"

    got = echo.raw(b"".join(ask % number for number in range(5)) + LAST.replace(b"/a/last", b"/a/echo/5"))

    bodies = [
        json.loads(part[part.index(b"{") : part.rindex(b"}") + 1])
        for part in got.split(b"HTTP/1.1 ")[1:]
        if b"{" in part
    ]
    assert [one["target"] for one in bodies] == [f"/echo/{number}" for number in range(6)]


def test_a_connection_that_the_upstream_closed_meanwhile_is_replaced(pair):
    front, back = pair(OK, None, OK, config={})  # the second request finds it closed, and is sent again

    assert [front.get("/a/x").status for _ in range(2)] == [200, 200]
    assert len(back.got) == 3


def test_a_post_is_not_sent_twice(pair):
    front, back = pair(OK, None, OK, config={})

    assert [front.ask("POST", "/a/x", b"once").status for _ in range(2)] == [200, 500]
    assert len(back.got) == 2


def test_a_client_that_reads_nothing_holds_the_upstream_up(echo):
    with socket.socket() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.connect(("127.0.0.1", echo.port))
        made.sendall(b"GET /a/bytes/200000000 HTTP/1.1\r\nHost: h\r\n\r\n")
        time.sleep(1)
        status = Path(f"/proc/{echo.process.pid}/status").read_text()

    resident = int(status.partition("VmRSS:")[2].split()[0])
    assert resident < 120_000  # KB; the answer has 200 MB


def test_a_client_that_reads_nothing_holds_up_its_own_requests_and_no_others(serve, upstream):
    front, most, sent = serve([definition("/a/", upstream)]), 200, 0

    def answered() -> int:
        return sum("/bytes/" in line for line in front.log())

    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", front.port))
        while sent == answered() and sent < most:  # until the kernel takes no more for it
            slow.sendall(b"GET /a/bytes/100000 HTTP/1.1\r\nHost: h\r\n\r\n")
            sent += 1
            until = time.monotonic() + 1
            while answered() < sent and time.monotonic() < until:
                time.sleep(0.005)
            assert front.get("/a/echo").status == 200  # over the connection that brought that answer

        assert 1 < sent < most
        got = 0
        while got < sent * 100_000:
            got += len(slow.recv(1 << 20))

    assert len(front.logged("/bytes/", sent)) == sent


def test_a_long_head_may_wait_for_the_answer_before_it(echo):
    long = b"".join(b"X-%d: %b\r\n" % (index, b"v" * 1000) for index in range(200))
    first = b"GET /a/delay/0.3 HTTP/1.1\r\nHost: h\r\n\r\n"

    with echo.connect() as made:
        made.sendall(first + b"GET /a/echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + long)
        time.sleep(0.4)
        made.sendall(b"\r\n")

        assert rest_of(made).count(b"HTTP/1.1 200 OK\r\n") == 2


def test_a_head_that_never_ends_is_given_up(pair):
    front, _ = pair(config={"http_server_options": {"read_timeout": 1}})
    began = time.monotonic()
    with front.connect() as made:
        made.sendall(b"GET /a/ HTTP/1.1\r\nHost: h\r\n")
        got = b""
        for _ in range(40):
            try:
                made.sendall(b"X: y\r\n")
                made.settimeout(0.1)
                got = made.recv(100)
                break
            except TimeoutError:
                continue
            except ConnectionError:
                break

    assert got == b""
    assert 0.8 <= time.monotonic() - began <= 3


# ---- where one request ends


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /a/ HTTP/1.1\r\n\r\n", b"400 Bad Request: missing required Host header"),
        (b"GET /a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400 Bad Request"),
        (b"GET /a/ HTTP/1.1\r\nHost: a b\r\n\r\n", b"400 Bad Request: malformed Host header"),
        (b"POST /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", b"400 Bad Request"),
        (b"POST /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", b"400 Bad Request"),
        (b"POST /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", b"400 Bad Request"),
        (b"POST /a/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", b"501 Not Implemented"),
        (b"POST /a/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", b"501 Not Implemented"),
        (
            b"POST /a/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"501 Not Implemented",
        ),
        (b"GET /a/ HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n", b"400 Bad Request: invalid header name"),
        (b"GET /a/ HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n", b"400 Bad Request"),
        (b"GET /a/ HTTP/1.1\r\n Host: h\r\n\r\n", b"400 Bad Request"),
        (b"GET /a/ HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", b"400 Bad Request"),
        (b"GET /a/%zz HTTP/1.1\r\nHost: h\r\n\r\n", b"400 Bad Request"),
        (b"GET /a/ HTTP/2.0\r\nHost: h\r\n\r\n", b"505 HTTP Version Not Supported: unsupported protocol version"),
        (b"GET  /a/ HTTP/1.1\r\nHost: h\r\n\r\n", b"400 Bad Request"),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", b"400 Bad Request"),
    ],
)
def test_what_go_refuses_is_refused_in_its_words(pair, head, status):
    front, back = pair()

    got = front.raw(head + LAST)

    assert got.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert got.count(b"HTTP/1.1 ") == 1
    assert back.got == []


@pytest.mark.parametrize(
    ("sent", "bodies"),
    [
        # A length beside chunks: the chunks count, and the length goes no further.
        (
            b"POST /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + ABC,
            b"3\r\nabc\r\n0\r\n\r\n",
        ),
        (
            b"POST /a/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n0\r\n\r\n",
            b"0\r\n\r\n",
        ),
        (b"POST /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (b"POST /a/ HTTP/1.1\r\nHost: h\r\nX: a\r\n folded\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (b"POST /a/ HTTP/1.1\nHost: h\nContent-Length: 3\n\nabc", b"abc"),
        (b"GET /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(INSIDE) + INSIDE, INSIDE),
        (
            b"POST /a/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            b"3\r\nabc\r\n0\r\n\r\n",
        ),
    ],
)
def test_front_and_back_see_the_same_two_requests(pair, sent, bodies):
    front, back = pair(OK, OK)

    got = front.raw(sent + LAST)

    assert got.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert len(back.got) == 2
    assert back.got[1].startswith(b"GET /last HTTP/1.1\r\n")
    head, _, body = back.got[0].partition(b"\r\n\r\n")
    assert head.lower().count(b"content-length:") + head.lower().count(b"transfer-encoding:") == 1
    assert b"\n " not in head
    assert head.count(b"\n") == head.count(b"\r\n")
    assert body == bodies


@pytest.mark.parametrize(
    "body",
    [
        b"3\r\nabcX\r\n0\r\n\r\n",
        b"zz\r\nabc\r\n0\r\n\r\n",
        b"-1\r\nabc\r\n0\r\n\r\n",
        b"0x3\r\nabc\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
    ],
)
def test_chunks_that_are_none_reach_nobody(pair, body):
    front, back = pair(OK)

    got = front.raw(b"POST /a/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body)

    assert got.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"There was a problem with reading Body of the Request." in got
    assert back.got == []


def test_a_body_that_breaks_off_reaches_nobody(pair):
    front, back = pair(OK)
    with front.connect() as made:
        made.sendall(b"POST /a/ HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc")
        made.shutdown(socket.SHUT_WR)
        got = rest_of(made)

    assert got.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert back.got == []


def test_a_header_cannot_be_smuggled_through_a_path(pair):
    front, back = pair(OK)

    got = front.raw(b"GET /a/x%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")

    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert back.got[0].startswith(b"GET /x%0d%0aX-Evil:%201 HTTP/1.1\r\n")


@pytest.mark.parametrize("path", [b"/a/../b/", b"/a/%2e%2e/b/", b"//a/", b"/./b/"])
def test_no_way_around_a_listen_path(pair, path):
    front, back = pair(OK)

    got = front.raw(b"GET " + path + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")

    assert got.startswith(b"HTTP/1.1 301 Moved Permanently\r\n")
    assert back.got == []


@given(st.binary(max_size=200))
def test_any_head_is_read_or_refused(data):
    try:
        head = request_head(b"GET / HTTP/1.1\r\nHost: h\r\n" + data + b"\r\n\r\n")
    except Refused:
        return
    assert all(b"\n" not in name + value and b"\r" not in name + value for name, value in head.headers)
    assert head.length >= 0


def test_a_large_body_leaves_no_file_behind(pair):
    front, back = pair(OK)

    front.ask("POST", "/a/x", b"x" * (3 << 20))

    assert len(back.got[0]) > 3 << 20

    def is_closed() -> bool:
        listing = subprocess.run(
            ["ls", "-l", f"/proc/{front.process.pid}/fd"], capture_output=True, text=True, check=False
        )
        return "fd" not in listing.stderr and "deleted" not in listing.stdout

    eventually(is_closed)
