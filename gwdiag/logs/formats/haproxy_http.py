"""HAProxy's `option httplog`, and `option httpslog` with its columns behind. Four letters say who ended it, and when.

Source: HAProxy configuration manual, sections 8.2.3, 8.2.4, 8.6 (what is escaped) and 8.8 (captured headers).
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import address_as_it_is, path_as_it_is
from gwdiag.logs.formats._haproxy import ACCEPTED, HEADER, event
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(
    rf"{HEADER}"
    rf"(?:(?P<peer>\S+) \[(?P<tr>{ACCEPTED})\] )?"
    r"(?P<ft>\S+) (?P<b>[^\s/]+)/(?P<s>\S+) +"
    # TR/Tw/Tc/Tr/Ta; some have the total time Tt behind, which `logasap` marks too
    r"-?\d+/-?\d+/-?\d+/(?P<Tr>-?\d+)/(?:-?\d+/)?(?P<Tt>[+-]?\d+) "
    r"(?P<ST>-?\d{1,3}) \+?\d+ \S+ \S+ "
    r"(?P<tsc>[CSPLRIDUKcs-][RQCHDLT-][NIDVEOU-][NIUPRD-])(?= |$)"
    r"(?: \d+/\d+/\d+/\d+/(?P<rc>\+?\d+) \d+/\d+(?P<rest> .*)?)?",
    re.DOTALL,
)

REQUEST = pattern(r'\\?"([^"\\]*)')
"""The only quotes in a line: those inside are written as #22. syslog-ng puts a backslash before them."""


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    values = seen.groupdict()
    values["ci"] = (values["peer"] or "").rpartition(":")[0]
    if asked := REQUEST.search(values["rest"] or ""):
        values["r"] = asked[1]
    return event(values, clock)


SCAN = Placed(
    templates=(
        (
            "{client}:{#_} [{time}] {_} {backend}/{server} {-_}/{-_}/{-_}/{-Tr}/{took} {status} {-_} {_} {_} {state}"
            ' {-_}/{-_}/{-_}/{-_}/{-_} {-_}/{-_} {_}"{method} {path} {_}"'
        ),
    ),
    time="time",
    begins=True,
    rounded=True,
    took=Took(field="took"),
    client="client",
    path="path",
    decides=("backend", "server", "status", "state", "method"),
    figures={"Tr": ()},
    failures=True,
    query=True,
    client_of=address_as_it_is,
    path_of=path_as_it_is,
)

HAPROXY_HTTP = LogFormat(
    title="HAProxy, HTTP (option httplog, httpslog)",
    read=read,
    scan=SCAN,
    recorded="recorded: HAProxy 2.6.12",
    cannot_tell="no address of a server, only its name; no reason of a TLS failure with a server; no zone",
)
