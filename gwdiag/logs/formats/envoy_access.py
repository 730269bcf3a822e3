"""Envoy's access log as text: its default, Istio's with more columns, Contour's, Gloo's, Emissary's and Kuma's.

Source: Envoy 1.40 documentation, "Default Format String"; istio.io, "Getting Envoy's Access Logs"; releases of Istio up
to 1.8 had one or two quoted columns (Mixer status, transport failure) where later ones have three.
Envoy escapes nothing: a user agent may hold quotes, so those columns are cut from the right.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import first_address, path_as_it_is
from gwdiag.logs.formats._envoy import event
from gwdiag.logs.formats._envoy_words import KNOWN_FLAGS
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

FLAG = "|".join(sorted((flag for flag in KNOWN_FLAGS if flag.isupper()), key=len, reverse=True))

BEGIN = pattern(
    r"(?:ACCESS )?\[(?P<START_TIME>\d{4}[-/]\d\d[-/]\d\d[T ][^\]]{5,30}|\d{10}[.\d]{0,10})\] (?P<mesh>[\w.-]{1,63} )?"
    r'"(?P<method>\S+) (?P<path>\S+) (?:HTTP/[\d.]+|-)" '
    rf"(?P<RESPONSE_CODE>\d{{1,3}}) (?P<RESPONSE_FLAGS>-|(?:{FLAG})(?:,(?:{FLAG}))*+)(?= |$)"
)
"""Up to the flags it is like no other format. A line cut behind them still tells its class."""

FRAGMENT = pattern(
    r'"?(?:(?P<method>[A-Z]{3,10}) (?P<path>\S+)|[^"\[]{0,200}?) HTTP/[\d.]+" '
    rf"(?P<RESPONSE_CODE>\d{{1,3}}) (?P<RESPONSE_FLAGS>(?:{FLAG})(?:,(?:{FLAG}))*+)"
    r'(?= (?:\d|- |"|[a-z_.]+[ {\[(]))'
)
"""The same without its beginning, as people paste it: only with a flag."""

MIDDLE = pattern(
    r'(?: (?P<RESPONSE_CODE_DETAILS>[^\s"\d][^\s"{]*(?:\{[^}"]*\}?)?))?'
    r'(?: (?P<CONNECTION_TERMINATION_DETAILS>[^\s"\d][^\s"]*))?'
    r'(?:(?: "-")? "(?P<UPSTREAM_TRANSPORT_FAILURE_REASON>[^"]*)"?)?'
    r"(?: \d+ \d+ (?P<DURATION>\d+) (?P<SERVICE>\d+|-)(?P<headers> .*)?)?",
    re.DOTALL,
)
"""What stands between the flags and the headers. Details and reason are Istio's."""

REASON = pattern(r'"((?:(?:delayed|immediate)[ _]connect[ _]error|TLS[ _]error)[^"]*)"')
"""The reason of a failed connection, in a column of the user's own behind the usual ones."""


def read(line: str, clock: Clock) -> Event | None:
    seen = BEGIN.match(line) or FRAGMENT.match(line)
    if not seen:
        return None
    values = seen.groupdict()
    values |= {":METHOD": values["method"], ":PATH": values["path"]}
    if middle := MIDDLE.match(line, seen.end()):
        values |= {key: value for key, value in middle.groupdict().items() if value is not None}
        values["X-ENVOY-UPSTREAM-SERVICE-TIME"] = middle["SERVICE"]
        values |= _headers(middle["headers"] or "", is_kuma=bool(values.get("mesh")))
    if "UF" in values["RESPONSE_FLAGS"] and not values.get("UPSTREAM_TRANSPORT_FAILURE_REASON"):
        elsewhere = REASON.search(line, seen.end())
        values["UPSTREAM_TRANSPORT_FAILURE_REASON"] = elsewhere[1] if elsewhere else None
    return event(values, clock)


def _headers(text: str, *, is_kuma: bool) -> dict[str, str]:
    """`"xff" "user agent" "request id" "authority" "upstream host"`, and Istio's six columns behind."""
    first, *others = text.split('" "')
    if not first.startswith(' "') or len(others) < 4:
        return {"X-FORWARDED-FOR": first[2:]} if others else {}
    host, _, after = others[-1].partition('"')
    found = {
        "X-FORWARDED-FOR": first[2:],
        "X-REQUEST-ID": others[2] if is_kuma else others[-3],
        "UPSTREAM_HOST": host,
    }
    match after.split():
        case [cluster, _, _, peer, *more]:
            found |= {"UPSTREAM_CLUSTER": cluster, "DOWNSTREAM_REMOTE_ADDRESS": peer}
            found["ROUTE_NAME"] = more[1] if len(more) > 1 else ""
    return found


REQUESTED = '[{time}] "{method} {path} {protocol}" {status} {flags}'
DEFAULT = ' {-_} {-_} {took} {#service} "{client}" "{*_}" "{_}" "{_}" "{upstream}"'
ISTIO_S = f' {{details}} {{ended}} "{{reason}}"{DEFAULT} {{cluster}} {{_}} {{_}}'

SCAN = Placed(
    templates=(
        f"{REQUESTED}{ISTIO_S} {{_}} {{_}} {{route}}",
        f"{REQUESTED}{ISTIO_S} {{client}}:{{#_}} {{_}} {{route}}".replace('"{client}"', '"-"'),
        f"{REQUESTED}{DEFAULT}",
    ),
    time="time",
    begins=True,
    rounded=True,
    took=Took(field="took"),
    client="client",
    path="path",
    decides=("method", "protocol", "status", "flags", "details", "ended", "reason", "upstream", "cluster", "route"),
    figures={"service": ()},
    failures=True,
    query=True,
    escapes=False,
    client_of=lambda text: first_address(text) if text != "-" else None,
    path_of=path_as_it_is,
)

ENVOY_ACCESS = LogFormat(
    title="Envoy, access log as text (Istio, Contour, Gloo)",
    read=read,
    scan=SCAN,
    recorded="recorded: Envoy 1.40.0; columns of older Istio written after its documentation",
    cannot_tell="the default has no reason of a failed connection, and no cluster; START_TIME with other formats",
)
