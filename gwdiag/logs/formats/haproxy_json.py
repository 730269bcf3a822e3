"""HAProxy with a `log-format` of JSON. It has none of its own, so the keys are the user's: those in use, by meaning.

A value that is a termination state is what tells such a line from other JSON.
"""

import json
import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import address_as_it_is, path_as_it_is
from gwdiag.logs.formats._haproxy import HEADER, event
from gwdiag.logs.scan.spec import Keyed, Took
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

BEGIN = pattern(rf"{HEADER}(?=\{{)")
HINT = pattern(r'"\w*(?:term|tsc|session_state)\w*"\s*:\s*"[CSPLRIDUKcs-][RQCHDLT-]', re.IGNORECASE)
STATE = pattern(r"[CSPLRIDUKcs-][RQCHDLT-](?:[NIDVEOU-][NIUPRD-])?")
STATE_KEY = pattern(r"term\w*|tsc|session_state")
PREFIX = pattern(r"^(?:haproxy|hap|http)_")

KEYS = {
    "ci": ("client_ip", "client", "client_address", "src", "src_ip", "source_ip", "remote_addr"),
    "tr": ("request_date", "accept_date", "timestamp", "time", "date", "datetime", "time_local"),
    "ft": ("frontend", "frontend_name", "fe_name"),
    "b": ("backend", "backend_name", "be_name"),
    "s": ("server", "server_name", "backend_server", "srv_name"),
    "ST": ("status", "status_code", "response_code", "code"),
    "Tr": ("tr", "response_time", "upstream_response_time", "server_response_time", "time_server_response"),
    "Ta": ("ta", "tt", "total_time", "session_duration", "active_time", "duration", "request_time", "time_active"),
    "rc": ("retries", "rc"),
    "r": ("request", "request_line"),
    "HM": ("method", "request_method", "verb"),
    "HU": ("uri", "path", "request_uri", "url"),
    "ID": ("unique_id", "request_id"),
}
VARIABLES = {key: variable for variable, keys in KEYS.items() for key in keys}


def read(line: str, clock: Clock) -> Event | None:
    seen = BEGIN.match(line)
    if not seen or not HINT.search(line):
        return None
    try:
        fields = json.loads(line[seen.end() :])
    except (ValueError, RecursionError):
        return None
    values: dict[str, str | None] = {}
    for name, value in fields.items():
        key = PREFIX.sub("", name.lower())
        if STATE_KEY.fullmatch(key) and isinstance(value, str) and STATE.fullmatch(value):
            values["tsc"] = value
        elif (variable := VARIABLES.get(key)) and isinstance(value, (str, int)):
            values.setdefault(variable, str(value))
    return event(values, clock) if "tsc" in values and {"b", "s", "ST"} & values.keys() else None


def _name_of(key: str) -> str:
    key = PREFIX.sub("", key.lower())
    return "tsc" if STATE_KEY.fullmatch(key) else VARIABLES.get(key, key)


SCAN = Keyed(
    json=True,
    time="tr",
    begins=True,
    rounded=True,
    took=Took(field="Ta"),
    client="ci",
    path="HU",
    request_line="r",
    decides=("tsc", "ST", "b", "s", "HM", "method"),
    figures={"Tr": ()},
    failures=True,
    query=True,
    name_of=_name_of,
    client_of=address_as_it_is,
    path_of=path_as_it_is,
)

HAPROXY_JSON = LogFormat(
    title="HAProxy, a log-format of JSON",
    read=read,
    scan=SCAN,
    recorded="recorded: HAProxy 2.6.12",
    cannot_tell="what keys of other names hold",
)
