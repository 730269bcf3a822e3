"""Nothing is wrong beyond what every gateway has: 404s, a few aborts, mistyped keys."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import COMMON, Cause

HEALTHY = Cause(
    title="Nothing is wrong",
    means="Only the usual background: a few clients that leave, unknown paths, missing keys.",
    prior=COMMON,
    explains={},
    check=Remedy(
        text=("Look at another stretch of time, or ask those who report trouble for a time and a request"),
        command="gwdiag logs {logs} --since -1h",
    ),
    fix=(Remedy(text="Nothing to repair at the gateway"),),
    is_harmless=True,
)
