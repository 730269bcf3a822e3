"""A user's own Envoy access log, from its format string (`%START_TIME% %REQ(:METHOD)% ...`) or its JSON format.

Source: Envoy 1.40 documentation, "Access logging": format strings, format dictionaries, command operators.
"""

import json
import re
from collections.abc import Callable, Iterator

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom._template import LONGEST_FORMAT, Field, Part, Template
from gwdiag.logs.custom._times import described
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._envoy import event
from gwdiag.model.event import Event
from gwdiag.model.problem import Problem

OPERATOR = re.compile(r"%([A-Z][A-Z_0-9]*)(?:\(((?:[^()]|\([^()]*\))*)\))?(?::\d+)?%")

OPERATORS = {
    "START_TIME": "START_TIME",
    "PATH": ":PATH",
    "METHOD": ":METHOD",
    "RESPONSE_CODE": "RESPONSE_CODE",
    "RESPONSE_FLAGS": "RESPONSE_FLAGS",
    "RESPONSE_FLAGS_LONG": "RESPONSE_FLAGS",
    "RESPONSE_CODE_DETAILS": "RESPONSE_CODE_DETAILS",
    "CONNECTION_TERMINATION_DETAILS": "CONNECTION_TERMINATION_DETAILS",
    "UPSTREAM_TRANSPORT_FAILURE_REASON": "UPSTREAM_TRANSPORT_FAILURE_REASON",
    "DURATION": "DURATION",
    "UPSTREAM_HOST": "UPSTREAM_HOST",
    "UPSTREAM_REMOTE_ADDRESS": "UPSTREAM_HOST",
    "UPSTREAM_CLUSTER": "UPSTREAM_CLUSTER",
    "UPSTREAM_CLUSTER_RAW": "UPSTREAM_CLUSTER",
    "DOWNSTREAM_REMOTE_ADDRESS": "DOWNSTREAM_REMOTE_ADDRESS",
    "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": "DOWNSTREAM_REMOTE_ADDRESS",
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS": "DOWNSTREAM_REMOTE_ADDRESS",
    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT": "DOWNSTREAM_REMOTE_ADDRESS",
    "ROUTE_NAME": "ROUTE_NAME",
    "GRPC_STATUS": "GRPC_STATUS",
    "GRPC_STATUS_NUMBER": "GRPC_STATUS",
    "STREAM_ID": "X-REQUEST-ID",
}
HEADERS = {
    ":METHOD": ":METHOD",
    ":PATH": ":PATH",
    "X-ENVOY-ORIGINAL-PATH": ":PATH",
    "X-REQUEST-ID": "X-REQUEST-ID",
    "X-FORWARDED-FOR": "X-FORWARDED-FOR",
    "X-ENVOY-UPSTREAM-SERVICE-TIME": "X-ENVOY-UPSTREAM-SERVICE-TIME",
    "GRPC-STATUS": "GRPC_STATUS",
}
SHAPES = {
    "RESPONSE_CODE": r"\d{1,3}|-",
    "RESPONSE_FLAGS": r"[A-Za-z,]+|-",
    "DURATION": r"\d+|-",
    "X-ENVOY-UPSTREAM-SERVICE-TIME": r"\d+|-",
}
DEFAULT_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"

TELLING = frozenset(("RESPONSE_CODE", "RESPONSE_FLAGS", "RESPONSE_CODE_DETAILS"))


def from_format(text: str, name: str) -> LogFormat:
    """The format of lines that Envoy writes with this format. Raises Problem for one that tells nothing.

    `name` is for messages: where the text is from.
    """
    if len(text) > LONGEST_FORMAT:
        raise Problem(f"{name}: a format of over {LONGEST_FORMAT} characters is none of Envoy's")
    dictionary = _dictionary(text)
    read = _of_json(dictionary, name) if dictionary else _of_text(text.rstrip("\n").removesuffix("\\n"), name)
    return LogFormat(title=f"your own Envoy format, from {name}", read=read, recorded="your own")


def _of_text(text: str, name: str) -> Callable[[str, Clock], Event | None]:
    template = Template(list(_parts(text)))
    _check(template.keys, name)

    def read(line: str, clock: Clock) -> Event | None:
        values = template.values(line)
        return event(values, clock) if values else None

    return read


def _of_json(dictionary: dict[str, str], name: str) -> Callable[[str, Clock], Event | None]:
    operators = {key: _key(*seen.group(1, 2)) for key, text in dictionary.items() if (seen := OPERATOR.fullmatch(text))}
    _check({key for key in operators.values() if key}, name)

    def read(text: str, clock: Clock) -> Event | None:
        if not text.startswith("{"):
            return None
        try:
            fields = json.loads(text)
        except (ValueError, RecursionError):
            return None
        found = {key: fields[name] for name, key in operators.items() if key and name in fields}
        if not TELLING & found.keys():
            return None
        return event({key: None if value is None else str(value) for key, value in found.items()}, clock)

    return read


def _check(known: set[str], name: str) -> None:
    if not TELLING & known:
        raise Problem(f"{name}: it has none of %RESPONSE_CODE%, %RESPONSE_FLAGS%, %RESPONSE_CODE_DETAILS%")


def _dictionary(text: str) -> dict[str, str] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _parts(text: str) -> Iterator[Part]:
    at = 0
    for seen in OPERATOR.finditer(text):
        if seen.start() > at:
            yield text[at : seen.start()].replace("%%", "%")
        yield _field(_key(seen[1], seen[2]), seen[2])
        at = seen.end()
    if at < len(text):
        yield text[at:].replace("%%", "%")


def _field(key: str | None, argument: str | None) -> Field:
    if key != "START_TIME":
        return Field(key, SHAPES.get(key or ""))
    if not argument:
        return Field(key, DEFAULT_TIME)
    shape, convert = described(argument) or (None, None)
    return Field(key, shape, convert=convert)


def _key(operator: str, argument: str | None) -> str | None:
    """What an operator holds; None where nobody asks for it."""
    if operator in ("REQ", "RESP", "TRAILER"):
        headers = (argument or "").upper().split("?")
        return next((HEADERS[one.strip()] for one in headers if one.strip() in HEADERS), None)
    return OPERATORS.get(operator)
