"""What HAProxy says beside its requests: servers up and down, connections that failed, its master, its configuration.

Source: HAProxy configuration manual, sections 8.2.1 (`Connect from`), 8.2.5 (connection errors) and fc_err_str (their
words); management guide, section 4 (master and workers). Most come by syslog as bare texts, and on stderr behind
`[WARNING]  (7321) : `.
"""

import re
from typing import NamedTuple

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._haproxy import ACCEPTED, HEADER, client_of
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.pattern import pattern

PEER = rf"{HEADER}(?P<peer>\S+) \[(?P<at>{ACCEPTED})\] "

CONNECTION = pattern(rf"{PEER}[^\s/]+/[^\s:]+: (?P<text>[A-Z].*)", re.DOTALL)
"""A connection that came to no request: client, accept time, frontend/listener, the reason."""

CODED = pattern(rf"{PEER}\S+ \d+/\d+ (?P<code>\d+)/[0-9A-Fa-f]+/\d+/\d+/[01] \S*/\S*/\S*$")
"""The same by the `error-log-format` that the manual proposes: the reason is a number."""

LEVELLED = pattern(
    rf"(?:\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S* +)?{HEADER}"
    r"\[(?P<level>ALERT|EMERG|WARNING|NOTICE|INFO|DIAG)\] +(?:\d{3}/\d{6} )?\(\d+\) : (?P<text>.*)",
    re.DOTALL,
)
BARE = pattern(rf"{HEADER}(?P<text>[A-Za-z/'].*)", re.DOTALL)

LEVELS = {"ALERT": "fatal", "EMERG": "fatal", "WARNING": "warning", "DIAG": "debug"}

LONGEST = 2048
"""Characters of a text that are looked at. HAProxy cuts its own lines at 1024, or where `log ... len` says."""


class Notice(NamedTuple):
    """One thing that HAProxy says. `id` None: its reason decides."""

    words: re.Pattern[str]
    level: str
    id: str | None
    mark: Mark | None = None


def _notice(words: str, level: str, id_: str | None, mark: Mark | None = None) -> Notice:
    return Notice(pattern(words), level, id_, mark)


SERVER = r"(?:Backup )?[Ss]erver (?P<server>[^\s/]+/\S+) (?:\('[^']*'\) )?"
PROXY = r"(?:frontend|backend|proxy|listener|Proxy)"

NOTICES = (
    _notice(rf"{SERVER}is DOWN\b", "error", None, Mark.HOST_DOWN),
    _notice(rf"{SERVER}is going DOWN for maintenance", "error", None, Mark.HOST_DOWN),
    _notice(rf"{SERVER}is UP\b", "info", NONE, Mark.HOST_UP),
    _notice(rf"{SERVER}(?:is|enters|remains|was)\b", "info", NONE),
    _notice(
        r"(?:Health|Agent) check for (?:backup )?server (?P<server>\S+) (?:conditionally )?succeeded", "info", NONE
    ),
    _notice(r"(?:Health|Agent) check for (?:backup )?server (?P<server>\S+) failed", "error", None),
    _notice(rf"{PROXY} (?P<server>\S+) has no server available!", "fatal", "no_healthy_upstream"),
    _notice(r"[^\s/]+/\S+ changed its (?:IP|FQDN)", "info", NONE),
    _notice(
        rf"(?:Cannot bind to (?:tproxy )?source address before|Connect\(\) failed for {PROXY} )",
        "fatal",
        "gateway_port_exhausted",
    ),
    _notice(r"Proxy \S+ reached (?:system|process) FD limit", "fatal", "gateway_fd_exhausted"),
    _notice(r"Proxy \S+ reached system memory limit", "fatal", "gateway_out_of_memory"),
    _notice(
        r"Proxy \S+ reached the configured maximum|socket\(\): not enough free sockets", "fatal", "gateway_overload"
    ),
    _notice(r"Proxy \S+ (?:cannot create a server socket|has insufficient permissions)", "fatal", None),
    _notice(r"Proxy \S+ started\b", "info", NONE, Mark.RELOAD),
    _notice(r"Proxy \S+ (?:hard-)?stopped\b", "warning", NONE, Mark.SHUTDOWN),
    _notice(rf"(?:Stopping|Paus\w+|Resum\w+|Enabl\w+|Disabl\w+) {PROXY} ", "warning", NONE),
    _notice(
        r"(?:New worker (?:#\d+ )?\(\d+\) forked|Re-?executing Master|Reloading HAProxy)", "info", NONE, Mark.RELOAD
    ),
    _notice(r"(?:Exiting Master process|All workers exited)", "warning", NONE, Mark.SHUTDOWN),
    _notice(r"(?:Former|Current) worker .{0,60}exited with code (?:0|130|143)\b", "warning", NONE),
    _notice(
        r"(?:(?:Former|Current) worker .{0,60}exited with code|A worker process unexp)", "fatal", "gateway_internal"
    ),
    _notice(r"Thread \d+ is about to kill the process", "fatal", "gateway_internal"),
    _notice(r"Blocking cacheable cookie in response", "fatal", "upstream_protocol"),
    _notice(r"DNS : section '[^']*': can't ", "fatal", "dns_failure"),
    _notice(r"Connect (?:from \S+ to \S+|from unknown source|to unix:\d+) ?.*\(\S+/(?:HTTP|TCP)\)", "info", NONE),
    _notice(r"(?:Scheduling a soft-stop|soft-stop running for too long|Some tasks resisted)", "warning", NONE),
)

