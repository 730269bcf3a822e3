"""Refused, or delayed, by a rate or concurrency limit per client, key or zone."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

RATE_LIMITED = ErrorClass(
    title="A rate limit was exceeded",
    means="A client, key or API asked more often than its rate allows, and the gateway refused or delayed the rest "
    "(429; nginx answers 503 by default).",
    at_fault=(Fault.CLIENT, Fault.CONFIGURATION),
    stage=Stage.ADMISSION,
    pattern=any_of(
        r"^(?!.*quota).*rate limit(?:s|ed|ing)?\b.{0,20}(?:exceeded|violat|reached|hit|was)",
        r"limiting (?:requests|connections)\b",
        r"delaying request\b",
        "too many requests",
        "local_rate_limited|request_rate_limited",
        "RequestNotPermitted",
        r"\brequest (?:was |is )?(?:being )?rate[- ]limited|rate[- ]limited by",
        r"\bhit the (?:rate )?limit\b",
        r"\blimit-(?:req|conn|count) exits",
    ),
    mistaken_for=("quota_exceeded", "gateway_overload"),
    told_apart="Rate is per second or minute and recovers at once; quota is per day or month and does not; overload "
    "is a limit of the whole gateway. Compare the key's requests per second before and after the onset.",
    causes=(
        "a consumer's traffic grew: a batch job, a retry loop, a new deployment",
        "the limit was lowered, or counts a shared key or address",
        "with several gateways and the distributed limiter, an uneven balance between nodes",
    ),
    next=(
        Remedy(text="See which client or key it is", command="gwdiag logs --by client {logs}"),
        Remedy(text="Compare the allowed rate with the requests per second of that key"),
    ),
    runbook="refused-by-policy#rate-limit",
    severity=Severity.WARNING,
    background=True,
)
