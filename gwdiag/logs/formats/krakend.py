"""KrakenD's application log, in the layouts of its own logger and of krakend-gologging.

Source: luraproject/lura logging (`2026/11/20 08:37:48 KRAKEND ERROR: [ENDPOINT: /x] ...`) and router/gin (what is
said); krakend-gologging (`[KRAKEND] 2026/11/20 - 08:37:48.118 ▶ ERROR ...`). Its `logstash` layout is JSON.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._fields import level_of
from gwdiag.logs.formats._golang import KRAKEND_S, peer, uncoloured
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

DATE, TIME = r"\d{4}/\d\d/\d\d", r"\d\d:\d\d:\d\d(?:\.\d{1,6})?"
BASIC = pattern(rf"({DATE}) ({TIME}) {KRAKEND_S}", re.DOTALL)
GOLOGGING = pattern(
    rf"(?:[^\s\d]\S{{0,63}})?\s*({DATE}) - ({TIME}) [▶>] *([A-Z]{{4,8}}):? +(.*)$",
    re.DOTALL,
)
ENDPOINT = pattern(r"\[ENDPOINT: ([^\]]{1,512})\]")

LEVELS = {"DEBU": "debug", "WARN": "warning", "ERRO": "error", "CRIT": "fatal"}
"""Older releases cut the words."""

FAILED_BACKEND = "Call to backend failed"


def read(line: str, clock: Clock) -> Event | None:
    text = uncoloured(line)
    seen = BASIC.match(text) or GOLOGGING.match(text)
    if not seen:
        return None
    day, time, level, message = seen.groups()
    endpoint = ENDPOINT.match(message)
    is_failure = endpoint is not None and level.startswith(("ERR", "CRIT"))
    path = endpoint[1] if endpoint else None
    return Event(
        at=clock.read(f"{day} {time}"),
        kind=Kind.REQUEST if is_failure else Kind.NOTICE,
        level=LEVELS.get(level[:4]) or level_of(level),
        message=message,
        answers="5xx" if is_failure else None,
        upstream=peer(message),
        # One with parameters is a pattern, and no request's path.
        path=path if path and not re.search(r"[:{*]", path) else None,
    )


KRAKEND = LogFormat(
    title="KrakenD, application log",
    read=read,
    recorded="recorded: lura 2.9 and krakend-gologging 2.0, its libraries; errors of endpoints after KrakenD's source",
    begins_like="go_log",
    cannot_tell="no zone; no status and no duration, which gin's line of the same request has",
)
