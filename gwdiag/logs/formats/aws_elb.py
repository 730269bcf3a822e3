"""AWS Classic Load Balancer, HTTP and TCP listeners.

Source: AWS documentation, "Access logs for your Classic Load Balancer".
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import (
    address_as_it_is,
    host_of,
    method_and_path,
    milliseconds,
    path_as_it_is,
    status_of,
    word,
)
from gwdiag.logs.formats._aws import class_of, columns, total
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z) \S+ (?P<client>[\d.:a-f]+:\d+) (?P<backend>\S+:\d+|-) "
    r"(?P<before>-?[\d.]+(?:e-\d+)?) (?P<waited>-?[\d.]+(?:e-\d+)?) (?P<after>-?[\d.]+(?:e-\d+)?) "
    r"(?P<status>\d{3}|-) (?P<backend_status>\d{3}|0|-)(?: \d+ \d+(?P<rest> .*)?)?$",
    re.DOTALL,
)


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    status, backend = status_of(seen["status"]), word(seen["backend"])
    waited = milliseconds(seen["waited"], 1000.0)
    asked = columns(seen["rest"] or "")
    method, path = method_and_path(asked[0] if asked else "")
    return Event(
        at=clock.read(seen["at"]),
        kind=Kind.ACCESS,
        claim=_class_of_session(backend, waited)
        if status is None
        else class_of(status, seen["backend_status"], target=backend, waited=waited),
        status=status,
        duration_ms=total(seen["before"], seen["waited"], seen["after"]),
        upstream_ms=waited,
        upstream=backend,
        client=host_of(seen["client"]),
        method=method,
        path=path,
    )


def _class_of_session(backend: str | None, waited: float | None) -> str:
    """A TCP listener has no statuses."""
    if waited is not None:
        return NONE
    return "upstream_connect_failed" if backend else "no_healthy_upstream"


SCAN = Placed(
    templates=(
        (
            "{time} {_} {client}:{-_} {backend} {before} {waited} {after} {status} {backend_status} {-_} {-_}"
            ' "{method} {path} {_}" "{*_}" {_} {_}'
        ),
    ),
    time="time",
    took=Took(field="before+waited+after", unit_ms=1000),
    client="client",
    path="path",
    decides=("method", "status", "backend", "backend_status"),
    failures=True,
    query=True,
    client_of=address_as_it_is,
    path_of=path_as_it_is,
)

AWS_ELB = LogFormat(
    title="AWS Classic Load Balancer",
    read=read,
    scan=SCAN,
    recorded="written after the documentation of AWS Elastic Load Balancing",
    cannot_tell="why a backend that sent no status failed",
)
