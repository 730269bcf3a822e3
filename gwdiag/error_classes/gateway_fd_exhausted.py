"""The gateway ran out of file descriptors. It hides behind DNS and timeout errors."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

GATEWAY_FD_EXHAUSTED = ErrorClass(
    title="The gateway is out of file descriptors",
    means="The process holds as many open files and sockets as its limit allows. It can neither accept clients nor "
    "dial upstreams nor ask the resolver, so it shows as several errors at once.",
    at_fault=(Fault.NODE, Fault.CONFIGURATION, Fault.GATEWAY),
    stage=Stage.DESCRIPTORS,
    pattern=any_of(
        "too many open files",
        r"\bE[MN]FILE\b",
        r"\(2[34]: ",
    ),
    mistaken_for=("dns_not_found", "dns_failure", "upstream_dial_timeout"),
    told_apart="`too many open files` on any line decides: `no such host` and look-up errors in the same seconds are "
    "by-products. Tyk 5.12+ flags it URT/request_timeout or DNS and answers 500.",
    causes=(
        "a soft limit that is too low for the traffic (Tyk asks for 80000)",
        "connections that pile up because the upstream got slower: each request holds two descriptors",
        "a leak: the count rises with a steady load",
    ),
    next=(
        Remedy(
            text="Compare the open descriptors with the limit",
            command="ls /proc/$(pgrep -o {process})/fd | wc -l; grep 'open files' /proc/$(pgrep -o {process})/limits",
        ),
        Remedy(text="See what they are", command="ss -tanp | awk '{print $1}' | sort | uniq -c"),
        Remedy(
            text="Raise the limit of the service (LimitNOFILE=80000) and restart it",
            command="systemctl edit {service}",
            changes_state=True,
        ),
    ),
    runbook="gateway-resources#file-descriptors",
    severity=Severity.CRITICAL,
)
