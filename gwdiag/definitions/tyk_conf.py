"""tyk.conf: the timers of the gateway, its Redis, and where its definitions lie.

Variables of its environment (`TYK_GW_*`) override it and are not seen here.
"""

from collections.abc import Iterator

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._walk import at, number, pairs, seconds, strings, text
from gwdiag.model.definition import DEFAULT_WRITE_TIMEOUT, GatewaySettings, Limit, Store, TlsFiles

DEFAULT_PROXY_TIMEOUT = 30.0
DEFAULT_REDIS_PORT = 6379
"""What 0 or nothing stands for (Tyk 5.0.7 and later; net/http options of the gateway)."""


def read(document: Document, path: str) -> list[GatewaySettings]:
    content = document.tree
    if "listen_port" not in content or not {"app_path", "storage", "secret"} & content.keys():
        return []
    proxy = seconds(content, "proxy_default_timeout") or DEFAULT_PROXY_TIMEOUT
    write = seconds(content, "http_server_options", "write_timeout") or DEFAULT_WRITE_TIMEOUT
    return [
        GatewaySettings(
            path=path,
            limits=(
                Limit(name="proxy_default_timeout", seconds=proxy, path=path),
                Limit(name="write_timeout", seconds=write, path=path),
            ),
            write_timeout_s=write,
            listen_port=number(content, "listen_port") or None,
            listen_address=text(content, "listen_address"),
            idle_per_host=number(content, "max_idle_connections_per_host") or None,
            closes_connections=at(content, "proxy_close_connections") is True,
            stores=tuple(_stores(content)),
            apps=text(content, "app_path"),
        )
    ]


def _stores(content: dict[str, object]) -> Iterator[Store]:
    """Redis for tokens, and the other one for the cache. Behind sentinels it is these that are named."""
    kinds = ["storage"]
    if content.get("enable_separate_cache_store") is True:
        kinds.append("cache_storage")
    for kind in kinds:
        scheme = "rediss" if at(content, kind, "use_ssl") is True else "redis"
        has_sentinels = bool(text(content, kind, "master_name"))
        for place in _places(content, kind):
            yield Store(
                url=f"{scheme}://{place}",
                user="" if has_sentinels else text(content, kind, "username"),
                password=text(content, kind, "sentinel_password" if has_sentinels else "password"),
                tls=_tls(content, kind) if scheme == "rediss" else None,
            )


def _tls(content: dict[str, object], kind: str) -> TlsFiles | None:
    """Source: Tyk's documentation, gateway configuration, `storage.ca_file` and what follows it."""
    found = TlsFiles(
        ca=text(content, kind, "ca_file") or None,
        cert=text(content, kind, "cert_file") or None,
        key=text(content, kind, "key_file") or None,
        is_unverified=at(content, kind, "ssl_insecure_skip_verify") is True,
    )
    return None if found == TlsFiles() else found


def _places(content: dict[str, object], kind: str) -> list[str]:
    """`addrs`; else `hosts`, which is older; else `host` and `port`."""
    if written := strings(content, kind, "addrs"):
        return written
    if hosts := pairs(content, kind, "hosts"):
        return [f"{host}:{port}" for host, port in hosts]
    host = text(content, kind, "host")
    return [f"{host}:{number(content, kind, 'port') or DEFAULT_REDIS_PORT}"] if host else []


TYK_CONF = DefinitionReader(title="tyk.conf", read=read)
