"""The upstream's answer is no HTTP."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, place

UPSTREAM_RESPONSE_HEADERS_MALFORMED = Cause(
    title="The upstream's answers are not valid HTTP",
    means="The upstream sends header lines, or a status line, that no parser takes.",
    prior=UNCOMMON,
    explains={
        errors.protocol: ALWAYS,
        place.one_api: USUALLY,
        errors.closed: RARELY,
        errors.reset: RARELY,
        errors.upstream_5xx: RARELY,
    },
    denies=(
        errors.not_tls,
        definition.plain_on_tls_port,
        definition.tls_on_plain_port,
    ),
    confused_with={
        "plain_http_on_tls_port": "Does the target's scheme fit its port?",
        "upstream_crash_midresponse": "The words of the error",
    },
    check=Remedy(text=("See the answer as it is"), command="gwdiag probe {upstream} --samples 10"),
    fix=(Remedy(text=("Have the upstream mend its headers: the message names the bad line")),),
)
