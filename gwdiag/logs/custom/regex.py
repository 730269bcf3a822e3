"""A user's own format as a regular expression: what its named groups are called says what they hold."""

import re

from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import (
    host_of,
    method_and_path,
    milliseconds,
    origin,
    path_of,
    status_of,
    word,
)
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.problem import Problem

LONGEST = 1 << 14
"""Characters of a line that the expression gets. It is not ours, and may take very long on a long line."""

UNITS = {"_s": 1000.0, "_ms": 1.0, "_us": 0.001, "_ns": 1e-6}
DURATIONS = {f"{name}{unit}": factor for name in ("duration", "upstream") for unit, factor in UNITS.items()}

WORDS = ("time", "node", "level", "message", "status", "request", "method", "path", "client", "upstream", "api", "flag")
GROUPS = frozenset((*WORDS, "request_id", *DURATIONS))
"""All names that a group may have. `request` is a request line, `GET /a HTTP/1.1`."""


def from_format(pattern: str, name: str) -> LogFormat:
    """The format of lines that the expression matches from their beginning. Raises Problem for one that cannot be used.

    `name` is for messages: where the expression is from.
    """
    try:
        line = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise Problem(f"{name}: no regular expression: {error}") from None
    unknown = sorted(set(line.groupindex) - GROUPS)
    if unknown:
        raise Problem(f"{name}: no group may be called {', '.join(unknown)}; the names are {', '.join(sorted(GROUPS))}")
    if not {"status", "message"} & set(line.groupindex):
        raise Problem(f"{name}: name a group status or message, as in (?P<status>\\d+): without them nothing is told")

    def read(text: str, clock: Clock) -> Event | None:
        seen = line.match(text, 0, LONGEST)
        return _event(seen.groupdict(), clock) if seen else None

    return LogFormat(title=f"your own, from {name}", read=read, recorded="your own")


def _event(groups: dict[str, str | None], clock: Clock) -> Event:
    status, message = status_of(groups.get("status")), word(groups.get("message")) or ""
    method, path = method_and_path(groups.get("request") or "")
    client = word(groups.get("client"))
    path = path_of(word(groups.get("path"))) or path
    failing = bool(message) and claim(message).id != NONE
    about_request = status is None and failing and bool(path or client)
    return Event(
        at=clock.read(groups.get("time") or ""),
        kind=Kind.ACCESS if status is not None else Kind.REQUEST if about_request else Kind.NOTICE,
        level=(groups.get("level") or "").lower(),
        message=message if status is None or failing else "",
        status=status,
        duration_ms=_duration(groups, "duration"),
        upstream_ms=_duration(groups, "upstream"),
        host=word(groups.get("node")),
        api=word(groups.get("api")),
        upstream=origin(word(groups.get("upstream"))),
        client=host_of(client),
        method=word(groups.get("method")) or method,
        path=path,
        flag=word(groups.get("flag")),
        request_id=word(groups.get("request_id")),
    )


def _duration(groups: dict[str, str | None], name: str) -> float | None:
    given = ((groups.get(f"{name}{unit}"), factor) for unit, factor in UNITS.items())
    return next((milliseconds(text, factor) for text, factor in given if text), None)
