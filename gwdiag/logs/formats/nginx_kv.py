"""Access logs of nginx and its children as `key=value` pairs, the keys nginx's variables or what people call them.

Source: nginx.org ngx_http_log_module; the pairs are users' own `log_format` strings.
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._access import CLF_MOMENT
from gwdiag.logs.formats._nginx import LIST, SCAN, event, with_full_names
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

FIRST = pattern(rf"(?:[\"\[]?({CLF_MOMENT}|\d{{4}}-\d\d-\d\dT[\d:.+Z-]{{8,20}})[\"\]]? )?[@A-Za-z][\w@.-]{{0,63}}=")
"""The time may stand before the pairs, without a name."""

NGINX_S_OWN = pattern(
    r"(?<!\S)(?:upstream_(?:addr|status|(?:response|connect|header)_time)|body_bytes_sent|request_time|time_local"
    r"|time_iso8601|remote_addr|u[chr]t)="
)
STATUS = pattern(r'(?<!\S)(?:status|code|status_code|response_code)="?\d{3}(?!\d)')
ANOTHER_LOGGER_S = pattern(r"(?<![^\s\"])(?:level|lvl|msg|message|severity|api_id|api_key)=")

PAIR = pattern(rf'(?<!\S)([@A-Za-z][\w@.-]{{0,63}})=(?:"((?:[^"\\]++|\\.)*+)"|({LIST}))')

LONGEST = 16384


def read(line: str, clock: Clock) -> Event | None:
    begin = FIRST.match(line)
    if not begin or not NGINX_S_OWN.search(line, 0, LONGEST) or not STATUS.search(line, 0, LONGEST):
        return None
    if ANOTHER_LOGGER_S.search(line, 0, LONGEST):
        return None
    fields = {key: quoted or bare for key, quoted, bare in PAIR.findall(line, 0, LONGEST)}
    return event(with_full_names({"time_local": begin[1] or "", **fields}), clock)


NGINX_KV = LogFormat(
    title="nginx access log as key=value",
    read=read,
    scan=SCAN,
    recorded="recorded: nginx 1.22.1",
    cannot_tell="what its log_format leaves out",
    begins_like="logfmt",
)
