"""The upstream answered with something that is not acceptable HTTP."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_PROTOCOL = ErrorClass(
    title="The upstream's answer is not valid HTTP",
    means="The upstream answered, and the gateway could not accept the answer: a malformed status or header line, "
    "headers that are too big or doubled, a body over a limit, or another protocol altogether.",
    at_fault=(Fault.UPSTREAM, Fault.CONFIGURATION),
    stage=Stage.EXCHANGE,
    pattern=any_of(
        r"malformed (?:HTTP|MIME|chunked|response|status)",
        r"^(?!.*, ignored).*upstream sent "
        "(?:no valid|invalid|too big|duplicate|unexpected|more data|unsupported|too many)",
        r"(?<!client sent )invalid header",
        r"transport connection broken: (?!unexpected EOF|http: server closed|malformed)",
        "server response headers exceeded",
        "Response body too large",
        "http: server replied",
        "Unsolicited response received",
        r"invalid (?:chunk|status line|HTTP (?:response|version))",
        r"malformed header from script|\bAH01070\b",
        r"http1\.codec_error|upstream protocol error|\{protocol_error\}",
        r"headers? size exceeds",
        "Received HTTP/0.9",
        "Layer7 invalid response",
    ),
    mistaken_for=("upstream_closed", "tls_handshake"),
    told_apart='`malformed HTTP response "\\x15\\x03\\x01..."` is a TLS alert: the port speaks TLS and the target says '
    "http://. A duplicate header that the gateway ignored is a warning and no failure.",
    causes=(
        "a fault in the upstream's code or in a filter on its side: control characters, spaces, doubled headers",
        "headers that grew over the gateway's buffer (cookies, tokens)",
        "the target's port speaks another protocol",
    ),
    next=(
        Remedy(text="See the raw answer", command="curl -sv --raw -o /dev/null http://{host}:{port}/"),
        Remedy(text="Compare with an answer of an upstream host that works"),
    ),
    runbook="resets-and-closed-connections#answer-is-not-valid-http",
)
