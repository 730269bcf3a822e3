"""Authentication or authorisation said no."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

AUTH_FAILED = ErrorClass(
    title="Authentication or authorisation failed",
    means="The gateway, or an authorisation service it asks, refused the request: no key, an unknown or expired key, a "
    "bad token, a rule that denies (401, 403).",
    at_fault=(Fault.CLIENT, Fault.CONFIGURATION),
    stage=Stage.ADMISSION,
    pattern=any_of(
        r"attempted (?:\w+ )?access\b(?!.*request size)",
        r"attempted .{0,40}\b(?:expired|inactive|invalid) (?:key|token|session|organi[sz]ation)",
        "authori[sz]ation field missing",
        "access to this (?:API|resource) has been disallowed",
        r"key (?:is )?not authori[sz]ed",
        r"key has expired",
        r"\bJWTs? (?:validation|verification|(?:is )?(?:missing|expired|invalid)|token (?:verification|validation))",
        r"\bJw(?:t|ks) (?:is|doesn't|has|verification|issuer|audience|header)",
        r"(?:invalid|incorrect|wrong|bad) "
        "(?:api[- _]?key|access token|token|credentials?|signature|password|user ?name)",
        r"(?:token|credentials?|session) (?:is |are |has |have )?(?:been )?"
        "(?:expired|missing|invalid|malformed|revoked)",
        r"\bAH016(?:17|18|30|31)\b",
        r"user .{0,80} (?:was )?not found\b|password (?:mismatch|check)",
        "client denied by server configuration",
        r"\b(?:not|un)[- ]?authori[sz]ed\b",
        r"access (?:is )?(?:denied|forbidden)",
        r"\bforbidden\b",
        r"rbac.{0,20}denied|NODE DENY",
        "no credentials found",
        "matched none of the trusted IPs",  # Traefik
        r"authentication (?:failed|failure|error|required)",
        "ext_authz_denied|denied by the external authori[sz]",
        r"\bIP (?:address )?.{0,40}(?:not allowed|blocked|denied)",
    ),
    mistaken_for=("quota_exceeded", "storage_down", "bad_client_request"),
    told_apart="When the gateway's Redis goes away, good keys read as `non-existent key`: look for `Redis is either "
    "down`. A used-up quota is a 403 too, with its own text. One client with many is a broken caller, all "
    "clients at once a change on the gateway's side.",
    causes=(
        "a caller that was deployed with a wrong, old or missing key",
        "a key or token that expired or was revoked",
        "the gateway cannot read its keys (storage) or the issuer's key set (JWKS)",
        "scanners: a few, from many addresses, all the time",
    ),
    next=(
        Remedy(text="See whether it is one client or all", command="gwdiag logs --by client {logs}"),
        Remedy(text="Rule out the store", command="gwdiag logs --class storage_down {logs}"),
    ),
    runbook="refused-by-policy#authentication",
    severity=Severity.WARNING,
    background=True,
)
