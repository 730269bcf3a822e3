"""Streams shown side by side: `docker compose logs` (`name-1  | line`), `kubectl logs --prefix` (`[pod/x/y] line`)."""

import re

from gwdiag.logs.wrappers import Unwrapped, Wrapper
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(?:\d\d:\d\d:\d\d )?\s*"
    r"(?![\d.]+ )([\w.@-]+)\s+\| (.*)"  # an address is the client of a log with bars between its fields
    r"|\[pod/([^/\]]+)/[^\]]+\] (.*)",
    re.DOTALL,
)


def unwrap(line: str) -> Unwrapped | None:
    seen = LINE.fullmatch(line)
    if not seen:
        return None
    return Unwrapped(seen[2], host=seen[1]) if seen[1] else Unwrapped(seen[4], host=seen[3])


NAMED_STREAM = Wrapper(title="docker compose, kubectl --prefix", unwrap=unwrap)
