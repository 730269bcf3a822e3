"""What definitions may ask for and this gateway does not do: it is named when a definition is loaded."""

from gwdiag.gateway.definitions._values import Values

SWITCHES = {
    "use_jwt": "JWT authentication",
    "use_basic_auth": "basic authentication",
    "use_oauth2": "OAuth 2.0",
    "use_openid": "OpenID Connect",
    "enable_signature_checking": "HMAC signatures",
    "use_mutual_tls_auth": "client certificates of callers",
    "use_go_plugin_auth": "plugins",
    "enable_coprocess_auth": "plugins",
    "enable_jsvm": "JavaScript plugins",
    "CORS/enable": "CORS",
    "cache_options/enable_cache": "the response cache",
    "graphql/enabled": "GraphQL",
    "upstream_auth/enabled": "authentication to the upstream",
    "enable_ip_whitelisting": "address lists",
    "enable_ip_blacklisting": "address lists",
    "request_signing/is_enabled": "request signing",
    "proxy/transport/ssl_force_common_name_check": "the forced check of common names",
    "x-tyk-api-gateway/middleware/global/cors/enabled": "CORS",
    "x-tyk-api-gateway/middleware/global/cache/enabled": "the response cache",
    "x-tyk-api-gateway/upstream/authentication/enabled": "authentication to the upstream",
    "x-tyk-api-gateway/upstream/mutualTLS/enabled": "upstream certificates from the certificate store",
    "x-tyk-api-gateway/upstream/tlsTransport/forceCommonNameCheck": "the forced check of common names",
    "x-tyk-api-gateway/upstream/proxy/enabled": "a proxy on the way to the upstream",
}
"""Flags: on means that it is asked for."""

FILLED = {
    "domain": "hosts of its own",
    "listen_port": "ports of its own",
    "proxy/transport/proxy_url": "a proxy on the way to the upstream",
    "proxy/transport/ssl_ciphers": "a choice of ciphers",
    "pinned_public_keys": "pinned keys",
    "custom_middleware/pre": "plugins",
    "custom_middleware/post": "plugins",
    "custom_middleware/post_key_auth": "plugins",
    "custom_middleware/response": "plugins",
    "custom_middleware_bundle": "plugins",
    "response_processors": "changes of answers",
    "error_overrides": "error overrides",
    "x-tyk-api-gateway/server/customDomain/name": "hosts of its own",
    "x-tyk-api-gateway/server/port": "ports of its own",
    "x-tyk-api-gateway/upstream/certificatePinning/domainToPublicKeysMapping": "pinned keys",
    "x-tyk-api-gateway/upstream/tlsTransport/ciphers": "a choice of ciphers",
}
"""Values: anything but nothing means that it is asked for."""

DONE_PATHS = frozenset({"hard_timeouts", "circuit_breakers", "size_limits", "rate_limit"})
DONE_OPERATION = frozenset({"enforceTimeout", "circuitBreaker", "requestSizeLimit", "rateLimit"})


def unsupported(file: Values) -> list[str]:
    """One line for each: `FILE:LINE: /pointer: plugins are not done here`."""
    found = [(keys, words) for key, words in SWITCHES.items() if file.get(*(keys := tuple(key.split("/")))) is True]
    found += [(keys, words) for key, words in FILLED.items() if file.get(*(keys := tuple(key.split("/"))))]
    found += _paths(file)
    if file.get("version_data", "not_versioned") is False:
        found.append((("version_data", "not_versioned"), "versions (the default one serves all requests)"))
    protocol = file.get("protocol") or file.get("x-tyk-api-gateway", "server", "protocol")
    if protocol not in (None, "", "http"):
        found.append((("protocol",), f"the protocol {protocol!r} (HTTP is spoken)"))
    return [f"{file.where(*keys)}: not implemented here: {words}" for keys, words in found]


def _paths(file: Values) -> list[tuple[tuple[str, ...], str]]:
    found: list[tuple[tuple[str, ...], str]] = []
    versions = file.get("version_data", "versions")
    for name in versions if isinstance(versions, dict) else ():
        keys: tuple[str, ...] = ("version_data", "versions", name, "extended_paths")
        paths = file.get(*keys)
        entries = paths if isinstance(paths, dict) else {}
        found += [((*keys, one), one) for one, value in entries.items() if value and one not in DONE_PATHS]
    operations = file.get("x-tyk-api-gateway", "middleware", "operations")
    for name, operation in operations.items() if isinstance(operations, dict) else ():
        keys = ("x-tyk-api-gateway", "middleware", "operations", name)
        entries = operation if isinstance(operation, dict) else {}
        found += [((*keys, one), one) for one, value in entries.items() if value and one not in DONE_OPERATION]
    return found
