"""The certificate that the peer showed is outside its time."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

TLS_CERT_EXPIRED = ErrorClass(
    title="The upstream's certificate has expired",
    means="The certificate that the upstream showed is past its end, or not yet valid, by the clock of this node.",
    at_fault=(Fault.UPSTREAM, Fault.NODE),
    stage=Stage.CERTIFICATE,
    pattern=any_of(
        "certificate has expired",
        "certificate is not yet valid",
        "expired or is not yet valid",
        r"(?<!alert )certificate expired",
        r"certificate verify error: \((?:9|10):",
        "CertificateExpiredException",
        "CertificateNotYetValidException",
    ),
    mistaken_for=("tls_unknown_authority", "tls_handshake"),
    told_apart="`x509:` is this side refusing the peer's certificate and names the reason. `remote error: tls: "
    "expired certificate` and `alert certificate expired` are the peer refusing ours. If only one node "
    "says so, its clock is wrong.",
    causes=(
        "the upstream's certificate was not renewed, or renewed and not reloaded",
        "one of several upstream hosts still shows the old certificate",
        "the node's clock is wrong",
    ),
    next=(
        Remedy(
            text="See the dates of the certificate as the node gets it",
            command="openssl s_client -connect {host}:{port} -servername {host} </dev/null | openssl x509 -noout "
            "-dates",
        ),
        Remedy(text="Check the node's clock", command="date -u; timedatectl"),
    ),
    runbook="tls#certificate-expired",
)
