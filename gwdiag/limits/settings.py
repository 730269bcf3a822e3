"""What is known of the gateway beside its node: its configuration, and how much it is asked."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from gwdiag.model.dataclass import dataclass
from gwdiag.model.problem import Exit, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Timers and pools of the gateway, its upstreams and its load. What was not given is Tyk's default or None.

    Source of the defaults: Tyk's reverse proxy and Go's http.Transport (dial 30 s, idle connections 90 s).
    """

    dial_timeout_s: float = 30.0
    idle_s: float = 90.0
    listen_ports: tuple[int, ...] = ()
    listen_address: str = ""
    idle_per_host: int | None = None
    closes_connections: bool = False
    upstream_hosts: tuple[str, ...] = ()
    requests_per_s: float | None = None
    latency_s: float | None = None
    balancer_idle_s: float | None = None


def settings(
    paths: Iterable[Path],
    *,
    requests_per_s: float | None = None,
    latency_s: float | None = None,
    balancer_idle_s: float | None = None,
) -> Settings:
    """What configurations and the command line tell. Raises Problem where a given path tells nothing."""
    from gwdiag.definitions import known_in
    from gwdiag.model.definition import ApiDefinition, GatewaySettings

    paths = list(paths)
    known = [one for file in _files(paths) for one in known_in(_content(file), str(file))]
    if paths and not known:
        raise Problem(f"--config {paths[0]}: no configuration of a gateway is there", Exit.USAGE)
    apis = [one for one in known if isinstance(one, ApiDefinition)]
    gateways = [one for one in known if isinstance(one, GatewaySettings)]
    targets = [target for one in apis for target in (one.members or (one.target,)) if target]
    return Settings(
        listen_ports=tuple(dict.fromkeys(one.listen_port for one in gateways if one.listen_port)),
        listen_address=next((one.listen_address for one in gateways), ""),
        idle_per_host=next((one.idle_per_host for one in gateways), None),
        closes_connections=any(one.closes_connections for one in gateways),
        upstream_hosts=tuple(dict.fromkeys(host for one in targets if (host := _host(one)))),
        requests_per_s=requests_per_s,
        latency_s=latency_s,
        balancer_idle_s=balancer_idle_s,
    )


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file())
        else:
            yield path


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"--config {file}: {error.strerror}", Exit.USAGE) from None


def _host(target: str) -> str:
    try:
        return urlsplit(target).hostname or ""
    except ValueError:  # an address in brackets that is none
        return ""
