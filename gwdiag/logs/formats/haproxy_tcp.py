"""HAProxy's `option tcplog`: a session, not a request. Two letters say who ended it, and when.

Source: HAProxy configuration manual, section 8.2.2.
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import address_as_it_is
from gwdiag.logs.formats._haproxy import ACCEPTED, HEADER, event
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(
    rf"{HEADER}"
    rf"(?P<peer>\S+) \[(?P<t>{ACCEPTED})\] "
    r"(?P<ft>\S+) (?P<b>[^\s/]+)/(?P<s>\S+) +"
    r"-?\d+/-?\d+/(?P<Tt>[+-]?\d+) "  # Tw/Tc/Tt
    r"\+?\d+ "
    r"(?P<ts>[CSPLRIDUKcs-][RQCHDLT-])(?= |$)"
    r"(?: \d+/\d+/\d+/\d+/(?P<rc>\+?\d+) \d+/\d+)?"
)


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    return event({**seen.groupdict(), "ci": seen["peer"].rpartition(":")[0]}, clock) if seen else None


SCAN = Placed(
    templates=(
        (
            "{client}:{#_} [{time}] {_} {backend}/{server} {-_}/{-_}/{took} {-_} {state}"
            " {-_}/{-_}/{-_}/{-_}/{-_} {-_}/{-_}"
        ),
    ),
    anchor="\t",
    time="time",
    begins=True,
    rounded=True,
    took=Took(field="took"),
    client="client",
    decides=("backend", "server", "state"),
    failures=True,
    client_of=address_as_it_is,
)

HAPROXY_TCP = LogFormat(
    title="HAProxy, TCP (option tcplog)",
    read=read,
    scan=SCAN,
    recorded="recorded: HAProxy 2.6.12",
    cannot_tell="no request and no status; no address of a server, only its name; no zone",
)
