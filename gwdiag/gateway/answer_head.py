"""The head of an upstream's answer: which header lines go on as they came, and which say something here.

Source: RFC 9110 7.6.1 and RFC 9112 6; Tyk 5.14, which writes X-Ratelimit-* lines of its own.
"""

from collections.abc import Iterable

from gwdiag.gateway.fields import name_and_value
from gwdiag.gateway.memo import LineMemo

HOP, LENGTH, CODING, ENCODING, TRAILER, CONNECTION, TYPE, DATE, OTHER = range(9)
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


def _read(line: bytes) -> tuple[int, bytes, bytes] | None:
    name, value = name_and_value(line)
    kind, text = NOTED_HEADERS.get(name.lower(), OTHER), b"%b: %b" % (name, value)
    return None if kind == OTHER and text == line else (kind, value, text)


LINES = LineMemo[tuple[int, bytes, bytes] | None](_read)
"""What a line is to us: its kind, its value, the line as it goes on. None: nothing, it goes on as it came."""


class AnswerHead:
    """`passed`: lines that go on; `noted`: values by kind, the last where there are several.

    One serves all answers of a connection: whoever is given it takes out of it what is needed.
    """

    __slots__ = ("noted", "passed")

    def __init__(self) -> None:
        self.noted: dict[int, bytes] = {}
        self.passed: list[bytes] = []

    def add(self, name: bytes, value: bytes) -> None:
        self.read((b"%b: %b" % (name, value),))

    def read(self, lines: Iterable[bytes]) -> None:
        """Adds them."""
        noted, passed = self.noted, self.passed
        for line in lines:
            known = LINES[line]
            if known is None:
                passed.append(line)
                continue
            kind, value, text = known
            if kind >= PASSED:
                passed.append(text)
            elif kind in JOINED and kind in noted:
                value = b"%b, %b" % (noted[kind], value)
            noted[kind] = value

    def clear(self) -> None:
        self.noted, self.passed = {}, []

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Those that go on."""
        return [name_and_value(one) for one in self.passed]

    def length(self) -> int | None:
        """Of the body: None for chunks, or `UNTIL_CLOSED`."""
        if CODING in self.noted:
            return None
        return int(self.noted[LENGTH]) if LENGTH in self.noted else UNTIL_CLOSED
