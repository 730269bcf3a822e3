"""The gateway has lost its store: keys, rates and quotas with it."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, OCCASIONAL, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import errors, place

REDIS_DOWN = Cause(
    title="The gateway cannot reach its Redis",
    means=(
        "Redis is down or unreachable: keys cannot be looked up, so that APIs with keys refuse everybody; keyless "
        "ones go on."
    ),
    prior=OCCASIONAL,
    explains={
        errors.storage_down: ALWAYS,
        errors.auth_failed: USUALLY,
        place.several_upstreams: SOMETIMES,
        place.every_api: RARELY,
    },
    confused_with={
        "auth_key_invalid": "`Redis is either down` on other lines decides",
    },
    check=Remedy(text="Ask Redis from the node", command="gwdiag probe --config tyk.conf"),
    fix=(
        Remedy(text="Bring Redis back; the gateway connects again by itself"),
        Remedy(text=("Check storage.addrs, password and TLS of tyk.conf, if it was changed")),
    ),
)
