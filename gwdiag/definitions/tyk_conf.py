"""tyk.conf: the timers of the gateway. Variables of its environment (`TYK_GW_*`) override it and are not seen here."""

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._document import Document
from gwdiag.definitions._walk import at, number, seconds, text
from gwdiag.model.definition import GatewaySettings, Limit

DEFAULT_PROXY_TIMEOUT = 30.0
DEFAULT_WRITE_TIMEOUT = 120.0
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
        )
    ]


TYK_CONF = DefinitionReader(title="tyk.conf", read=read)
