"""The error log of nginx and of what is built on it: OpenResty, Kong, APISIX, ingress-nginx, Tengine, Angie.

Source: nginx.org, "A debugging log" and `error_log`; the message, then `while <what it did>`, then fields. Errors on a
connection to a client are of level info, on one to an upstream of level error. `nginx: [emerg]` is on standard error.
Kong adds `request_id: "..."`; OpenResty `context: ngx.timer` in place of the fields where there is no request.
"""

from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import host_of, method_and_path, word
from gwdiag.logs.formats._nginx_claims import PLUGIN_ENDED_REQUEST, claim_of
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(?:(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) )?"
    r"(?:nginx: )?\[(emerg|alert|crit|error|warn|notice|info|debug)\] (?:(\d{1,10})#\d{1,10}: (?:\*(\d{1,20}) )?)?"
)
ABOUT_CONFIGURATION = pattern(r"nginx: (?:the )?configuration file \S")
LUA_STACK = pattern(r"(?:stack traceback|coroutine \d+):$")
"""OpenResty writes the stack of a Lua error on lines of their own, without a time."""

LEVELS = {"emerg": "fatal", "alert": "fatal", "crit": "fatal", "warn": "warning", "notice": "info"}

FIELDS = pattern(r", (?:client: |context: .*)")
REQUEST = pattern(r', request: "([^"]*+)')
UPSTREAM = pattern(r', upstream: "((?:[a-z]+://)?(?:unix:[^":]++|[^"/]++))')
KONG_REQUEST_ID = pattern(r', request_id: "([0-9a-f]{1,64})"')
PHASE = pattern(r" while ([a-zA-Z/ 0-9]{1,60})$")

MARKS = (
    (pattern(r"(?:nginx|openresty|tengine|angie|freenginx)/\d+\.\d"), Mark.START),
    (pattern(r"signal \d+ \(SIGHUP\) received.{0,40}, reconfiguring"), Mark.RELOAD),
    (pattern(r"signal \d+ \(SIG(?:QUIT|TERM|INT)\) received.{0,40}, (?:shutting down|exiting)"), Mark.SHUTDOWN),
    (pattern(r"upstream server temporarily disabled"), Mark.HOST_DOWN),
    # health checks of Kong and APISIX: the last of so many in a row
    (pattern(r"\[lua\] .{0,200} unhealthy \w+ increment \((\d+)/\1\) for "), Mark.HOST_DOWN),
    (pattern(r"\[lua\] .{0,200} healthy \w+ increment \((\d+)/\1\) for "), Mark.HOST_UP),
)

CUT = frozenset(("reading upstream", "proxying upgraded connection", "sending to client", "sending response to client"))
"""What nginx was doing when the client had its status already."""

CLIENT_S_FAULT = frozenset(("auth_failed", "bad_client_request", "body_too_large", "client_tls_handshake"))

LONGEST = 1000
"""Characters at either end of a message that are looked at: in the middle is what a client sent."""


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if seen is None or not (seen[3] or seen[0].startswith("nginx: ")):
        return _undated(line)
    whole, fields = _parts(line[seen.end() :])
    said = whole if len(whole) <= 2 * LONGEST else whole[:LONGEST] + whole[-LONGEST:]
    level = LEVELS.get(seen[2], seen[2])
    phase = found[1] if (found := PHASE.search(said)) else ""
    id_ = claim_of(said, level=seen[2], phase=phase)
    class_ = id_ or claim(said).id
    request = REQUEST.search(fields)
    upstream = UPSTREAM.search(fields)
    is_request = bool(request or upstream or (seen[4] and "upstream" in phase))
    method, path = method_and_path(request[1]) if request else (None, None)
    kong = KONG_REQUEST_ID.search(fields, max(0, len(fields) - 100))
    return Event(
        at=clock.read(seen[1]) if seen[1] else None,
        kind=Kind.REQUEST if is_request else Kind.NOTICE,
        level=level,
        message=whole,
        claim=id_,
        answers=_answer(said, level, class_, phase) if is_request else None,
        upstream=upstream[1] if upstream else None,
        client=host_of(word(fields.partition(",")[0])),
        method=method,
        path=path,
        mark=_mark(said, seen[2]),
        request_id=f"{seen[3]}*{seen[4]}" if seen[4] else kong and kong[1],
    )


def _undated(line: str) -> Event | None:
    if ABOUT_CONFIGURATION.match(line):
        failed = line.endswith("test failed")
        claimed = "config_error" if failed else NONE
        return Event(at=None, kind=Kind.NOTICE, level="error" if failed else "info", message=line, claim=claimed)
    return Event(at=None, kind=Kind.NOTICE, message=line, claim=NONE) if LUA_STACK.match(line) else None


def _parts(rest: str) -> tuple[str, str]:
    """The message, and the fields behind it from the client's address on."""
    begin = FIELDS.search(rest)
    return (rest[: begin.start()], rest[begin.end() :]) if begin else (rest, "")


def _answer(said: str, level: str, class_: str, phase: str) -> str | None:
    """The kind of status that the client of the request got; None where the request went on."""
    if ended := PLUGIN_ENDED_REQUEST.match(said):
        return f"{ended[2][0]}xx"
    if class_ == NONE or (level == "warning" and not said.startswith("limiting ")):
        return None
    if said.startswith("auth request"):
        return "5xx"
    if phase in CUT or "sent no valid HTTP/1.0 header" in said:  # the latter is passed on with status 009
        return "cut"
    if class_ == "client_canceled":
        return "499" if "upstream" in said else "4xx"
    if said.startswith("upstream timed out"):
        return "504"
    return "4xx" if class_ in CLIENT_S_FAULT else "5xx"


def _mark(said: str, written_level: str) -> Mark | None:
    if written_level == "emerg":
        return Mark.CONFIGURATION
    return next((mark for words, mark in MARKS if words.match(said)), None)


NGINX_ERROR = LogFormat(
    title="nginx error log (also OpenResty, Kong, APISIX, ingress-nginx)",
    read=read,
    recorded="recorded: nginx 1.22.1 with lua-nginx-module 0.10.23",
    cannot_tell="no API, no status, no duration; a client that leaves is only reported at level info",
    begins_like="go_log",
)
