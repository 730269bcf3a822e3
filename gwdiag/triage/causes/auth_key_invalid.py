"""The keys are not known (any more)."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import errors, place, time

AUTH_KEY_INVALID = Cause(
    title="Requests carry a key that does not exist",
    means="Clients use a key that was deleted, has expired, or never was.",
    prior=OCCASIONAL,
    explains={
        errors.auth_failed: ALWAYS,
        place.one_api: USUALLY,
        time.reloaded: RARELY,
        time.load_rose: RARELY,
        errors.most_fail: SOMETIMES,
    },
    denies=(errors.storage_down,),
    confused_with={
        "redis_down": "gwdiag logs --class storage_down {logs}: are there storage errors at the same time?",
        "quota_exceeded": "The words of the 403",
    },
    check=Remedy(
        text=("See which clients, and what the messages say"),
        command="gwdiag logs {logs} --class auth_failed --by client",
    ),
    fix=(
        Remedy(text="Issue the key again, or give the clients the new one"),
        Remedy(text="See in the audit log who deleted it"),
    ),
)
