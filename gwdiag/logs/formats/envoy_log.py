"""What Envoy says beside its requests, in its own layout and in Istio's; istiod and pilot-agent write the latter too.

Source: Envoy's `--log-format` (`[%Y-%m-%d %T.%e][%t][%l][%n] [%g:%#] %v`), Istio's (time, level, scope and text with
tabs between, `thread=` behind), pkg/log of Istio.
"""

import re

from gwdiag.error_classes import claim
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._envoy import class_of
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind, Mark
from gwdiag.model.pattern import pattern

LEVEL = r"(?P<level>trace|debug|info|warning|warn|error|critical|fatal)"
SOURCE = r"(?:(?:external/|\./)?[\w./-]{1,300}:\d+[ \t]+|\[[^\]\s]{1,300}:\d+\] |[\w./-]{1,300}:\d+\] )?"

OWN = pattern(
    rf"(?:\[Envoy \([^)]{{1,40}}\)\] )?\[(?P<at>\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{{3,6}})\]\[\d+\]\[{LEVEL}\]"
    rf"\[(?P<scope>[\w.-]+)\] {SOURCE}(?P<text>.*)",
    re.DOTALL,
)

ISTIO = pattern(
    rf"(?P<at>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{6}}Z)(?:\t| +(?=\w+(?:\t|  | +envoy )))"
    rf"{LEVEL}(?:\t| {{2,}}| (?=envoy ))\s*"
    r"(?:(?P<scope>envoy \w+|[a-z][\w.-]{0,30})(?:\t+| {2,}| (?=external/|source/|\[)))?"
    rf"{SOURCE}(?P<text>.*)",
    re.DOTALL,
)
FRAGMENT = pattern(rf"{LEVEL}[\t ]+(?P<scope>envoy \w+)[\t ]+{SOURCE}(?P<text>\S.*)", re.DOTALL)
"""Istio's layout without its time, as people paste it."""

HEADER = pattern(r"':?[a-z0-9][\w.-]*', '")
"""A header of a request that Envoy shows at level debug, each on its own line. It may be a secret."""

REQUEST = pattern(r"\s*(?:\[Tags: [^\]]*\]|\[C\d+\](?:\[S\d+\])?) *")
CONNECTION, STREAM = pattern(r'\[C|ConnectionId":"'), pattern(r'\]\[S|StreamId":"')
NUMBER = pattern(r"\d+")
THREAD = pattern(r"\s+thread=\d+\s*$")

LONGEST = 4096
"""Characters of a text that are kept: it may be a whole configuration."""

LEVELS = {"warn": "warning", "critical": "fatal"}
QUIET = frozenset(("trace", "debug", "info"))
AGENT_SCOPES = frozenset(
    ("", "xdsproxy", "sds", "cache", "ca", "citadelclient", "healthcheck", "dns", "security", "ads")
)
"""Those of Istio's own programs. An error of theirs may be of level info."""

BENIGN = pattern(
    r" |gRPC config stream(?: to \S+)? closed(?: since \S+ ago)?: (?:0|13),\s*$"  # the control plane asks to reconnect
    r"|StreamAggregatedResources gRPC config stream(?: to \S+)? closed(?: since \S+ ago)?: (?:0|13),\s*$"
    r"|.{0,80}\b[Dd]eprecated\b|[Tt]here is no configured limit|FLAG: |#\d+: |dns resolution for \S+ completed"
)
"""What is no failure, whatever words are in it. Lists of what was built in are indented."""

REJECTED = r"(?:(?:gRPC|REST) config for \S+|Filesystem config update|[a-z]+: .{0,200} config) rejected"

TROUBLES = (
    (pattern(rf"{REJECTED}|.{{0,400}}\binitializing config|Unable to parse"), "config_error"),
    (
        pattern(r"Caught (?!ENVOY_SIG)\w+|assert failure|.{0,40}script log: .*(?:attempt to|error)"),
        "gateway_internal",
    ),
    (pattern(r"Unable to establish new stream|REST update for \S+ failed"), "upstream_connect_failed"),
    (pattern(r"gRPC config: initial fetch timed out|upstream timeout\b"), "upstream_response_timeout"),
    (pattern(r"overload action \S+ (?:is )?now (?:active|saturated)|.{0,80}stream\w* overflow"), "gateway_overload"),
    (pattern(r"enforced denied|.{0,400}code = Unauthenticated\b"), "auth_failed"),
)
"""What Envoy words in its own way. Where other words tell more (`Too many open files`), those decide."""

ROUTER = pattern(
    r"(?:Sending|Preparing) local reply with details (?P<details>\S+)|Resetting stream due to (?P<late>\w+\{[^}]*\})"
    r"|upstream reset: reset reason: (?P<reset>[^,]*)(?:, transport failure reason: (?P<reason>.*))?"
)
"""What becomes of a request, in the words of the access log's columns."""

