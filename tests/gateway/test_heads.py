"""Heads that are read line by line: never otherwise than the parser reads them, and nothing but what it takes."""

import pytest
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from hypothesis import example, given
from hypothesis import strategies as st

from gwdiag.gateway.answer_head import DATE, LENGTH, OTHER, AnswerHead
from gwdiag.gateway.answer_reader import AnswerReader
from gwdiag.gateway.faults import Fault
from gwdiag.gateway.fields import LINES, Fields, name_and_value
from gwdiag.gateway.heads import Refused
from gwdiag.gateway.memo import LONGEST_LINE
from gwdiag.gateway.request import Request, outbound
from gwdiag.gateway.request_reader import RequestReader
from gwdiag.gateway.ways import Way, Ways

NAMES = st.sampled_from(
    (
        b"Host", b"hOst", b"Accept", b"X-A", b"x-a", b"Connection", b"Content-Length", b"Transfer-Encoding", b"Trailer",
        b"X-Forwarded-For", b"User-Agent", b"Date", b"Content-Type", b"Content-Encoding", b"Bad Name", b"", b" Folded",
    )
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from([b"", b"a", b"4", b"0", b"close", b"keep-alive", b"chunked", b"gzip", b"X-A, close", b"\xff"]),
    st.binary(max_size=6),
)
SPACES = st.sampled_from([b"", b" ", b"\t", b"  "])
ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n "])
LINES_OF_HEADS = st.lists(st.tuples(NAMES, SPACES, VALUES, SPACES, ENDS), max_size=6).map(
    lambda parts: b"".join(name + b":" + before + value + after + end for name, before, value, after, end in parts)
)


