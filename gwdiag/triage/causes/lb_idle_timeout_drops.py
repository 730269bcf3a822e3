"""Something between forgets connections and says nothing."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import errors, latency, node, place, time

LB_IDLE_TIMEOUT_DROPS = Cause(
    title="A middlebox forgets idle connections",
    means=(
        "A balancer, NAT or firewall on the way forgets connections that were idle and drops what follows without a "
        "word: the first requests after a silence time out."
    ),
    prior=UNCOMMON,
    explains={
        errors.response_timeout: USUALLY,
        errors.enforced_timeout: SOMETIMES,
        errors.canceled: SOMETIMES,
        errors.dial_timeout: RARELY,
        errors.closed: RARELY,
        errors.reset: RARELY,
        time.after_silence: ALWAYS,
        node.old_connections_dead: USUALLY,
        node.segments_lost: USUALLY,
        place.one_api: USUALLY,
    },
    denies=(
        node.syn_unanswered,
        latency.became_slower,
        errors.most_fail,
        latency.every_api_slower,
        node.throttled,
        node.loss_to_several,
    ),
    confused_with={
        "upstream_slow": "gwdiag logs {logs}: requests that are not the first after a silence are as quick as ever",
        "upstream_idle_timeout_race": "A timeout, or a reset at once",
    },
    check=Remedy(
        text=("Measure after which idle time connections are dead"), command="gwdiag probe {upstream} --idle auto"
    ),
    fix=(
        Remedy(text=("Keep idle connections for less time than the middlebox does: max_conn_time, idle timeout")),
        Remedy(text="Turn on TCP keep-alives below that time"),
        Remedy(text="Raise the idle timeout of the middlebox"),
    ),
)
