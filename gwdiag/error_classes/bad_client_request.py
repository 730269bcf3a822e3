"""A fault of the request itself."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

BAD_CLIENT_REQUEST = ErrorClass(
    title="The request itself was at fault",
    means="The request was malformed, not supported, not sent in time, or asked for what the upstream does not have "
    "(4xx other than 401, 403, 413 and 429).",
    at_fault=(Fault.CLIENT,),
    stage=Stage.ADMISSION,
    pattern=any_of(
        "URI too long|request failed: URI",
        "invalid method|unsupported method|method not allowed",
        "invalid URI|invalid URL path",
        r"client sent (?!.*too large)(?:invalid|no|duplicate|too|unsupported|HTTP/1)",
        r"client timed out|request header read timeout|timed? ?out while reading (?:the )?(?:request|client)",
        r"malformed (?:request|host header|URI|json body)",
        r"invalid (?:request|host header|query|json)\b",
        "bad request",
        "content[- ]length is required",
        "problem with reading body of the request",
        r"\b(?:schema|request) validation failed",
    ),
    mistaken_for=("gateway_route_not_found", "auth_failed"),
    told_apart="A 404 that reached an upstream is the upstream's answer; without one no API or route matched.",
    causes=(
        "scanners and mistyped links: a low, steady background",
        "a client that was deployed with a wrong path, method or body",
        "an upstream release that dropped a path",
    ),
    next=(Remedy(text="See which paths and clients it is", command="gwdiag logs --by path {logs}"),),
    runbook="refused-by-policy#bad-request",
    severity=Severity.WARNING,
    background=True,
)
