"""A connection closes just when a request is on its way."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, node, place, time

UPSTREAM_IDLE_TIMEOUT_RACE = Cause(
    title="The upstream closes idle connections that the gateway reuses",
    means=(
        "The upstream's keep-alive timeout is shorter than the gateway's: now and then a request meets a connection "
        "that is just being closed."
    ),
    prior=UNCOMMON,
    explains={
        errors.reset: USUALLY,
        errors.closed: SOMETIMES,
        time.only_unsafe_methods: USUALLY,
        time.after_silence: SOMETIMES,
        place.one_api: USUALLY,
    },
    denies=(
        errors.most_fail,
        errors.cut_answers,
        node.syn_unanswered,
        time.rises_with_load,
        errors.refused,
        definition.plain_on_tls_port,
        errors.not_tls,
        place.one_member,
    ),
    confused_with={
        "upstream_crash_midresponse": "Do GETs fail as well, and do answers break off?",
        "lb_idle_timeout_drops": "A reset at once, or a timeout",
    },
    check=Remedy(text=("Measure the upstream's idle timeout"), command="gwdiag probe {upstream} --idle auto"),
    fix=(
        Remedy(text=("Set the upstream's keep-alive timeout above the gateway's idle timeout")),
        Remedy(text=("Or keep the gateway's idle connections for less time: max_conn_time, or a balancer of its own")),
    ),
)
