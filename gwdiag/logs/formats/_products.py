"""Whose an object is, where its keys tell: each such record has one reader, and it is not the one for all other JSON.

The keys are those that the product cannot leave out, or that nobody else uses.
"""

from collections.abc import Callable, Mapping

from gwdiag.logs.formats._caddy import is_caddy
from gwdiag.logs.formats._logrus import is_logrus

Fields = Mapping[str, object]

TRAEFIK_S = ("DownstreamStatus", "OriginStatus", "DownstreamContentSize", "StartUTC")


def is_traefik_access(fields: Fields) -> bool:
    """Traefik's access log: logrus as well, so it has the keys of that, too."""
    return any(key in fields for key in TRAEFIK_S)


def is_load_balancer_s(fields: Fields) -> bool:
    """A request that Google Cloud's load balancer logged."""
    payload = fields.get("jsonPayload")
    return (
        isinstance(fields.get("httpRequest"), Mapping) and isinstance(payload, Mapping) and "statusDetails" in payload
    )


PRODUCTS: Mapping[str, Callable[[Fields], bool]] = {
    "traefik_json": is_traefik_access,
    "gcp_load_balancer": is_load_balancer_s,
    "caddy_json": is_caddy,
    "logrus_json": is_logrus,
}
"""By the name of the format that reads it. The first that fits: the last ones know theirs by keys that others share."""


def product_of(fields: Fields) -> str | None:
    """The format whose record the object is; None where its keys name none."""
    return next((name for name, is_its in PRODUCTS.items() if is_its(fields)), None)
