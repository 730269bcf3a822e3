"""Proxies that the environment names: gateways written in Go take them for upstreams too (net/http,
ProxyFromEnvironment)."""

from gwdiag.probe.target import Target, without_secrets


def proxy_for(target: Target) -> str | None:
    """`HTTP_PROXY=http://proxy:3128`, without its secrets; None where there is none for this target.

    Upper case is for CGI's sake ignored by some for HTTP; Go takes either.
    """
    from urllib.request import getproxies_environment, proxy_bypass

    known = getproxies_environment()
    if not target.has_http or target.scheme not in known or proxy_bypass(target.host):
        return None
    return f"{target.scheme.upper()}_PROXY={without_secrets(known[target.scheme])}"
