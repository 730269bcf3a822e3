"""Access logs of nginx and its children as JSON, the keys nginx's variables or what people call them.

Source: nginx.org ngx_http_log_module, `escape=json`; the objects are users' own `log_format` strings. Some are no JSON:
`"upstream_response_time": -` without quotes, or a list of two times; and with `escape=default` a quote is `\\x22`.
"""

from collections.abc import Mapping
from dataclasses import replace

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._nginx import SCAN, event, with_full_names
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

NGINX_S_OWN = pattern(
    r'"(?:upstream_(?:addr|(?:response|connect|header)_time)|body_bytes_sent|time_iso8601|time_local|http_user_agent)"'
)
BESIDE_THE_CLIENT = pattern(r'"(?:request_time|request_uri|request_method|upstream_status)"')
ANOTHER_LOGGER_S = frozenset(("level", "lvl", "severity", "msg", "message", "@message"))
FIELD = pattern(r'"([\w@.-]{1,64})"\s*:\s*(?:"((?:[^"\\]++|\\.)*+)"|([^\s,{}\["]*(?:, [^\s,{}\["]+)*+))')

LONGEST = 65536


def read(line: str, clock: Clock) -> Event | None:
    if not line.startswith("{") or not _names_variables(line):
        return None
    fields = _fields(line)
    if not ANOTHER_LOGGER_S.isdisjoint(fields):
        return None
    values = with_full_names(fields)
    return event(values, clock) if values.get("status", "").isdigit() else None


def _names_variables(line: str) -> bool:
    if NGINX_S_OWN.search(line, 0, LONGEST):
        return True
    return '"remote_addr"' in line and BESIDE_THE_CLIENT.search(line, 0, LONGEST) is not None


def _fields(line: str) -> Mapping[str, object]:
    """The fields of the object; of one that is no JSON, or is cut, those that are whole."""
    fields = object_of(line)
    if fields is not None:
        return fields
    return {key: _plain(quoted) if quoted else bare for key, quoted, bare in FIELD.findall(line, 0, LONGEST)}


def _plain(quoted: str) -> str:
    return quoted.replace('\\"', '"').replace("\\/", "/")


NGINX_JSON = LogFormat(
    title="nginx access log as JSON",
    read=read,
    scan=replace(SCAN, json=True),
    recorded="recorded: nginx 1.22.1",
    cannot_tell="what its log_format leaves out",
)
