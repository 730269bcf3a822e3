"""Any other failure of TLS towards the upstream."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

TLS_HANDSHAKE = ErrorClass(
    title="The TLS handshake with the upstream failed",
    means="The connection to the upstream was open, and TLS on it did not come about for another reason than the "
    "certificate's time, issuer or name.",
    at_fault=(Fault.UPSTREAM, Fault.CONFIGURATION, Fault.NETWORK),
    stage=Stage.HANDSHAKE,
    pattern=any_of(
        r"\btls: \w",
        "TLS handshake",
        "server gave HTTP response to HTTPS client",
        r"handshake (?:failure|failed|timed out|timeout|error)",
        r"SSL_do_handshake\(\) failed",
        r"(?:in|during) (?:the )?(?:SSL|TLS) handshake",
        "SSL handshaking to upstream",
        "SSL connection could not be established",
        r"SSL routines",
        "frame size or a corrupted frame",
        r"\bTLS error\b",
        "wrong version number",
        "public key pinning error",
        r"\bx509: \w",
        r"SSL(?:Handshake|Peer\w+)?Exception",
        r"upstream SSL certificate verify error",
        "Layer6 (?:invalid response|timeout)",
        r"\bAH0(?:1998|2003|2004)\b",
    ),
    mistaken_for=("client_tls_handshake", "tls_unknown_authority", "upstream_reset"),
    told_apart="`remote error: tls:` is the upstream refusing us (`certificate required`: it wants a client "
    "certificate). `first record does not look like a TLS handshake` is plain HTTP on that port. A "
    "timeout is a port that accepts and keeps silent. The reverse, plain HTTP sent to a TLS port, shows "
    "as a reset or a malformed answer.",
    causes=(
        "https:// in the definition and a port that speaks plain HTTP",
        "the upstream wants a client certificate that the gateway does not have",
        "no version or cipher that both sides speak",
        "a public key pinned in the definition that is no longer the upstream's",
    ),
    next=(
        Remedy(
            text="Shake hands from the node",
            command="openssl s_client -connect {host}:{port} -servername {host} </dev/null",
        ),
        Remedy(text="Does the port speak plain HTTP", command="curl -sv -o /dev/null http://{host}:{port}/"),
    ),
    runbook="tls#handshake-failed",
)
