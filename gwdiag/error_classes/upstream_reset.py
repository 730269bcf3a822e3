"""An open connection to the upstream was torn down by a reset."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_RESET = ErrorClass(
    title="The upstream reset the connection",
    means="A connection to the upstream was established, and the other side, or something between, ended it with a "
    "reset instead of an answer or in the middle of one.",
    at_fault=(Fault.UPSTREAM, Fault.NETWORK),
    stage=Stage.EXCHANGE,
    pattern=any_of(
        "connection reset",
        r"\bECONNRESET\b",
        "forcibly closed by the remote host",
        "software caused connection abort",
        r"connection (?:was )?aborted",
        "broken pipe",
        r"\bEPIPE\b",
        r"stream error: stream ID",
        r"\((?:104|103|32)[:)]",
        r"(?:upstream|remote)[_ ]reset(?!_(?:before|after))",
        r"RST_STREAM",
    ),
    mistaken_for=("upstream_closed", "upstream_dial_refused", "tls_handshake"),
    told_apart="A reset is abrupt (RST), a close is an end of file in the wrong place. Resets only on POST and only "
    "after a pause are the keep-alive race: the upstream closed an idle connection that the gateway "
    "reused. Resets on every request to a TLS port are plain HTTP sent to it.",
    causes=(
        "the upstream's idle timeout is shorter than the time that the gateway keeps idle connections (90 s in Tyk)",
        "the upstream's process crashes or is killed under the request",
        "a balancer or firewall between that resets long or idle connections",
        "http:// in the definition and a port that speaks TLS",
    ),
    next=(
        Remedy(
            text="See methods, idle times and the share of requests",
            command="gwdiag logs --by path {logs}",
        ),
        Remedy(
            text="Watch who sends the reset",
            command="tcpdump -ni any 'host {host} and tcp[tcpflags] & tcp-rst != 0'",
        ),
    ),
    runbook="resets-and-closed-connections#reset",
)
