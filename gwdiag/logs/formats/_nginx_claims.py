"""What messages of nginx's error log stand for, where their words alone would lead astray or say nothing.

Source: nginx's sources, src/http, src/event, src/core; those of lua-nginx-module; APISIX's and Kong's Lua files.
"""

from gwdiag.error_classes import claim, of_status
from gwdiag.logs.formats._module_words import claim_of_module
from gwdiag.model.error_class import NONE
from gwdiag.model.pattern import pattern

OF_A_FILE = r'(?:open|openat|stat|lstat|opendir)\(\) ".{0,1500}" failed'
STORE_S_PORT = r":(?:6379|2379|5432|9042)\b"

WORDS = (
    (
        NONE,
        r"(?:limiting|delaying) \w+, dry run",
        "upstream server temporarily disabled",  # the failures before it say why
        r"an? (?:client|upstream) \w+(?: \w+)? is buffered to a temporary file",
        r"client \S+ closed (?:keepalive|idle) connection",
        '"ssl_stapling" ignored',
        "could not allocate new session",  # of the cache of TLS sessions: the next handshake is a whole one
        r"\**\d* ?open socket #\d+ left in connection",
        r"(?:unlink|rename|rmdir)\(\) .{0,1500} failed \(2: ",
    ),
    (
        "client_tls_handshake",
        "client sent no required SSL certificate",
        "client sent plain HTTP request to HTTPS port",
        "client (?:prematurely )?closed connection while SSL handshaking$",
        r"SSL_\w+\(\) failed.{0,300} while (?:sending (?:response )?to client|closing request|reading client)",
        r"\[lua\].{0,200}failed to (?:match any SSL certificate|find SNI)",
    ),
    ("body_too_large", "client intended to send too large (?:chunked )?body"),
    (
        "client_canceled",
        "client (?:canceled|terminated|prematurely closed) (?:stream|connection)",
        "client timed out .{0,60}while sending",
    ),
    (
        "bad_client_request",
        "client (?:sent|attempted|intended to send|violated|exceeded) ",
        "http2 flood detected",
        rf"{OF_A_FILE} \((?:2|20|36|40): ",
        r'".{0,1500}" is not found \(\d+: ',
    ),
    ("auth_failed", "no user/password was provided", rf"{OF_A_FILE} \((?:1|13): "),
    (
        "config_error",
        "rewrite or internal redirection cycle",
        'invalid (?:URL prefix|port|host) in (?:upstream )?"',
        "no (?:port|host|resolver defined)",
        "zero length URI to proxy|could not find named location",
    ),
    ("upstream_5xx", "auth request unexpected status: 5"),
    (
        "gateway_internal",
        "auth request unexpected status",
        r"failed to run \w+_by_lua",
        r"[\w ]{1,60} \d+ exited with fatal code",
    ),
    ("upstream_reset", "upstream rejected request with error"),
    ("upstream_closed", "upstream sent goaway with error"),
    ("upstream_protocol", "upstream (?:sent|violated) (?!.{0,1500}, ignored)"),
    # a TLS connection that ended without saying so is an end of file like any other
    ("upstream_closed", r"SSL_(?:read|write)\(\) failed .{0,300}unexpected eof.{0,100} while .{0,60}\bupstream"),
    ("upstream_connect_failed", r"connect\(\) to unix:.{0,200} failed \((?:2|11|13): "),
    (
        "no_healthy_upstream",
        r"\[lua\].{0,300}(?:failed to pick server|failure to get a peer|no (?:valid )?targets? available)",
    ),
    ("gateway_overload", "lua tcp socket queued connect timed out", r"\d+ lua_max_\w+_timers are not enough"),
    (
        "storage_down",
        rf"lua tcp socket connect timed out, when connecting to \S+{STORE_S_PORT}",
        r"\[lua\].{0,200}update endpoint: \S{1,200} to unhealthy",  # etcd's
    ),
    ("upstream_dial_timeout", "lua tcp socket connect timed out"),
    ("upstream_response_timeout", r"lua \w+ socket (?:read|send|write) timed out"),
)
RULES = tuple((pattern("|".join(f"(?:{one})" for one in words)), claimed) for claimed, *words in WORDS)

UNEXPLAINED = (
    ("upstream_connect_failed", r"connect\(\) "),
    ("no_healthy_upstream", r"\[lua\].{0,300}(?:no peer was returned|no host allowed|failed to get new upstream)"),
    ("dns_failure", r"\[(?:lua|kong)\].{0,300}dns/balancer resolve"),
    ("gateway_internal", "attempt to (?:send|receive) data on a closed socket"),
)
LAST_RULES = tuple((pattern(words), claimed) for claimed, words in UNEXPLAINED)
"""What a message says that has no words of a class."""

PLUGIN_ENDED_REQUEST = pattern(r"\[lua\] .{0,300}?(\w[\w-]*) exits with (?:http )?status code (\d{3})")
REFUSALS = (
    ("limit-", "rate_limited"),
    ("api-breaker", "circuit_open"),
    ("client-control", "body_too_large"),
    ("traffic-split", "no_healthy_upstream"),
)
"""APISIX's plugins whose refusals are not told by their status."""

ON_A_CLIENT_S_CONNECTION = pattern(r"(?:recv|send|readv|writev|sendfile|sendmsg|SSL_\w+)\(\) failed ")
BETWEEN_REQUESTS = frozenset(("waiting for request", "keepalive"))

MAY_BE_QUIET = frozenset(
    ("client_canceled", "client_tls_handshake", "bad_client_request", "body_too_large", "rate_limited", "auth_failed")
)
"""What nginx reports at level info or notice although a request failed: what is the client's doing."""

NOT_OF_THE_CONFIGURATION = frozenset(("gateway_out_of_memory", "gateway_fd_exhausted"))
"""What keeps nginx from starting beside its configuration."""


def claim_of(said: str, *, level: str, phase: str) -> str | None:
    """The class of a message; None where its words tell it, NONE for what failed nobody.

    `level` as nginx writes it; `phase`: what it was doing, the words after `while`.
    """
    if level == "emerg":
        worded = claim(said).id
        return worded if worded in NOT_OF_THE_CONFIGURATION else "config_error"
    if level == "debug":
        return NONE
    if level in ("info", "notice"):
        return _of_quiet(said, phase)
    if ended := PLUGIN_ENDED_REQUEST.match(said):
        return _of_plugin(ended[1], int(ended[2]))
    return claim_of_module(said) or _by_rule(said)


def _of_quiet(said: str, phase: str) -> str:
    if "[lua]" in said or (phase in BETWEEN_REQUESTS and "SSL" not in said):
        return NONE
    id_ = _by_rule(said)
    if id_ is None and ON_A_CLIENT_S_CONNECTION.match(said):
        id_ = "client_tls_handshake" if said.startswith("SSL") else "client_canceled"
    id_ = id_ or claim(said).id
    # An idle websocket that is given up is reported at level info too.
    return id_ if id_ in MAY_BE_QUIET or said.startswith("upstream timed out") else NONE


def _by_rule(said: str) -> str | None:
    by_words = next((claimed for words, claimed in RULES if words.match(said)), None)
    if by_words or claim(said).id != NONE:
        return by_words
    return next((claimed for words, claimed in LAST_RULES if words.match(said)), None)


def _of_plugin(name: str, status: int) -> str:
    known = next((claimed for begin, claimed in REFUSALS if name.startswith(begin)), None)
    return known or ("gateway_internal" if status >= 500 else of_status(status).id)
