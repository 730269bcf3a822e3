"""Which gateway wrote a log, by its formats: what it is called on its machine, and what holds for it alone."""

from collections.abc import Iterable
from typing import NamedTuple


class Product(NamedTuple):
    """The name of its process, and of its service where it is installed from the usual packages."""

    process: str
    service: str


TYK = Product("tyk", "tyk-gateway")

BY_FORMAT = {
    "tyk": TYK,
    "logrus": TYK,
    "nginx": Product("nginx", "nginx"),
    "kong": Product("nginx", "kong"),
    "apisix": Product("nginx", "apisix"),
    "apache": Product("apache2", "apache2"),
    "haproxy": Product("haproxy", "haproxy"),
    "caddy": Product("caddy", "caddy"),
    "envoy": Product("envoy", "envoy"),
    "traefik": Product("traefik", "traefik"),
    "krakend": Product("krakend", "krakend"),
}
"""By the beginning of a format's name. Formats that several products write tell nothing."""


def product_of(formats: Iterable[str]) -> Product | None:
    """The one product whose formats these are; None where none or several are."""
    found = {BY_FORMAT[maker] for one in formats if (maker := one.partition("_")[0]) in BY_FORMAT}
    return found.pop() if len(found) == 1 else None
