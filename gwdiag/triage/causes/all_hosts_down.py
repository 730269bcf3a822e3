"""The gateway has nobody left to ask."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, node, place, probes, time

ALL_HOSTS_DOWN = Cause(
    title="Every target of the list is marked down",
    means="The uptime tests marked all targets down: the gateway refuses requests without asking any of them.",
    prior=UNCOMMON,
    explains={
        errors.no_healthy: ALWAYS,
        errors.refused: SOMETIMES,
        time.other_failures_first: USUALLY,
        definition.has_list: ALWAYS,
        place.one_api: USUALLY,
        errors.dial_timeout: SOMETIMES,
        node.attempts_reset: SOMETIMES,
        errors.reset: RARELY,
        errors.response_timeout: RARELY,
        errors.unreachable: RARELY,
        probes.probe_refused: SOMETIMES,
        errors.upstream_5xx: RARELY,
        errors.connect_failed: RARELY,
        errors.most_fail: USUALLY,
    },
    denies=(place.one_member,),
    confused_with={
        "upstream_down": "The words `all hosts are down`, and a list in the definition",
    },
    check=Remedy(text="Probe the targets of the list", command="gwdiag probe {upstream}"),
    fix=(
        Remedy(text=("Start the targets; the tests mark them up again by themselves")),
        Remedy(text="If they are well: correct the uptime tests of {api}"),
    ),
)
