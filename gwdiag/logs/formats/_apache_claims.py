"""What messages of Apache httpd stand for, where their words alone would lead astray or say nothing.

Source: the server's sources, modules/ and server/. `AH01102` says what a module was doing, `(104)` before it why that
failed; of TLS it depends on the side, `[client ...]` or `[remote ...]`.
"""

from gwdiag.error_classes import claim
from gwdiag.logs.formats._module_words import claim_of_module
from gwdiag.model.error_class import NONE
from gwdiag.model.pattern import pattern

CLAIMS = {
    NONE: (
        "00558"  # has no server name
        " 01909"  # the server's own certificate is for another name
        " 00959"  # a worker is passed over for a while; why is in the line before
        " 01964 01998"  # a TLS connection was made, and closed
        " 01991 01992 01993 01994 01995"  # a TLS connection ended between requests
    ),
    "bad_client_request": (
        "00126 00127 00128 00130 00135 00524 00550 00560 00561 00562 00563 00565 01264 01382 02031 02032 10244"
    ),
    "body_too_large": "01587 01588",
    "auth_failed": "00035 00037 00038 00529 01276 01614 01623 01629 01630 01631 01790 01794 01797 02219 02229 03295",
    "client_tls_handshake": "01996 02006 02008 02010 02011 02261 02262 02263 10421",
    "tls_cert_expired": "02004",
    "tls_hostname_mismatch": "02005 02411",
    "tls_handshake": "01997 02003 02268",
    "upstream_protocol": "01070 01106 01590 02428 02429 02430 02475 02476 10124",
    "no_healthy_upstream": "00940 01167 01170 01171",
    "gateway_overload": "00161 00484 00934 00941 03490",
    "gateway_internal": "00050 00051 00052 00060 00102",
    "config_error": "00015 00016 00072 00124 00526 00534 00961 01144 01961",
}
BY_NUMBER = {f"AH{number}": claimed for claimed, numbers in CLAIMS.items() for number in numbers.split()}

CERTIFICATE_VERIFICATION = frozenset(("AH02039", "AH02040", "AH02276"))
READING_BODY_OF_CLIENT = frozenset(("AH01095", "AH02608"))
CONNECTING = frozenset(("AH00957", "AH02454"))
SENDING = frozenset(("AH01084", "AH01097", "AH10154"))
READING_BODY_OF_UPSTREAM = "AH01110"

TIMED_OUT = frozenset(("70007", "110"))
ENDED = frozenset(("70008", "70014", "20014"))
"""APR's end of file, incomplete data and "internal error", which it also calls what TLS and filters report."""

INTERNAL = "20014"

HANDSHAKE_OF_A_CLIENT = pattern(
    r"SSL Library Error: .{0,200}(?:http request|peer did not return|no shared cipher|no suitable|unsupported protocol"
    r"|inappropriate fallback|alert (?:unknown ca|bad certificate|certificate (?:unknown|expired)|access denied))"
)
"""What OpenSSL says where the other side began."""

BEGINNINGS = (
    (
        pattern(r"File does not exist: |script (?:'.{0,500}' )?not found|Invalid URI in request"),
        "bad_client_request",
    ),
    (pattern(r"(?:ap_)?core_output_filter: writing data to the network"), "client_canceled"),
)
"""How messages without a number begin whose words would lead astray."""

WORDS = (
    (r"request failed: |URI cannot be parsed|Max-Forwards", "bad_client_request"),
    (r"Connect to remote machine blocked", "auth_failed"),
    (r"server reached MaxClients", "gateway_overload"),
    (r"exit signal ", "gateway_internal"),
    (r"disabled connection for ", "no_healthy_upstream"),
    (r"DNS lookup failure", "dns_failure"),
    (r"Corrupt status line", "upstream_protocol"),
    (r"Timeout on 100-Continue", "upstream_response_timeout"),
    (r"Certificate Verification: ", "tls_handshake"),
    (
        r"Error reading from remote server|pass request body failed|error reading (?:status line|response)",
        "upstream_closed",
    ),
    (r"attempt to connect to ", "upstream_connect_failed"),
)
FALLBACK = tuple((pattern(rf".{{0,200}}(?:{words})"), claimed) for words, claimed in WORDS)
"""What is said without a cause: the second and third message about one failure, and those of 2.2."""


NOT_OF_THE_CONFIGURATION = frozenset(("gateway_out_of_memory", "gateway_fd_exhausted"))
"""What keeps the server from starting beside its configuration."""


def claim_of(said: str, text: str, *, level: str, cause: str, number: str, side: str) -> str | None:
    """The class of a message; None where its words tell it.

    `said` is the message with its cause, `text` without; `cause` is the number in parentheses, `number` the AH number,
    `side` client or remote: all empty where the line has none.
    """
    if level == "emerg":
        worded = claim(said).id
        return worded if worded in NOT_OF_THE_CONFIGURATION else "config_error"
    if level.startswith(("debug", "trace")):
        return NONE
    if (of_module := claim_of_module(text.removeprefix(f"{number}: "))) is not None:
        return of_module
    if side == "client" and number in CERTIFICATE_VERIFICATION:
        return "client_tls_handshake"
    if number in READING_BODY_OF_CLIENT:
        return "bad_client_request" if cause in TIMED_OUT else "client_canceled"
    if number in BY_NUMBER:
        return BY_NUMBER[number]
    if HANDSHAKE_OF_A_CLIENT.match(said):
        return "client_tls_handshake"
    if begun := next((claimed for words, claimed in BEGINNINGS if words.match(text)), None):
        return begun
    return _of_cause(cause, number) or _of_words(said)


def _of_cause(cause: str, number: str) -> str | None:
    if number in CONNECTING:
        return "upstream_connect_failed" if cause in ("2", "11", "13") else None
    if not number or not cause:
        return None
    if cause in TIMED_OUT:
        return "upstream_response_timeout"
    if cause == INTERNAL and number in SENDING:
        return "tls_handshake"  # what TLS reports; a plain connection has the system's own number
    if cause == INTERNAL and number == READING_BODY_OF_UPSTREAM:
        return "upstream_protocol"  # its chunks
    return "upstream_closed" if cause in ENDED else None


def _of_words(said: str) -> str | None:
    if claim(said).id != NONE:
        return None
    return next((claimed for words, claimed in FALLBACK if words.match(said)), None)