DOWNSTREAM = pattern(r"stream reset: reset reason: (?P<reset>connection termination|remote)?")

POOL = pattern(r"client disconnected, failure reason: ?")
"""Envoy's own client, that is its connection to an upstream."""

QUIET_FAILURES = pattern(
    r"upstream timeout|\**no healthy (?:host|upstream)|no (?:route|cluster) match|(?:delayed|immediate) connect error"
    r"|enforced denied|verify cert failed|(?:remote address:\S+?,)?TLS.error|dns resolution (?!for \S+ (?:comp|star))"
    r"|DNS resolution .{0,200}fail|.{0,20}JWT token verification completed with: (?!OK)|.{0,60}overflow"
)
"""Failures that Envoy tells below the level of a warning. Other texts there hold names and settings, in any words."""
AGENT_FAILURES = pattern(r"(?i)\b(?:fail|err(?:or)?\b|unable|refused|denied)")

CONTROL_PLANE = pattern(r"(?:\w+ )?gRPC config stream(?: to \S+)? closed(?: since \S+ ago)?: (?P<code>\d+), ")
GRPC = {"4": "upstream_response_timeout", "7": "auth_failed", "14": "upstream_connect_failed", "16": "auth_failed"}
"""Why the stream to the control plane ended, by gRPC's codes. The words behind may tell more."""

MARKS = (
    (pattern(r"starting main dispatch loop"), Mark.START),
    (pattern(r"caught (?:ENVOY_)?SIG(?:TERM|INT)|shutting down server instance"), Mark.SHUTDOWN),
    (pattern(r"lds: add/update listener|[cl]ds: add(?:ed/updated)? [1-9]"), Mark.RELOAD),
    (pattern(REJECTED), Mark.CONFIGURATION),
)


def read(line: str, clock: Clock) -> Event | None:
    if not (seen := OWN.match(line) or ISTIO.match(line) or FRAGMENT.match(line)):
        return Event(at=None, kind=Kind.NOTICE, level="debug", claim=NONE) if HEADER.match(line) else None
    fields, text = seen.groupdict(), seen["text"][:LONGEST]
    message = THREAD.sub("", text[tags.end() :] if (tags := REQUEST.match(text)) else text)
    level = LEVELS.get(fields["level"], fields["level"])
    return Event(
        at=clock.read(fields["at"]) if fields.get("at") else None,
        kind=Kind.NOTICE,
        level=level,
        message=message,
        claim=_class_of(level, fields["scope"] or "", message),
        detail=fields["scope"],
        mark=next((mark for words, mark in MARKS if words.match(message)), None),
        request_id=_request_id(tags[0]) if tags else None,
    )


def _class_of(level: str, scope: str, message: str) -> str | None:
    """None: an error in words that nobody knows."""
    if BENIGN.match(message):
        return NONE
    if seen := ROUTER.match(message):
        details = seen["details"] or seen["late"] or f"upstream_reset_before_response_started{{{seen['reset']}}}"
        told = {"RESPONSE_CODE_DETAILS": details.replace(" ", "_"), "UPSTREAM_TRANSPORT_FAILURE_REASON": seen["reason"]}
        return class_of(told)
    if downstream := DOWNSTREAM.match(message):
        return "client_canceled" if downstream["reset"] else NONE
    if pool := POOL.match(message):
        return claim(message[pool.end() :]).id
    if level in QUIET and not _is_quiet_failure(scope, message):
        return NONE
    said = claim(message).id
    if said == NONE:
        said = next((id_ for words, id_ in TROUBLES if words.match(message)), NONE)
    if said == NONE and (closed := CONTROL_PLANE.match(message)):
        said = GRPC.get(closed["code"], NONE)
    return None if said == NONE and level not in QUIET else said


def _is_quiet_failure(scope: str, message: str) -> bool:
    if QUIET_FAILURES.match(message):
        return True
    return scope in AGENT_SCOPES and AGENT_FAILURES.search(message) is not None


def _request_id(tags: str) -> str | None:
    """`C12 S34`: connection and stream, however the release writes them."""
    numbers = NUMBER.findall(tags)
    if not numbers or not CONNECTION.search(tags):
        return None
    return f"C{numbers[0]} S{numbers[1]}" if STREAM.search(tags) and len(numbers) > 1 else f"C{numbers[0]}"


ENVOY_LOG = LogFormat(
    title="Envoy, its own messages (also Istio's layout)",
    read=read,
    recorded="recorded: Envoy 1.40.0; Istio's layout written after its documentation",
    cannot_tell="no upstream and no status",
)
