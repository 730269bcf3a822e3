"""Tyk's Classic definition. Source: Tyk 5.14, the API definition object."""

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable

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
from gwdiag.gateway.definitions._values import BadDefinition, Values
from gwdiag.gateway.patterns import BadPattern, listen_pattern
from gwdiag.gateway.settings import DEFAULT_DISCOVERY_CACHE, Settings

TLS_1_2 = 771


def read(file: Values, settings: Settings) -> Definition:
    """Raises BadDefinition."""
    proxy, version = file.part("proxy"), _version(file)
    api_id, listen_path = file.text("api_id"), proxy.text("listen_path")
    is_balanced = proxy.flag("enable_load_balancing")
    return Definition(
        path=file.file.path,
        source=file.file.text,
        api_id=api_id,
        name=file.text("name"),
        org_id=file.text("org_id"),
        api_type="oas" if file.flag("is_oas") else "classic",
        listen_path=listen_path,
        listen_pattern=listen(proxy, "listen_path"),
        strip=proxy.flag("strip_listen_path"),
        target=proxy.url("target_url"),
        scheme=file.text("protocol") or "http",
        keep_slash=proxy.flag("disable_strip_slash"),
        preserve_host=proxy.flag("preserve_host_header"),
        is_balanced=is_balanced,
        targets=tuple(proxy.texts("target_list")),
        checks_uptime=proxy.flag("check_host_against_uptime_tests"),
        uptime=tuple(_uptime(file)),
        discovery=_discovery(proxy.part("service_discovery"), settings),
        endpoints=_endpoints(version if version.flag("use_extended_paths") else file.part("without"), settings),
        limit=0.0 if version.flag("global_enforce_timeout_disabled") else version.duration("global_enforce_timeout"),
        size=0 if version.flag("global_size_limit_disabled") else version.whole("global_size_limit"),
        auth_headers=_auth_headers(file),
        is_keyless=file.flag("use_keyless"),
        do_not_track=file.flag("do_not_track"),
        tls=_tls(file, settings),
    )


def listen(values: Values, *keys: str) -> str:
    """The regular expression of the listen path behind the keys."""
    path = values.text(*keys)
    if not path or " " in path:
        raise BadDefinition(
            f"{values.where(*keys)} is {'empty' if not path else 'a path with spaces'}: nothing reaches it"
        )
    try:
        return listen_pattern(path.encode().decode("latin-1"))
    except BadPattern as error:
        raise BadDefinition(f"{values.where(*keys)} {error}") from None


def _version(file: Values) -> Values:
    """The one version of an API without versions; of one with versions the one called Default, or the first."""
    versions = file.map("version_data", "versions")
    name = "Default" if "Default" in versions else next(iter(versions), "")
    return file.part("version_data", "versions", name)


def _endpoints(version: Values, settings: Settings) -> Endpoints:
    file, paths = Values(version.file), version.part("extended_paths")
    rates = [
        Rate(requests=one.number("rate"), per=one.number("per"), endpoint=_endpoint(one, settings))
        for one in _enabled(paths, "rate_limit")
    ]
    return Endpoints(
        limits=tuple(
            EndpointLimit(
                endpoint=_endpoint(one, settings), value=one.duration("duration") or max(one.whole("timeout"), 0)
            )
            for one in _enabled(paths, "hard_timeouts")
        ),
        breakers=tuple(
            BreakerRule(
                endpoint=_endpoint(one, settings),
                threshold=one.number("threshold_percent"),
                samples=one.whole("samples"),
                return_after=one.whole("return_to_service_after"),
                half_open=not one.flag("disable_half_open_state"),
            )
            for one in _enabled(paths, "circuit_breakers")
        ),
        sizes=tuple(
            EndpointLimit(endpoint=_endpoint(one, settings), value=one.whole("size_limit"))
            for one in _enabled(paths, "size_limits")
        ),
        rates=() if file.flag("disable_rate_limit") else (*(one for one in rates if one.per > 0), *_api_rate(file)),
    )


def _api_rate(file: Values) -> tuple[Rate, ...]:
    limit = file.part("global_rate_limit")
    if limit.flag("disabled") or not limit.number("rate"):
        return ()
    return (Rate(requests=limit.number("rate"), per=limit.number("per")),)


def _enabled(paths: Values, name: str) -> list[Values]:
    return [one for one in paths.parts(name) if not one.flag("disabled")]


def _endpoint(one: Values, settings: Settings) -> Endpoint:
    return one.endpoint(one.text("path"), one.text("method"), settings, "path")


def _auth_headers(file: Values) -> tuple[str, ...]:
    names = (file.text("auth_configs", "authToken", "auth_header_name"), file.text("auth", "auth_header_name"))
    return tuple(one for one in names if one)[:1] or ("Authorization",)


def _tls(file: Values, settings: Settings) -> UpstreamTls:
    transport = file.part("proxy", "transport")
    is_off = file.flag("upstream_certificates_disabled")
    own = {} if is_off else {host: str(one) for host, one in file.map("upstream_certificates").items()}
    return upstream_tls(
        settings,
        transport.flag("ssl_insecure_skip_verify"),
        transport.whole("ssl_min_version"),
        transport.whole("ssl_max_version"),
        own,
    )


def upstream_tls(
    settings: Settings, skip_verify: bool, lowest: int, highest: int, certificates: dict[str, str]
) -> UpstreamTls:
    """Tyk takes any highest version of an API for TLS 1.2, and raises it to the lowest where that is above it."""
    highest = max(TLS_1_2 if highest else 0, lowest)
    return UpstreamTls(
        skip_verify=settings.skip_verify or skip_verify,
        min_version=lowest or settings.ssl_min_version,
        max_version=highest or settings.ssl_max_version,
        certificates=(certificates, settings.upstream_certificates or {}),
    )


def _discovery(rule: Values, settings: Settings) -> DiscoveryRule | None:
    if not rule.flag("use_discovery_service"):
        return None
    # `cache_disabled` stops only the API's own time, not the caching.
    own = rule.whole("cache_timeout") or rule.whole("cache", "timeout")
    return discovery_rule(rule, settings, 0 if rule.flag("cache_disabled") else own, str)


def discovery_rule(rule: Values, settings: Settings, cached: int, spelled: Callable[[str], str]) -> DiscoveryRule:
    """The keys are the same in both kinds of definitions, but for how they are `spelled`. `cached`: seconds, or 0."""
    return DiscoveryRule(
        endpoint=rule.text(spelled("query_endpoint")),
        data_path=rule.text(spelled("data_path")),
        parent_path=rule.text(spelled("parent_data_path")),
        port_path=rule.text(spelled("port_data_path")),
        target_path=rule.text(spelled("target_path")),
        is_nested=rule.flag(spelled("use_nested_query")),
        is_target_list=rule.flag(spelled("use_target_list")),
        returns_list=rule.flag(spelled("endpoint_returns_list")),
        cache_seconds=cached or settings.discovery_cache or DEFAULT_DISCOVERY_CACHE,
    )


def _uptime(file: Values) -> list[UptimeCheck]:
    if file.flag("uptime_tests", "disabled"):
        return []
    found = []
    for one in file.parts("uptime_tests", "check_list"):
        try:
            body = b64decode(one.text("body"), validate=True)
        except BadBase64:
            raise BadDefinition(f"{one.where('body')} must be Base64") from None
        found.append(
            UptimeCheck(
                url=one.text("url"),
                method=one.text("method") or "GET",
                timeout=one.whole("timeout") / 1e9,
                headers={name: str(value) for name, value in one.map("headers").items()},
                body=body,
            )
        )
    return found
