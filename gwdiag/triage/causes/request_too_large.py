"""Bodies are larger than allowed."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, place, time

REQUEST_TOO_LARGE = Cause(
    title="Requests exceed a configured body size",
    means="Clients send bodies that are larger than the gateway's or the definition's limit.",
    prior=UNCOMMON,
    explains={
        errors.body_too_large: ALWAYS,
        place.one_api: USUALLY,
        time.reloaded: RARELY,
    },
    confused_with={
        "auth_key_invalid": "The status and words of the answer",
    },
    check=Remedy(text=("See which paths and clients"), command="gwdiag logs {logs} --class body_too_large --by path"),
    fix=(
        Remedy(text=("If such bodies are wanted, raise size_limits of the path or max_request_body_size")),
        Remedy(text="Else tell the clients"),
    ),
)
