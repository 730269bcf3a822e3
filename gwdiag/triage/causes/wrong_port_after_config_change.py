"""A reload changed where requests go, and they fail since."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, node, place, probes, time

WRONG_PORT_AFTER_CONFIG_CHANGE = Cause(
    title="A changed definition points at a wrong target",
    means=(
        "Since a reload the definition names another host, port or scheme, and what is there does not serve this API."
    ),
    prior=UNCOMMON,
    explains={
        time.target_changed: ALWAYS,
        time.reloaded: ALWAYS,
        errors.refused: USUALLY,
        errors.dial_timeout: SOMETIMES,
        errors.unreachable: RARELY,
        errors.dns_not_found: SOMETIMES,
        errors.handshake: RARELY,
        errors.reset: RARELY,
        errors.upstream_5xx: RARELY,
        errors.protocol: RARELY,
        place.one_api: USUALLY,
        node.attempts_reset: USUALLY,
        definition.nodes_differ: SOMETIMES,
        probes.probe_refused: USUALLY,
    },
    denies=(definition.has_list,),
    confused_with={
        "upstream_down": "The address in the errors is not the one that worked before the onset",
    },
    check=Remedy(
        text=("Compare the target of {api} with its last working version"), command="gwdiag logs {logs} --by upstream"
    ),
    fix=(
        Remedy(text=("Put the old target back into the definition of {api} and reload")),
        Remedy(text=("If the change was meant, start the service at the new target first")),
    ),
)
