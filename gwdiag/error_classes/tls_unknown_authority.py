"""The chain of the certificate ends at nothing that this side trusts."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

TLS_UNKNOWN_AUTHORITY = ErrorClass(
    title="The upstream's certificate is not trusted",
    means="The certificate that the upstream showed leads to no authority that the gateway trusts: a private CA that "
    "it does not have, a self-signed certificate, or a chain without its intermediate.",
    at_fault=(Fault.CONFIGURATION, Fault.UPSTREAM),
    stage=Stage.CERTIFICATE,
    pattern=any_of(
        "signed by unknown authority",
        r"unable to get (?:local )?issuer certificate",
        r"self[- ]signed certificate",
        "unable to verify the first certificate",
        "PKIX path building failed",
        "unable to find valid certification path",
        "UntrustedRoot|PartialChain",
        r"certificate verify error: \((?:18|19|20|21):",
        # said without a reason; the reasons that have classes of their own are shut out
        "^(?!.*(?:expired|not yet valid|mismatch|not match|not valid for|SAN (?:matcher|list)))"
        "(?!.*client SSL).*certificate[_ ]verif(?:y|ication)[_ ]failed",
    ),
    mistaken_for=("tls_hostname_mismatch", "tls_cert_expired", "tls_handshake"),
    told_apart="`x509: certificate signed by unknown authority` is this side's verdict. `remote error: tls: unknown "
    "certificate authority` is the peer's verdict on our client certificate.",
    causes=(
        "a private CA whose certificate is not on the node or in the container image",
        "an upstream that does not send its intermediate certificate",
        "a proxy on the way that puts in its own certificate",
    ),
    next=(
        Remedy(
            text="See the chain as the node gets it",
            command="openssl s_client -connect {host}:{port} -servername {host} -showcerts </dev/null",
        ),
        Remedy(text="Compare with the gateway's trust store; in a container, with the image's /etc/ssl/certs"),
    ),
    runbook="tls#unknown-authority",
)
