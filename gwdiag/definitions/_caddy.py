"""Caddy's network addresses (caddyserver.com/docs/conventions), which its two kinds of configuration share."""

import re

SOCKET = re.compile(r"unix(?:\+h2c)?/(?=/)")


def dialled(upstream: str) -> str:
    """An upstream as other gateways write it: `unix:/run/a.sock`; a port alone is one of this host."""
    if upstream.startswith(":"):
        return f"localhost{upstream}"
    return SOCKET.sub("unix:", upstream, count=1) if SOCKET.match(upstream) else upstream
