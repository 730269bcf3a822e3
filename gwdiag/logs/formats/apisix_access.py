"""Apache APISIX's access log.

Source: apisix/cli/config.lua, `nginx_config.http.access_log_format`: `$remote_addr - $remote_user [$time_local]
$http_host "$request" $status $body_bytes_sent $request_time "$http_referer" "$http_user_agent" $upstream_addr
$upstream_status $upstream_response_time "$upstream_scheme://$upstream_host$upstream_uri"`; later releases add more.
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import CLF_MOMENT, client_as_it_is, path_as_it_is
from gwdiag.logs.formats._nginx import LIST, event
from gwdiag.logs.formats.combined import client_of_head
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(
    rf'([^\["]{{1,600}}) \[({CLF_MOMENT})\] [^\s"]{{1,300}} "((?:[^"\\]++|\\.)*+)" (\d{{3}}) (?:\d++|-) (\d++\.\d++)'
    r' "(?:[^"\\]++|\\.)*+" "(?:[^"\\]++|\\.)*+"'
    rf' ({LIST}) ({LIST}) ({LIST})(?: "([a-z]+)://[^"]*+"(?: "([0-9a-f-]{{32,36}})")?)?'
)


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    head, at, request, status, took, address, upstream_status, response, scheme, request_id = seen.groups()
    values = {
        "time_local": at,
        "remote_addr": client_of_head(head),
        "request": request,
        "status": status,
        "request_time": took,
        "upstream_addr": address,
        "upstream_status": upstream_status,
        "upstream_response_time": response,
        "upstream_scheme": scheme or "",
        "request_id": request_id or "",
    }
    return event(values, clock)


LINE_OF_ONE_TRY = (
    '{client} - {_} [{time}] {_} "{method} {path} {_}" {status} {#_} {took} "{_}" "{*_}"'
    ' {upstream} {upstream_status} {response} "{scheme}://{_}"'
)

SCAN = Placed(
    templates=(f'{LINE_OF_ONE_TRY} "{{_}}"', LINE_OF_ONE_TRY),
    time="time",
    took=Took(field="took", unit_ms=1000),
    client="client",
    path="path",
    decides=("method", "status", "upstream", "upstream_status", "scheme"),
    plain=("response",),
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

APISIX_ACCESS = LogFormat(
    title="Apache APISIX access log",
    read=read,
    scan=SCAN,
    recorded="recorded: nginx 1.22.1 with APISIX's log_format",
    cannot_tell="no API; whether a connection was made, and so why the upstream failed",
)
