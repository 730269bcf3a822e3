"""No descriptor is left, and everything that needs one fails in its own words."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, time

GATEWAY_NOFILE_EXHAUSTED = Cause(
    title="The gateway is out of file descriptors",
    means=(
        "The gateway's limit of open files is used up: neither clients nor upstreams nor the resolver can be "
        "connected to."
    ),
    prior=UNCOMMON,
    explains={
        errors.fd_exhausted: ALWAYS,
        node.descriptors_used_up: ALWAYS,
        errors.dns_not_found: SOMETIMES,
        errors.dns_failure: SOMETIMES,
        errors.dns_timeout: RARELY,
        errors.canceled: SOMETIMES,
        errors.dial_timeout: RARELY,
        place.several_upstreams: USUALLY,
        place.every_api: USUALLY,
        time.load_rose: SOMETIMES,
        errors.storage_down: RARELY,
        latency.became_slower: SOMETIMES,
        errors.overload: RARELY,
    },
    confused_with={
        "dns_nxdomain": "`too many open files` on any line decides",
    },
    check=Remedy(text=("Count the descriptors and see the limit"), command="gwdiag limits --only fd"),
    fix=(
        Remedy(
            text=("Raise LimitNOFILE of the service and restart it"),
            command="systemctl edit tyk-gateway",
            changes_state=True,
        ),
        Remedy(text=("Find what holds them: idle connections of clients and upstreams, slow upstreams")),
    ),
)
