"""No API, route or virtual host of the gateway matches the request."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

GATEWAY_ROUTE_NOT_FOUND = ErrorClass(
    title="No API or route matches the request",
    means="The gateway knows no API, route or virtual host for this request and answered 404 itself. No upstream was "
    "chosen.",
    at_fault=(Fault.CLIENT, Fault.CONFIGURATION),
    stage=Stage.ADMISSION,
    pattern=any_of(
        "^Not Found$",
        "route_not_found",
        r"no (?:matching )?routes? (?:found|match\w*|for)\b",
        r"(?:does not|doesn't|didn't|failed to) match any (?:rule|route)",
        "404 page not found",
        "404 route not found",
        r"no (?:API|virtual host|router|service) (?:was )?(?:found|match)",
        r"failed to find (?:any )?(?:matching )?route",
        r"path not (?:found|matched)\b(?<!key path not found)",
    ),
    mistaken_for=("bad_client_request",),
    told_apart="With an upstream in the line it is the upstream's own 404. Tyk writes no access line for it, and an "
    "error line only with `track_404_logs`.",
    causes=(
        "an API that was not loaded: an error in its definition at the last reload",
        "a wrong listen path or host, or strict routes",
        "scanners and mistyped links",
    ),
    next=(
        Remedy(text="See which paths", command="gwdiag logs --by path {logs}"),
        Remedy(
            text="See which APIs Tyk loaded, in its log (other gateways: what their configuration routes)",
            command="grep -rn -E 'API Loaded|Detected [0-9]+ APIs' {logs}",
        ),
    ),
    runbook="gateway-own-faults#no-route",
    severity=Severity.WARNING,
    background=True,
)
