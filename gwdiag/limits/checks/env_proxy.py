"""Whether the gateway goes to its upstreams through a proxy."""

from ipaddress import ip_address, ip_network

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status
from gwdiag.limits.host import Host
from gwdiag.redact import redacted

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


def read(host: Host) -> Reading:
    environment = host.now.environment
    given = {name: environment[name] for name in VARIABLES if environment.get(name)}
    past = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    through = [one for one in host.settings.upstream_hosts or ("",) if not _goes_past(one, past)]
    own_ca = environment.get("SSL_CERT_FILE")
    whom = ", ".join(one for one in through if one) or "upstreams that NO_PROXY does not name"
    return Reading(
        value=len(given),
        least=Status.WARN if given and through else Status.OK,
        because=f"{', '.join(f'{name}={redacted(url)}' for name, url in given.items())} is used for {whom}",
        note=f"SSL_CERT_FILE={own_ca}" if own_ca else "",
    )


def _goes_past(host: str, past: str) -> bool:
    """Whether Go asks no proxy for a host. Source: golang.org/x/net/http/httpproxy."""
    if host in ("localhost", "127.0.0.1", "[::1]", "::1"):
        return True
    return any(_names(one.strip().lower(), host.strip("[]").lower()) for one in past.split(","))


def _names(pattern: str, host: str) -> bool:
    if pattern == "*":
        return True
    if not pattern or not host:
        return False
    try:
        return ip_address(host) in ip_network(pattern, strict=False)
    except ValueError:
        name = pattern.removeprefix("*").partition(":")[0]
        return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


ENV_PROXY = LimitCheck(
    title="Proxy variables",
    read=read,
    unit="variables",
    conditions="A warning where one is set and NO_PROXY does not name the upstreams (if not given: any).",
    source=("/proc/<pid>/environ",),
    why="The gateway talks to a proxy where everybody who tests by hand talks to the upstream",
    fixes=(Fix(text="Name the upstreams in NO_PROXY, or take the variables out, and restart the gateway"),),
    explains=("upstream_dial_timeout", "upstream_dial_refused", "tls_unknown_authority", "upstream_5xx"),
    shows="proxyconnect tcp: ...; x509: certificate signed by unknown authority",
    basis="httpproxy of Go",
    needs="the process's own user, or CAP_SYS_PTRACE",
)
