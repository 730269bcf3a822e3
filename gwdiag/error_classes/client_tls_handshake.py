"""TLS between the client and the gateway's own listener. No upstream was involved."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

CLIENT_TLS_HANDSHAKE = ErrorClass(
    title="TLS with the client failed",
    means="A client connected to the gateway's own TLS port and the handshake did not succeed. No request was "
    "read and no upstream was called.",
    at_fault=(Fault.CLIENT, Fault.CONFIGURATION),
    stage=Stage.CLIENT,
    pattern=any_of(
        "TLS handshake error from",
        "finish TLS handshake",
        r"handshake (?:with )?(?:the )?client\b",
        r"read(?:ing)? (?:the )?request: tls: ",
        "client SSL certificate verify error",
        r"while SSL handshaking(?! to upstream)",
        r"SSL_(?:read|write|shutdown)\(\) failed .* while (?:waiting for request|reading client|keepalive"
        "|processing HTTP/2|sending (?:response )?to client|closing request)",
        r"client sent (?:an |plain )?HTTP request to (?:an )?HTTPS (?:server|port)",
        "no certificate available for",
        # HAProxy's frontends; a server's failed check names its layer
        r"^(?!.*Layer6)(?!.*health check).*(?:(?:connection (?:error|closed)|timeout) during SSL handshake"
        r"|\S/[^\s/]+: SSL handshake failure)",
    ),
    mistaken_for=("tls_handshake", "tls_unknown_authority", "upstream_closed"),
    told_apart="`handshake error from ADDRESS` and `while SSL handshaking, client:` are the client's side; an address "
    "in a dial, `to upstream` or a proxy error are the upstream's.",
    causes=(
        "health checks, scanners and port probes that open the TLS port and leave (EOF)",
        "clients that do not trust the gateway's certificate or speak an old version of TLS",
        "a client certificate that is missing, expired or from the wrong CA",
        "plain HTTP sent to the TLS port",
    ),
    next=(
        Remedy(
            text="See what the listener offers",
            command="openssl s_client -connect GATEWAY:443 -servername NAME </dev/null",
        ),
        Remedy(text="See which clients it is: a balancer's own address means its health check, many mean a change"),
    ),
    runbook="tls#client-side-handshake",
    severity=Severity.WARNING,
    background=True,
)
