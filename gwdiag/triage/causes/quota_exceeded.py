"""So many requests were granted, and they are used up."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, place, time

QUOTA_EXCEEDED = Cause(
    title="A key's quota is used up",
    means="A key has made all the requests that its quota allows until it renews.",
    prior=UNCOMMON,
    explains={
        errors.quota_exceeded: ALWAYS,
        place.one_api: USUALLY,
        time.load_rose: RARELY,
        errors.most_fail: SOMETIMES,
    },
    confused_with={
        "rate_limit_exceeded": "403 `Quota exceeded`, or 429",
        "auth_key_invalid": "The words of the 403",
    },
    check=Remedy(
        text=("See which keys, and when their quota renews"),
        command="gwdiag logs {logs} --class quota_exceeded --by client",
    ),
    fix=(
        Remedy(text="Raise quota_max or reset the quota of that key"),
        Remedy(text="Tell the client when it renews"),
    ),
)
