"""ingress-nginx's access log: the combined format, then sizes, times and upstreams; often with fields put before it.

Source: kubernetes.github.io/ingress-nginx, "Log format": `... $request_length $request_time [$proxy_upstream_name]
[$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status
$req_id`. Releases before 0.23 leave out the second bracket and the id.
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import client_as_it_is, path_as_it_is
from gwdiag.logs.formats._nginx import LIST, REFUSED_ITSELF, event
from gwdiag.logs.formats.combined import client_of_head
from gwdiag.logs.scan.spec import Placed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(
    r'\{?([^"]{0,600}?) ?\[([^\]"]{10,40})\] "((?:[^"\\]++|\\.)*+)" (?:[^\s"]{1,200} )?(\d{3}) (?:\d++|-)'
    r' "(?:[^"\\]++|\\.)*+" "(?:[^"\\]++|\\.)*+"'
    rf" \d++ (\d++\.\d++|-) \[([^\]\s]*)\](?: \[[^\]\s]*\])? ({LIST}) ({LIST}) ({LIST}) ({LIST})(?: (\S+))?"
)

DEFAULT_BACKEND = "upstream-default-backend"
"""Who answers where no rule of an ingress matches."""

REFUSED = REFUSED_ITSELF | {503: "no_healthy_upstream"}
"""A service without endpoints is answered with 503."""


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    head, at, request, status, took, service, address, length, response, upstream_status, request_id = seen.groups()
    values = {
        "time_local": at,
        "remote_addr": client_of_head(head),
        "request": request,
        "status": status,
        "request_time": took,
        "proxy_upstream_name": service,
        "upstream_addr": address,
        "upstream_response_length": length,
        "upstream_response_time": response,
        "upstream_status": upstream_status.rstrip("}"),
        "request_id": request_id or "",
    }
    found = event(values, clock, refused=REFUSED)
    no_rule = found.status == 404 and service == DEFAULT_BACKEND
    return found._replace(claim="gateway_route_not_found") if no_rule else found


LINE_OF_ONE_TRY = (
    '{client} - {_} [{time}] "{method} {path} {_}" {status} {#_} "{_}" "{*_}"'
    " {-_} {took} [{service}] [{_}] {upstream} {#length} {response} {upstream_status} {_}"
)

SCAN = Placed(
    templates=(LINE_OF_ONE_TRY, LINE_OF_ONE_TRY.replace(" [{_}]", "").removesuffix(" {_}")),
    time="time",
    took=Took(field="took", unit_ms=1000),
    client="client",
    path="path",
    decides=("method", "status", "service", "upstream", "upstream_status"),
    plain=("response",),
    figures={"length": ()},
    failures=True,
    query=True,
    client_of=client_as_it_is,
    path_of=path_as_it_is,
)

INGRESS_NGINX = LogFormat(
    title="ingress-nginx access log",
    read=read,
    scan=SCAN,
    recorded="recorded: nginx 1.22.1 with ingress-nginx's log_format",
    cannot_tell="whether a connection was made, and so why the upstream failed; no path of the service",
    begins_like="combined",
    names_apis=True,
)
