"""The request's body is over a limit."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

BODY_TOO_LARGE = ErrorClass(
    title="The request body is over the limit",
    means="The client sent, or announced, a larger body than the gateway's configuration allows (413; Tyk's size "
    "limit of a definition answers 400).",
    at_fault=(Fault.CLIENT, Fault.CONFIGURATION),
    stage=Stage.ADMISSION,
    pattern=any_of(
        r"too large (?:chunked )?body",
        r"(?<!response )\bbody (?:is )?too large",
        "request entity too large",
        "request is too large",
        "large request size",
        "payload too large",
        "request body over limit",  # Traefik
        r"request body (?:size )?(?:exceeds|exceeded|larger|is larger)",
        r"body (?:size )?(?:exceeds|exceeded) (?:the )?(?:limit|max)",
    ),
    mistaken_for=("bad_client_request",),
    told_apart="Tyk's global `max_request_body_size` answers 413 and writes no line at all; only a definition's "
    "limit is logged.",
    causes=(
        "a client that now sends larger bodies: uploads, batches",
        "a limit that is lower than what the API promises",
    ),
    next=(
        Remedy(
            text="Find the limit",
            command="grep -rn -E 'size_limit|requestSizeLimit|max_request_body_size|client_max_body_size' "
            "CONFIG_FOLDER",
        ),
        Remedy(text="See which client and path", command="gwdiag logs --by client {logs}"),
    ),
    runbook="refused-by-policy#body-too-large",
    severity=Severity.WARNING,
)
