"""The upstream closed the connection before the answer was complete."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

UPSTREAM_CLOSED = ErrorClass(
    title="The upstream closed the connection early",
    means="The upstream, or something between, closed the connection in an orderly way before or during its answer.",
    at_fault=(Fault.UPSTREAM, Fault.NETWORK),
    stage=Stage.EXCHANGE,
    pattern=any_of(
        r"(?:^|[\s:=\"'(])(?:unexpected )?EOF(?:$|[\s\"',;.)}])",
        "server closed idle connection",
        r"(?<!client )prematurely closed",
        "PrematureCloseException",
        r"^(?!.*\b(?:accept|close) (?:tcp|unix)).*use of closed network connection",  # those: a listener at shutdown
        "GOAWAY",
        "client connection lost",
        r"connection_termination(?!_details)",
        "reset reason: connection termination",
        "socket hang up",
        "response ended prematurely",  # .NET
        "remote end closed connection",
        r"\(20014\).*AH01102",
        r"AH01102.*\(20014\)",
    ),
    generic=True,
    mistaken_for=("upstream_reset", "client_canceled"),
    told_apart="EOF before any answer after normal service time is a crash or restart; at once on a reused "
    "connection it is the keep-alive race; `during body copy` the client has its status already and gets "
    "a cut answer, logged as 200.",
    causes=(
        "the upstream's process ends, crashes or restarts under the request",
        "the upstream's idle timeout is shorter than the time that the gateway keeps idle connections (90 s in Tyk)",
        "an answer that ends before its announced length",
    ),
    next=(
        Remedy(
            text="See methods, idle times and the share of requests",
            command="gwdiag logs --by path {logs}",
        ),
        Remedy(text="Look at the upstream's own log and its restarts at the onset"),
    ),
    runbook="resets-and-closed-connections#closed",
)
