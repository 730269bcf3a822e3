"""The certificate is valid, for another name."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

TLS_HOSTNAME_MISMATCH = ErrorClass(
    title="The upstream's certificate names another host",
    means="The certificate that the upstream showed is not for the name or address in the definition's target.",
    at_fault=(Fault.CONFIGURATION, Fault.UPSTREAM),
    stage=Stage.CERTIFICATE,
    pattern=any_of(
        r"certificate is valid for .{1,400}?, not ",
        r"doesn't contain any IP SANs",
        "not valid for any names",
        "legacy Common Name",
        "certificate does not match",
        "match any of the subject alternative names",  # Java
        r"host ?name mismatch",
        r"verify cert failed: (?:verify )?SAN (?:matcher|list)",  # Envoy
        "presented an SSL certificate different from",  # HAProxy's checks
        "RemoteCertificateNameMismatch",
        r"no (?:name|subject alternative).{0,60} match",
        r"(?:host ?name|IP address|certificate subject name|common name)\b.{0,80}"
        "(?:doesn't|does not|did not|not) match",
    ),
    mistaken_for=("tls_unknown_authority", "tls_handshake"),
    told_apart="The text names what the certificate does carry. With several names behind one address the wrong SNI "
    "gets the wrong certificate.",
    causes=(
        "the target is an address or an internal alias, and the certificate carries the public name only",
        "a default certificate: the server did not know the name asked for (SNI)",
        "traffic to another host than meant: DNS, hosts file, a proxy on the way",
    ),
    next=(
        Remedy(
            text="See the names that the certificate carries",
            command="openssl s_client -connect {host}:{port} -servername {host} </dev/null"
            " | openssl x509 -noout -ext subjectAltName",
        ),
        Remedy(text="Compare them with the host of the definition's target"),
    ),
    runbook="tls#hostname-mismatch",
)
