"""What an upstream sends, read as an answer: its head, pieces of its body, its end.

llhttp (httptools) judges each head. Most answers come with a whole head and a length: their lines are read as they
stand, and the body goes through as it comes. All others llhttp takes apart; a head that it refuses is judged by
`heads`, and llhttp then told the same of the body.
"""

import re
from typing import Protocol

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from gwdiag.gateway.answer_head import CODING, CONNECTION, ENCODING, LENGTH, UNTIL_CLOSED, AnswerHead
from gwdiag.gateway.faults import Fault, broken_answer
from gwdiag.gateway.heads import BadAnswer, Headers, answer_head
from gwdiag.gateway.memo import LineMemo

LARGEST_HEAD = 10 << 20
"""Bytes; net/http's."""
LONG = 1 << 12
"""Bytes of a body that come at once, from which on they are not copied."""
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([2-5][0-9][0-9])(?: [ -~]*)?").fullmatch
NOBODY = object()
"""Whom a parser has nothing to tell that is only asked whether it takes a head."""
HEAD_END = re.compile(rb"\n\r?\n")
NO_HEADERS: Headers = []
BAD_CHUNKS = (
    ("chunk size", "invalid byte in chunk length"),
    ("Chunk size overflow", "http chunk length too large"),
    ("after chunk", "malformed chunked encoding"),
)


def _status(line: bytes) -> int:
    seen = STATUS_LINE(line)
    return int(seen[1]) if seen and seen[1] not in (b"204", b"304") else 0


STATUSES = LineMemo[int](_status)
"""The status of an answer in HTTP/1.1 that has a body, by its first line; 0 for others."""


Whole = tuple[int, AnswerHead, bytes | memoryview]
"""An answer: its status, its head, its body."""


class Taker(Protocol):
    """Who asked, and is told what comes: of a whole answer at once, or piece by piece. `answered` gives the body's
    length: None for chunks, or `UNTIL_CLOSED`; `more` is `body` and `flush` in one."""

    method: str
    now: float

    def whole(self, status: int, head: AnswerHead, body: bytes | memoryview) -> None: ...
    def answered(self, status: int, head: AnswerHead) -> int | None: ...
    def body(self, data: bytes | memoryview) -> None: ...
    def more(self, data: bytes) -> None: ...
    def flush(self) -> None: ...
    def ended(self, trailers: Headers) -> None: ...
    def switched(self, head: bytes, rest: bytes) -> None: ...
    def failed(self, fault: Fault, *, may_repeat: bool) -> None: ...


