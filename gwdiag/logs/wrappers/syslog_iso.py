"""syslog with a full time: `2026-11-20T08:27:15+00:00 host tag[pid]: line` (rsyslog's file format, `-o short-iso`)."""

import re

from gwdiag.logs.wrappers import Unwrapped, Wrapper
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*) "
    r"(?:(\S+) )?(?:[\w./@-]+\[[\w.]+\]:|[a-z][a-z-]*\[\d+\]) (.*)",  # some daemons leave the colon out
    re.DOTALL,
)


def unwrap(line: str) -> Unwrapped | None:
    seen = LINE.fullmatch(line)
    return Unwrapped(seen[3], at=seen[1], host=seen[2]) if seen else None


SYSLOG_ISO = Wrapper(title="syslog with a full time", unwrap=unwrap)
