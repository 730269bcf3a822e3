"""Tyk's OAS definition: OpenAPI with `x-tyk-api-gateway`. Source: Tyk 5.14.

The gateway's own API stores such a definition twice, the other half in Classic form (`<id>.json` beside
`<id>-oas.json`); where that half is there, it is what is served. This reads one that stands alone.
"""

from gwdiag.gateway.definitions import (
    BreakerRule,
    Definition,
    DiscoveryRule,
    Endpoint,
    EndpointLimit,
    Endpoints,
    Rate,
    UpstreamTls,
    UptimeCheck,
)
from gwdiag.gateway.definitions._values import Values
from gwdiag.gateway.definitions.classic import discovery_rule, listen, upstream_tls
from gwdiag.gateway.settings import Settings

TLS_VERSIONS = {"1.0": 769, "1.1": 770, "1.2": 771, "1.3": 772}


def read(file: Values, settings: Settings) -> Definition:
    """Raises BadDefinition."""
    tyk = file.part("x-tyk-api-gateway")
    upstream, server = tyk.part("upstream"), tyk.part("server")
    balancing = upstream.part("loadBalancing")
    enforced = upstream.part("enforceTimeout")
    size = tyk.part("middleware", "global", "requestSizeLimit")
    return Definition(
        path=file.file.path,
        source=file.file.text,
        api_id=tyk.text("info", "id"),
        name=tyk.text("info", "name"),
        org_id=tyk.text("info", "orgId"),
        api_type="oas",
        listen_path=server.text("listenPath", "value"),
        listen_pattern=listen(server, "listenPath", "value"),
        strip=server.flag("listenPath", "strip"),
        target=upstream.url("url"),
        scheme=server.text("protocol") or "http",
        keep_slash=upstream.flag("preserveTrailingSlash", "enabled"),
        preserve_host=upstream.flag("preserveHostHeader", "enabled"),
        is_balanced=balancing.flag("enabled"),
        targets=tuple(
            one.text("url")
            for one in balancing.parts("targets")
            for _ in range(1 if one.get("weight") is None else max(one.whole("weight"), 0))
        ),
        checks_uptime=balancing.flag("skipUnavailableHosts"),
        uptime=tuple(_uptime(upstream.part("uptimeTests"))),
        discovery=_discovery(upstream.part("serviceDiscovery"), settings),
        limit=enforced.duration("duration") if enforced.flag("enabled") else 0.0,
        size=size.whole("value") if size.flag("enabled") else 0,
        endpoints=_operations(file, tyk, settings),
        auth_headers=_auth_headers(server),
        is_keyless=not server.flag("authentication", "enabled"),
        do_not_track=not tyk.flag("middleware", "global", "trafficLogs", "enabled"),
        tls=_tls(upstream.part("tlsTransport"), settings),
    )


def _operations(file: Values, tyk: Values, settings: Settings) -> Endpoints:
    limits, breakers, sizes, rates = [], [], [], []
    for operation, endpoint in _endpoints(file, tyk, settings):
        limit, breaker = operation.part("enforceTimeout"), operation.part("circuitBreaker")
        size, rate = operation.part("requestSizeLimit"), operation.part("rateLimit")
        if limit.flag("enabled"):
            seconds = limit.duration("duration") or max(limit.whole("value"), 0)
            limits.append(EndpointLimit(endpoint=endpoint, value=seconds))
        if breaker.flag("enabled"):
            breakers.append(
                BreakerRule(
                    endpoint=endpoint,
                    threshold=breaker.number("threshold"),
                    samples=breaker.whole("sampleSize"),
                    return_after=breaker.whole("coolDownPeriod"),
                    half_open=breaker.flag("halfOpenStateEnabled"),
                )
            )
        if size.flag("enabled"):
            sizes.append(EndpointLimit(endpoint=endpoint, value=size.whole("value")))
        if rate.flag("enabled"):
            rates.append(Rate(requests=rate.number("rate"), per=rate.duration("per"), endpoint=endpoint))
    whole = tyk.part("upstream", "rateLimit")
    if whole.flag("enabled") and whole.number("rate"):
        rates.append(Rate(requests=whole.number("rate"), per=whole.duration("per")))
    return Endpoints(limits=tuple(limits), breakers=tuple(breakers), sizes=tuple(sizes), rates=tuple(rates))


def _endpoints(file: Values, tyk: Values, settings: Settings) -> list[tuple[Values, Endpoint]]:
    """Each operation that has middleware; longer paths first, as they are tried."""
    configured = tyk.map("middleware", "operations")
    found = []
    for path in file.map("paths"):
        for method, one in file.map("paths", path).items():
            name = one.get("operationId") if isinstance(one, dict) else None
            if isinstance(name, str) and name in configured:
                endpoint = file.endpoint(path, method.upper(), settings, "paths", path)
                found.append((tyk.part("middleware", "operations", name), endpoint))
    return sorted(found, key=lambda one: -len(one[1].path))


def _auth_headers(server: Values) -> tuple[str, ...]:
    schemes = server.part("authentication", "securitySchemes")
    names = [schemes.text(name, "header", "name") for name in schemes.map() if schemes.flag(name, "header", "enabled")]
    return tuple(one for one in names if one)[:1] or ("Authorization",)


def _tls(transport: Values, settings: Settings) -> UpstreamTls:
    lowest = TLS_VERSIONS.get(transport.text("minVersion"), 0)
    highest = TLS_VERSIONS.get(transport.text("maxVersion"), 0)
    return upstream_tls(settings, transport.flag("insecureSkipVerify"), lowest, highest, {})


def _discovery(rule: Values, settings: Settings) -> DiscoveryRule | None:
    if not rule.flag("enabled"):
        return None
    cached = rule.whole("cache", "timeout") if rule.flag("cache", "enabled") else rule.whole("cacheTimeout")
    return discovery_rule(rule, settings, cached, _camel)


def _camel(key: str) -> str:
    first, *others = key.split("_")
    return first + "".join(map(str.capitalize, others))


def _uptime(tests: Values) -> list[UptimeCheck]:
    if not tests.flag("enabled"):
        return []
    return [
        UptimeCheck(
            url=one.text("url"),
            method=one.text("method") or "GET",
            timeout=one.duration("timeout"),
            headers={name: str(value) for name, value in one.map("headers").items()},
            body=one.text("body").encode(),
        )
        for one in tests.parts("tests")
    ]
