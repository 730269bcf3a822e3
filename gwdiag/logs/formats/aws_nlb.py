"""AWS Network Load Balancer, TLS listeners: one line for each connection.

Source: AWS documentation, "Access logs for your Network Load Balancer".
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import address_as_it_is, host_of, milliseconds, word
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"tls \d\.\d (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) net/\S+ \S+ (?P<client>\S+) (?P<destination>\S+) "
    r"(?P<total>\d+|-) (?P<handshake>\d+|-) (?P<received>\d+|-) \d+ (?P<alert>\S+)(?= |$)"
)


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    return Event(
        at=clock.read(f"{seen['at']}Z"),
        kind=Kind.ACCESS,
        claim="client_tls_handshake" if seen["handshake"] == "-" else NONE,
        duration_ms=milliseconds(seen["total"]),
        client=host_of(seen["client"]),
        detail=f"TLS alert {seen['alert']}" if word(seen["alert"]) else None,
    )


CONNECTION = "tls {#_}.{#_} {time} net/{_} {_} {client}:{#_} {_} {took}"

SCAN = Placed(
    templates=(f"{CONNECTION} - {{#_}} {{-_}} {{_}} {{_}}", f"{CONNECTION} {{-_}} {{#_}} {{-_}} {{_}} {{_}}"),
    anchor="\t",
    time="time",
    took=Took(field="took"),
    client="client",
    failures=True,
    moment_of=lambda text: f"{text}Z",
    client_of=address_as_it_is,
)

AWS_NLB = LogFormat(
    title="AWS Network Load Balancer, TLS listeners",
    read=read,
    scan=SCAN,
    recorded="written after the documentation of AWS Elastic Load Balancing",
    cannot_tell="no request, no target; connections to targets that fail",
)
