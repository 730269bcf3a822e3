"""Traefik's access log in its own common format: combined, then a count, router, server and duration.

Source: doc.traefik.io "Access Logs", `format: common`: `... "<referrer>" "<user agent>" <number of requests>
"<router>" "<server URL>" <duration>ms`. The time is the begin of the request.
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import (
    CLF_MOMENT,
    client_as_it_is,
    host_of,
    method_and_path,
    milliseconds,
    origin,
    path_as_it_is,
    status_of,
    whole,
    word,
)
from gwdiag.logs.formats._traefik import NO_SERVER_SIZE, OWN_SIZES, class_of
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

QUOTED = r'"(?:[^"\\]++|\\.)*+"'
LINE = pattern(
    rf'(\S{{1,512}}(?:, \S{{1,64}}){{0,8}}) - ([^"\[\n]{{1,256}}) \[({CLF_MOMENT}|-)\]'
    r' "((?:[^"\\]++|\\.)*+)" (\d{1,3}|-) (\d++|-)'
    rf' {QUOTED} {QUOTED} (?:\d++|-) "((?:[^"\\]++|\\.)*+)" "((?:[^"\\]++|\\.)*+)" (\d++)ms$'
)


def read(line: str, clock: Clock) -> Event | None:
    if not line.endswith("ms") or not (seen := LINE.match(line)):
        return None
    client, _, begun, request, status_text, size, router, server, took = seen.groups()
    method, path = method_and_path(request)
    status, duration = status_of(status_text), milliseconds(took)
    start = clock.read(begun)
    return Event(
        at=start if start is None or duration is None else start + duration / 1000,
        kind=Kind.ACCESS,
        claim=class_of(whole(status_text), whole(size), router=word(router), server=word(server)),
        status=status,
        duration_ms=duration,
        api=word(router),
        upstream=origin(server),
        client=host_of(client.partition(",")[0]),
        method=method,
        path=path,
    )


SCAN = Placed(
    templates=(
        (
            '{client} - {_} [{time}] "{method} {path} {_}" {status} {#size} "{_}" "{*_}" {#_}'
            ' "{router}" "{server}" {took}ms'
        ),
    ),
    time="time",
    begins=True,
    took=Took(field="took"),
    client="client",
    path="path",
    decides=("method", "status", "router", "server"),
    figures={"size": (*OWN_SIZES.values(), NO_SERVER_SIZE)},
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

TRAEFIK_CLF = LogFormat(
    title="Traefik access log (common)",
    read=read,
    scan=SCAN,
    recorded="recorded: Traefik 3.6.12",
    cannot_tell="why a request failed; 502 and 504 can be a name, a connection or an answer",
    begins_like="combined",
    names_apis=True,
)
