"""zerolog's console writer: Traefik 3, cloudflared, other Go programs.

Source: rs/zerolog ConsoleWriter: time, level in three letters, caller and ` > `, message, then the fields, sorted,
the error first. Unless told otherwise the time has no date (`10:34PM`); on a terminal all of it is coloured.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._fields import event
from gwdiag.logs.formats._golang import uncoloured
from gwdiag.logs.formats._logrus import FIELD, unquote
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(\d{1,2}:\d\d(?::\d\d)?[AP]M|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S{0,20}|<nil>) "
    r"(TRC|DBG|INF|WRN|ERR|FTL|PNC) "
    r"(?:[^\s>]{1,256}:\d{1,6} > )?"
    r"(.*)$",
    re.DOTALL,
)
FIRST_FIELD = pattern(r"(?:^|(?<=\s))[A-Za-z_][\w.-]{0,63}=(?=[^\s=])")


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(uncoloured(line))
    if not seen:
        return None
    at, level, rest = seen.groups()
    first = FIRST_FIELD.search(rest)
    fields = _fields(rest[first.start() :]) if first else {}
    message = rest[: first.start()].strip() if first else rest
    return event(fields | {"time": at, "level": level, "msg": message}, clock)


def _fields(text: str) -> dict[str, object]:
    return {key: unquote(quoted) if quoted else bare for key, quoted, bare in reversed(FIELD.findall(text))}


ZEROLOG_CONSOLE = LogFormat(
    title="zerolog on a console (Traefik 3, cloudflared)",
    read=read,
    recorded="recorded: Traefik 3.6.12, zerolog 1.35",
    cannot_tell="of Traefik no router, upstream or duration of a failed request",
)
