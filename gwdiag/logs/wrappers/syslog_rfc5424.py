"""The newer syslog: `<134>1 2026-11-20T08:27:15.003Z host app 1234 - - line` (RFC 5424 section 6)."""

import re

from gwdiag.logs.wrappers import Unwrapped, Wrapper
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"<\d{1,3}>1 (\S+) (\S+) \S+ \S+ \S+ "
    r"(?:-|(?:\[(?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*\])+)"
    r"(?: \ufeff?(.*))?",
    re.DOTALL,
)


def unwrap(line: str) -> Unwrapped | None:
    seen = LINE.fullmatch(line)
    if not seen:
        return None
    at, host = (None if word == "-" else word for word in seen.group(1, 2))
    return Unwrapped(seen[3] or "", at=at, host=host)


SYSLOG_RFC5424 = Wrapper(title="syslog (RFC 5424)", unwrap=unwrap)
