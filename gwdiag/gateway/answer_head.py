"""The head of an upstream's answer: which header lines go on as they came, and which say something here.

Source: RFC 9110 7.6.1 and RFC 9112 6; Tyk 5.14, which writes X-Ratelimit-* lines of its own.
"""

from gwdiag.gateway.memo import Memo

HOP, LENGTH, CODING, ENCODING, TRAILER, CONNECTION, TYPE, DATE = range(8)
NOTED_HEADERS = {
    **dict.fromkeys((b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization"), HOP),
    **dict.fromkeys((b"te", b"upgrade"), HOP),
    **dict.fromkeys((b"x-ratelimit-limit", b"x-ratelimit-remaining", b"x-ratelimit-reset"), HOP),
    b"content-length": LENGTH,
    b"transfer-encoding": CODING,
    b"content-encoding": ENCODING,
    b"trailer": TRAILER,
    b"connection": CONNECTION,
    b"content-type": TYPE,
    b"date": DATE,
}
JOINED = frozenset({TRAILER, CONNECTION})
PASSED = TYPE
"""Those from here on go on as well."""
UNTIL_CLOSED = -1


KINDS = Memo[bytes, int | None](lambda name: NOTED_HEADERS.get(name.lower()))
"""What a header is to us; None: nothing, it goes on."""


class AnswerHead:
    """`passed`: lines that go on, in fours; `noted`: values by kind, the last where there are several.

    One serves all answers of a connection: whoever is given it takes out of it what is needed.
    """

    __slots__ = ("noted", "passed")

    def __init__(self) -> None:
        self.noted: dict[int, bytes] = {}
        self.passed: list[bytes] = []

    def add(self, name: bytes, value: bytes) -> None:
        kind = KINDS[name]
        if kind is None:
            self.passed += (name, b": ", value, b"\r\n")
            return
        if kind >= PASSED:
            self.passed += (name, b": ", value, b"\r\n")
        elif kind in JOINED and kind in self.noted:
            value = b"%b, %b" % (self.noted[kind], value)
        self.noted[kind] = value

    def clear(self) -> None:
        self.noted, self.passed = {}, []

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Those that go on."""
        return list(zip(self.passed[0::4], self.passed[2::4], strict=True))

    def length(self) -> int | None:
        """Of the body: None for chunks, or `UNTIL_CLOSED`."""
        if CODING in self.noted:
            return None
        return int(self.noted[LENGTH]) if LENGTH in self.noted else UNTIL_CLOSED