class AnswerReader:
    """One connection's. `taker` None: nobody wants more of it. `has_begun`: something came, if not yet a whole head.

    `is_done`: the answer is whole; then `is_kept` says whether another may follow, and `has_more` that one did unasked.
    `whole`: all of an answer that the taker has not been told of yet, because it came at once. `left`: bytes of a body
    that goes past the parser.
    """

    __slots__ = (
        "_head",
        "_is_odd",
        "_is_past_parser",
        "_odd_headers",
        "_parser",
        "_unread",
        "has_answered",
        "has_more",
        "is_done",
        "is_kept",
        "is_unframed",
        "left",
        "on_header",
        "taker",
        "whole",
    )

    def __init__(self) -> None:
        self.taker: Taker | None = None
        self._parser: HttpResponseParser | None = None
        self._odd_headers: Headers | None = None
        self._head = AnswerHead()
        self.on_header = self._head.add  # it is called for each header: one call less counts
        self._unread = b""  # of a head that is not whole, or odd
        self._is_odd = self._is_past_parser = False
        self.left = 0
        self.has_answered = self.is_unframed = self.is_done = self.is_kept = self.has_more = False
        self.whole: Whole | None = None

    def begin(self, taker: Taker) -> None:
        """What comes from now on is the answer for the taker."""
        self.taker = taker
        self.has_answered = self.is_unframed = self.is_done = self.has_more = self._is_past_parser = False
        self.left = 0

    def finish(self) -> tuple[Taker, Whole | None]:
        """The answer is done; whose it was, and `whole`."""
        taker, self.taker = self.taker, None
        whole, self.whole = self.whole, None
        assert taker is not None
        if taker.method == "HEAD":
            self._parser = None
        return taker, whole

    @property
    def has_begun(self) -> bool:
        return bool(self._unread)

    @property
    def trailers(self) -> Headers:
        """Those of an answer that is done."""
        return self._head.headers() if self._head.passed else NO_HEADERS

    def feed(self, data: bytes) -> None:
        """Raises Fault for what is no HTTP."""
        if self.has_answered:
            self._feed_body(data)
        elif self._unread or self.taker is None or not self._feed_plain(data, self.taker):
            self._feed_head(data)

    def _feed_plain(self, data: bytes, taker: Taker) -> bool:
        """A whole head with the length of a body, and no more than that behind it; False for everything else."""
        end = data.find(b"\r\n\r\n")
        if end < 0 or taker.method == "HEAD":
            return False
        first, *lines = data[:end].split(b"\r\n")
        status = STATUSES[first]
        if not status:
            return False
        head = AnswerHead()
        head.read(lines)
        noted = head.noted
        if LENGTH not in noted or CODING in noted:
            return False
        if CONNECTION in noted and noted[CONNECTION].lower() != b"keep-alive":
            return False
        try:
            HttpResponseParser(NOBODY).feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            return False
        # The parser takes no line end but this one, no line that goes on in the next, and no second length.
        end += 4
        left = int(noted[LENGTH]) - (len(data) - end)
        if left < 0:
            return False
        body = data[end:] if len(data) < LONG else memoryview(data)[end:]
        self.has_answered = self.is_kept = self._is_past_parser = True
        self.left, self.is_done = left, not left
        if not left and ENCODING not in noted:
            self.whole = status, head, body
            return True
        # Nothing is done with the connection yet: what is packed may turn out to be broken.
        taker.answered(status, head)
        if self.taker is not None and body:
            taker.body(body)
        return True

    def _pass(self, data: bytes | memoryview) -> None:
        """Bytes of a body whose length is known."""
        if len(data) > self.left:
            self.has_more = True
            data = data[: self.left]
        self.left -= len(data)
        self.is_done = not self.left
        if self.taker is not None and data:
            self.taker.body(data)

    def _feed_head(self, data: bytes) -> None:
        if not self._is_odd:
            if self._parser is None:
                self._parser = HttpResponseParser(self)
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                self._switch(self._unread + data, upgrade.args[0] + len(self._unread))
                return
            except HttpParserError as error:
                if self.is_done:
                    self.has_more = True
                    return
                if self.has_answered:
                    raise _bad_body(error) from None
                self._is_odd = True
            if self.has_answered or self.taker is None:
                self._unread = b""
                return
        # Not whole, or nothing for the parser: in either case what came is kept until the head is whole.
        self._unread += data
        if self._unread[0] in b"\r\n":
            raise broken_answer('malformed HTTP response ""')
        if self._is_odd and HEAD_END.search(self._unread):
            data, self._unread, self._is_odd = self._unread, b"", False
            self._feed_odd_head(data)
        elif len(self._unread) > LARGEST_HEAD:
            raise Fault(f"net/http: server response headers exceeded {LARGEST_HEAD} bytes; aborted")

    def _feed_odd_head(self, data: bytes) -> None:
        """What the parser refused, as Go reads it; the parser is then given a head that says the same."""
        seen = HEAD_END.search(data)
        assert seen is not None
        assert self.taker is not None
        try:
            head = answer_head(data[: seen.end()], is_head=self.taker.method == "HEAD")
        except BadAnswer as error:
            raise broken_answer(str(error)) from None
        self._parser = HttpResponseParser(self)
        rest = data[seen.end() :]
        if 100 <= head.status < 200:
            if rest:
                self._feed_head(rest)
            return
        plain = [b"%b %d \r\n" % (head.version, head.status)]
        plain += [b"%b: %b\r\n" % one for one in head.headers if one[0].lower() == b"connection"]
        if head.is_chunked:
            plain.append(b"Transfer-Encoding: chunked\r\n")
            if self.taker.method != "HEAD":
                head.headers[:] = [one for one in head.headers if one[0].lower() != b"content-length"]
        elif head.length >= 0:
            plain.append(b"Content-Length: %d\r\n" % head.length)
        self._odd_headers = head.headers
        try:
            self._parser.feed_data(b"".join(plain) + b"\r\n" + rest)
        except (HttpParserUpgrade, HttpParserError) as error:
            if not self.is_done:
                raise _bad_body(error) from None
            self.has_more = True

    def _feed_body(self, data: bytes) -> None:
        if self._is_past_parser:
            self._pass(data)
            return
        if self._parser is None:  # another protocol, after a 101
            if self.taker is not None:
                self.taker.body(data)
            return
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            raise broken_answer("unexpected upgrade") from None
        except HttpParserError as error:
            if not self.is_done:
                raise _bad_body(error) from None
            self.has_more = True

    def _switch(self, data: bytes, offset: int) -> None:
        """101: from here on it is another protocol."""
        assert self.taker is not None
        self.has_answered = self.is_unframed = True
        self._parser = None
        end = data.find(b"\r\n\r\n") + 4
        self.taker.switched(data[:end], data[max(offset, end) :])

    # ---- what the parser tells

    def on_message_begin(self) -> None:
        if self._head.noted or self._head.passed:
            self._head.clear()
        if self.is_done:  # nobody asked for another
            self.has_more = True

    def on_headers_complete(self) -> None:
        taker, parser = self.taker, self._parser
        if taker is None or parser is None or self.is_done:
            return
        status = parser.get_status_code()
        if status < 200:
            return
        if self._odd_headers is not None:
            self._take_odd_headers(self._odd_headers)
        self.has_answered = True
        length = taker.answered(status, self._head)
        self._head.clear()  # trailers follow
        self.is_kept = parser.should_keep_alive()
        if length is not None:
            self.is_unframed = length == UNTIL_CLOSED
        if taker.method == "HEAD":  # the parser waits for a body that does not come
            self.is_done = True
            self.is_kept = self.is_kept or self.is_unframed

    def _take_odd_headers(self, headers: Headers) -> None:
        """Instead of those that the parser was given in their place."""
        self._odd_headers = None
        self._head.clear()
        for name, value in headers:
            self._head.add(name, value)

    def on_body(self, data: bytes) -> None:
        if self.is_done:
            self.has_more = True
        elif self.taker is not None:
            self.taker.body(data)

    def on_message_complete(self) -> None:
        if self.has_answered and not self.is_done:
            self.is_done = True


def _bad_body(error: Exception) -> Fault:
    words = str(error)
    return Fault(next((text for seen, text in BAD_CHUNKS if seen in words), "malformed chunked encoding"))
