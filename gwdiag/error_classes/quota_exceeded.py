"""Refused because a usage quota is used up."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

QUOTA_EXCEEDED = ErrorClass(
    title="A quota is used up",
    means="A key or plan has used its allowance for the period, and every further request is refused until it renews "
    "(403 in Tyk).",
    at_fault=(Fault.CLIENT, Fault.CONFIGURATION),
    stage=Stage.ADMISSION,
    pattern=any_of(
        r"\bquota\b.{0,40}(?:exceeded|violation|used up|exhausted|reached)",
        r"exceed\w*.{0,30}\bquota\b",
        "quota_exceeded",
        r"quota is not enough|insufficient[ _](?:user_)?quota",
        "MONTHLY_REQUEST_COUNT",
        r"(?:monthly|daily|usage) (?:usage )?(?:limit|allowance) (?:exceeded|reached)",
    ),
    mistaken_for=("rate_limited", "auth_failed"),
    told_apart="In Tyk it is a 403 like a bad key, with the text `Quota exceeded` or flag QEX. It does not recover "
    "by waiting a second, and it begins at once for all requests of the key.",
    causes=(
        "the consumer's usage outgrew its plan",
        "a quota that was meant per minute and set per month, or the reverse",
        "a renewal that did not happen: the key's quota_renews lies in the past or far ahead",
    ),
    next=(
        Remedy(text="See which key it is", command="gwdiag logs --by client {logs}"),
        Remedy(text="Look at quota_max, quota_remaining and quota_renews of that key in the gateway's API"),
    ),
    runbook="refused-by-policy#quota",
    severity=Severity.WARNING,
)