class Telling:
    """What the parser says of a head."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value.rstrip(b" \t")))


class Asked:
    """A taker that notes all that it is told; of a body the whole."""

    def __init__(self, method: str = "GET") -> None:
        self.method, self.now = method, 0.0
        self.told: list[object] = []
        self.got = b""

    def whole(self, status: int, head: AnswerHead, body: bytes | memoryview) -> None:
        self.answered(status, head)
        self.body(body)
        self.ended([])

    def answered(self, status: int, head: AnswerHead) -> int | None:
        length = head.length()
        self.told.append((status, dict(head.noted), list(head.passed), length))
        return length

    def body(self, data: bytes | memoryview) -> None:
        self.got += data

    more = body

    def flush(self) -> None:
        pass

    def ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        self.told.append(trailers)

    def switched(self, head: bytes, rest: bytes) -> None:
        self.told.append((head, rest))

    def failed(self, fault: Fault, *, may_repeat: bool) -> None:
        self.told.append((fault.text, may_repeat))


def answered(pieces: list[bytes], method: str = "GET") -> tuple[object, ...]:
    """What an answer in these pieces comes to."""
    reader, asked = AnswerReader(), Asked(method)
    reader.begin(asked)
    try:
        for piece in pieces:
            if not reader.is_done:
                reader.feed(piece)
    except Fault as fault:
        return asked.told, asked.got, fault.text
    if reader.is_done and reader.whole is not None:
        asked.whole(*reader.whole)
        asked.told.pop()
    return asked.told, asked.got, reader.is_done, reader.is_done and reader.is_kept, reader.has_more


def nobody(path: str) -> None:
    """Whose a path is."""


@given(LINES_OF_HEADS)
@example(b"Host: a\r\nX-A:\tb \t\r\n")
def test_lines_say_what_the_parser_says_of_whatever_it_takes(lines):
    head = b"GET / HTTP/1.1\r\n" + lines + b"\r\n"
    telling = Telling()
    try:
        HttpRequestParser(telling).feed_data(head)
    except (HttpParserError, HttpParserUpgrade):
        return
    if not head.endswith(b"\r\n\r\n") or head.find(b"\r\n\r\n") != len(head) - 4:
        return  # the reader cuts a head off at its first empty line

    block = head[head.find(b"\r\n") :]
    fields = Fields(block[2:-4].split(b"\r\n") if len(block) > 4 else ())

    assert fields.headers() == telling.headers


@given(LINES_OF_HEADS)
def test_what_the_parser_refuses_is_never_plain(lines):
    head = b"GET / HTTP/1.1\r\nHost: h\r\n" + lines + b"\r\n"
    try:
        HttpRequestParser(object()).feed_data(head)
        is_taken = True
    except (HttpParserError, HttpParserUpgrade):
        is_taken = False

    for _ in range(3):  # a block that came twice is remembered
        try:
            request = RequestReader().plain(head, Ways(nobody))
        except Refused:
            continue
        assert is_taken or request is None


@given(LINES_OF_HEADS, st.binary(max_size=5), st.sampled_from([b"200 OK", b"204 No Content", b"404 ", b"503", b"99 x"]))
@example(b"Content-Length: 4\r\n", b"body", b"200 OK")
@example(b"Content-Length: 4\r\n", b"body!", b"200 OK")
@example(b"Content-Length: 4\r\n", b"bodyHTTP/1.1 200 OK\r\n\r\n", b"200 OK")
@example(b"Content-Length: 4\r\nContent-Length: 4\r\n", b"body", b"200 OK")
@example(b"Connection: X-A\r\nX-A: 1\r\nContent-Length: 2\r\n", b"ok", b"200 OK")
def test_an_answer_is_the_same_in_one_piece_and_in_many(lines, body, status):
    answer = b"HTTP/1.1 " + status + b"\r\n" + lines + b"\r\n" + body

    at_once = answered([answer])

    assert answered([answer[:3], answer[3:]]) == at_once  # a head in two pieces is the parser's


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_answer_that_comes_at_once_is_read_whole(method):
    answer = b"HTTP/1.1 200 OK\r\nServer: s\r\nContent-Length: 2\r\nDate: d\r\nX-Odd:v \r\n\r\n"

    told = answered([answer + b"ok"], method)

    assert told[0] == [(200, {LENGTH: b"2", DATE: b"d", OTHER: b"v"}, [b"Server: s", b"Date: d", b"X-Odd: v"], 2)]
    assert told[1] == (b"ok" if method == "GET" else b"")


def test_a_long_body_goes_past_the_parser_and_ends_where_it_was_announced():
    reader, asked = AnswerReader(), Asked()
    reader.begin(asked)

    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    assert (reader.left, reader.is_done) == (7, False)
    reader.feed(b"defgh")
    reader.feed(b"ijK")

    assert (asked.got, reader.is_done, reader.is_kept, reader.has_more) == (b"abcdefghij", True, True, True)


def test_a_line_is_remembered_as_it_goes_on_and_a_long_one_is_not_kept():
    long = b"Cookie: " + b"x" * LONGEST_LINE

    fields = Fields([b"Accept:*/*", b"X-B: b", b"Range:  0-1 ", long])

    assert fields.start == b"Accept: */*\r\nX-B: b\r\nRange: 0-1\r\n" + long + b"\r\nUser-Agent: Tyk/v5.5.0-dev\r\n"
    assert fields.noted == {b"range": b"0-1"}
    assert LINES[b"X-B: b"] is None
    assert long not in LINES


def test_what_goes_on_is_written_anew_with_the_query_in_the_line():
    reader, ways = RequestReader(), Ways(nobody)
    head = (
        b"GET /a?q=1&%41 HTTP/1.1\r\nhost: h\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\n"
        b"X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-For: 10.0.0.2\r\nUser-Agent: u\r\nAccept-Encoding: br\r\n\r\n"
    )

    request = reader.plain(head, ways)

    assert request is not None
    assert request.wants_close
    assert outbound(request, b"GET /b HTTP/1.1\r\nHost: up\r\n", b"127.0.0.1", b"") == (
        b"GET /b HTTP/1.1\r\nHost: up\r\nAccept-Encoding: br\r\nUser-Agent: u\r\nTe: trailers\r\n"
        b"X-Forwarded-For: 10.0.0.1, 10.0.0.2, 127.0.0.1\r\n\r\n"
    )


def test_fields_are_shared_and_what_a_request_changes_is_its_own():
    reader, ways = RequestReader(), Ways(nobody)
    heads = [b"GET /%d HTTP/1.1\r\nHost: shared.example\r\nX-A: 1\r\n\r\n" % number for number in range(3)]

    requests = [reader.plain(head, ways) for head in heads]

    first, second, third = (one for one in requests if isinstance(one, Request))
    assert second.fields is third.fields
    assert first.fields is not second.fields
    assert [one.way.url.path for one in (first, second, third)] == ["/0", "/1", "/2"]
    third.wants_close = True
    assert not second.wants_close


@pytest.mark.parametrize(
    ("line", "name", "value"), [(b"A:b", b"A", b"b"), (b"A: b:c \t", b"A", b"b:c"), (b"A:", b"A", b"")]
)
def test_a_line_has_a_name_and_a_value(line, name, value):
    assert name_and_value(line) == (name, value)


def test_a_way_is_made_of_a_line_without_its_query_where_an_api_takes_it():
    ways = Ways(nobody)

    led = ways.lead(b"GET /a?b=1 HTTP/1.1")

    assert led is not None
    way, query = led
    assert isinstance(way, Way)
    assert (way.url.query, query) == ("b=1", b"")  # nobody's: what is said of it has all of the line
