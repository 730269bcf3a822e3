"""How to probe: what the options of the command say."""

from dataclasses import dataclass, replace
from typing import Literal

from gwdiag.model.definition import TlsFiles

Resolving = Literal["go", "glibc"]

POOL_IDLE_S = 90.0
"""How long a gateway keeps idle connections to upstreams: IdleConnTimeout of Go's default transport, and of Tyk's."""

SERVER_IDLE_S = 120.0
"""How long Tyk's own listener keeps idle connections of clients: its ReadTimeout, as it sets no IdleTimeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """`timeout_s` bounds each wait: a connect, a handshake, the first byte, a pause in the body; not their sum.

    `samples` None: as many as are quickly done. `idle`: seconds of the rungs of the ladder; empty for none. `as_`:
    whose resolver is followed, Go's or glibc's. `server_name`: the name for SNI that the certificate must carry as
    well. `is_unverified`: no certificate is checked.
    """

    timeout_s: float = 5.0
    samples: int | None = None
    idle: tuple[float, ...] = ()
    resolver: tuple[str, int] | None = None
    source: str | None = None
    server_name: str | None = None
    ca: str | None = None
    cert: str | None = None
    key: str | None = None
    is_unverified: bool = False
    as_: Resolving = "go"


def with_own(how: How, tls: TlsFiles | None) -> How:
    """As a target's own configuration has it, where it has something."""
    if tls is None:
        return how
    cert, key = (tls.cert, tls.key) if tls.cert else (how.cert, how.key)
    return replace(how, ca=tls.ca or how.ca, cert=cert, key=key, is_unverified=tls.is_unverified)