STATES = {
    "DNS NX status": "dns_not_found",
    "DNS timeout status": "dns_timeout",
    "DNS refused status": "dns_failure",
    "unspecified DNS error": "dns_failure",
    "No IP for server": "dns_failure",
}
MAINTENANCE = pattern(r"for maintenance \(([^)]*?) ?\)")

REASON = pattern(r', reason: (?P<reason>[^,."]+)(?:, code: (?P<code>\d+))?(?:, info: "(?P<info>[^"]*)")?')
REASONS = {
    "Layer4 timeout": "upstream_dial_timeout",
    "Layer6 timeout": "tls_handshake",
    "Layer7 timeout": "upstream_response_timeout",
    "Layer7 invalid response": "upstream_protocol",
    "External check timeout": "upstream_response_timeout",
}
"""Why a check failed. Those that are not here have their reason in the words behind."""
WORDLESS = {"Layer4 connection problem": "upstream_connect_failed", "Layer6 invalid response": "tls_handshake"}

BY_HAND = pattern(r"is DOWN, changed from |, agent|entry removed from SRV record")
NONE_LEFT = "0 active and 0 backup servers left"

FAILED_CONNECTIONS = {
    1: "gateway_overload",
    2: "gateway_fd_exhausted",
    3: "gateway_fd_exhausted",
    4: "gateway_out_of_memory",
    27: "gateway_overload",
    28: "gateway_out_of_memory",
}
"""What `fc_err` stands for. 11 to 23 are about the header that a balancer in front puts before the request."""
NO_PROXY_HEADER = range(11, 24)

CONNECTION_WORDS = (
    (pattern(r"Too many SSL connections|configured maxconn"), "gateway_overload"),
    (pattern(r"Too many sockets"), "gateway_fd_exhausted"),
    (pattern(r"Out of (?:memory|system buffers)"), "gateway_out_of_memory"),
    (pattern(r"PROXY protocol|NetScaler"), "bad_client_request"),
    (pattern(r"SSL|TLS"), "client_tls_handshake"),
)

UNRESOLVED = pattern(r"could not resolve address|Failed to initialize server")
ABOUT_LOGGING = pattern(r"(?:sendmsg|sendto|writev)\S* failed in? ?logger")


def read(line: str, clock: Clock) -> Event | None:
    if line[-1:].isspace() or len(line) > LONGEST:
        line = line[:LONGEST].rstrip()
    return _connection(line, clock) or _levelled(line, clock) or _bare(line)


def _connection(line: str, clock: Clock) -> Event | None:
    if seen := CONNECTION.match(line):
        message, known = seen["text"], (id_ for words, id_ in CONNECTION_WORDS if words.search(seen["text"]))
        id_ = next(known, "bad_client_request")
    elif seen := CODED.match(line):
        code = int(seen["code"][:9])
        message = f"connection error {code}" if code else ""
        refused = "bad_client_request" if code in NO_PROXY_HEADER else "client_tls_handshake"
        id_ = FAILED_CONNECTIONS.get(code, refused) if code else NONE
    else:
        return None
    client = client_of(seen["peer"].rpartition(":")[0])
    at = clock.read(seen["at"])
    return Event(at=at, kind=Kind.NOTICE, level="info", message=message, claim=id_, client=client)


def _levelled(line: str, clock: Clock) -> Event | None:
    if not (seen := LEVELLED.match(line)):
        return None
    level, text = LEVELS.get(seen["level"], "info"), seen["text"]
    dated = line[: seen.start("level") - 1].rstrip()
    at = clock.read(dated) if dated else None
    if event := _known(text):
        return event._replace(at=at, level=level)
    return Event(at=at, kind=Kind.NOTICE, level=level, message=text, claim=_class_of_other(level, text))


def _bare(line: str) -> Event | None:
    seen = BARE.match(line)
    return _known(seen["text"]) if seen else None


def _known(text: str) -> Event | None:
    for words, level, id_, mark in NOTICES:
        if seen := words.match(text):
            server = seen.groupdict().get("server")
            return Event(
                at=None,
                kind=Kind.NOTICE,
                level=level,
                message=text,
                claim=id_ or _class_by_reason(text),
                upstream=server.strip("'") if server else None,
                mark=mark,
            )
    return None


def _class_by_reason(text: str) -> str:
    """Why a server is down, or its check failed."""
    if maintenance := MAINTENANCE.search(text):
        return STATES.get(maintenance[1], NONE)
    if seen := REASON.search(text):
        return _class_of_check(seen["reason"], seen["code"], seen["info"] or "")
    if "for maintenance" in text or BY_HAND.search(text):
        return NONE
    said = claim(text).id
    if said != NONE:
        return said
    return "no_healthy_upstream" if NONE_LEFT in text else "upstream_connect_failed"


def _class_of_check(reason: str, code: str | None, info: str) -> str:
    if reason in REASONS:
        return REASONS[reason]
    if code and code.startswith(("4", "5")):
        return of_status(int(code), upstream_answered=True).id
    said = claim(f"{reason}: {info}").id
    return said if said != NONE else WORDLESS.get(reason, "upstream_connect_failed")


def _class_of_other(level: str, text: str) -> str:
    """Alerts stop a process or keep it from starting, most often for its configuration; the rest harms nobody."""
    if UNRESOLVED.search(text):
        return "config_error"
    if level != "fatal" or ABOUT_LOGGING.search(text):
        return NONE
    said = claim(text).id
    return said if said != NONE else "config_error"


HAPROXY_LOG = LogFormat(
    title="HAProxy, its own messages",
    read=read,
    recorded="recorded: HAProxy 2.6.12",
    cannot_tell="no time where syslog did not put one in front",
)
