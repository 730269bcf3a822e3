"""The upstream breaks off."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import OCCASIONAL, RARELY, SOMETIMES, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, node, place, probes, time

UPSTREAM_CRASH_MIDRESPONSE = Cause(
    title="The upstream breaks off answers or resets connections",
    means=(
        "The upstream closes or resets connections instead of answering, or in the middle of an answer: workers that "
        "crash, are killed, or are restarted."
    ),
    prior=OCCASIONAL,
    explains={
        errors.reset: USUALLY,
        errors.closed: USUALLY,
        errors.cut_answers: SOMETIMES,
        place.one_api: USUALLY,
        errors.refused: RARELY,
        errors.protocol: RARELY,
        errors.upstream_5xx: RARELY,
        probes.probe_broken: SOMETIMES,
    },
    denies=(
        time.only_unsafe_methods,
        time.after_silence,
        definition.plain_on_tls_port,
        errors.wants_client_certificate,
        errors.not_tls,
        node.syn_unanswered,
        place.one_member,
        place.one_node,
    ),
    confused_with={
        "upstream_idle_timeout_race": "Only POSTs and after a pause, or any request",
        "plain_http_on_tls_port": "Does any request succeed?",
    },
    check=Remedy(text=("See how the upstream ends the connection"), command="gwdiag probe {upstream} --samples 10"),
    fix=(Remedy(text=("Look at the upstream's own log and its kernel's (OOM kills, crashes) since the onset")),),
)
