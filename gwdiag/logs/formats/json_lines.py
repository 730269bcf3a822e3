"""JSON objects of any logger: zap, zerolog, slog, bunyan, pino, winston, Serilog, logstash, ECS, cloud services.

It leaves alone what formats of their own read: logrus, Caddy, Traefik's access log, nginx, Kong, Envoy, HAProxy.
"""

from dataclasses import replace

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat, apisix_log, envoy_json, haproxy_json, kong_log, nginx_json
from gwdiag.logs.formats._fields import SCAN, event, is_record
from gwdiag.logs.formats._json import object_of
from gwdiag.logs.formats._products import product_of
from gwdiag.model.event import Event

LAYOUTS_OF_ITS_OWN = (envoy_json.read, nginx_json.read, haproxy_json.read, kong_log.read, apisix_log.read)


def read(line: str, clock: Clock) -> Event | None:
    fields = object_of(line)
    if fields is None or not is_record(fields) or product_of(fields) is not None:
        return None
    if any(read_it(line, clock) for read_it in LAYOUTS_OF_ITS_OWN):
        return None
    return event(fields, clock)


JSON_LINES = LogFormat(
    title="JSON of any other logger (zap, zerolog, slog, bunyan, pino, Serilog, ECS, ...)",
    read=read,
    scan=replace(SCAN, json=True),
    recorded="recorded: zap 1.28, zerolog 1.35, Go 1.26 log/slog, pino 10, bunyan 2, winston 3; others written after "
    "their documentation",
    cannot_tell="what is under keys that no common logger uses; durations whose unit the key does not say",
)
