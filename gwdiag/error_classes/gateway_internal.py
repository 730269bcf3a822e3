"""A fault in the gateway's own code or in a plugin."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy

GATEWAY_INTERNAL = ErrorClass(
    title="A fault in the gateway or in a plugin",
    means="The gateway's own code, a plugin or a script failed: a panic, a Lua or JavaScript error, a worker that "
    "crashed, a plugin server that does not answer.",
    at_fault=(Fault.GATEWAY, Fault.CONFIGURATION),
    stage=Stage.PROCESS,
    pattern=any_of(
        "http: panic serving",
        r"(?:^|[\s:\"\]])panic: ",
        r"\bfatal error: ",
        r"\bruntime error: ",
        "nil pointer dereference",
        r"\bSIGSEGV\b|segmentation (?:fault|violation)",
        r"attempt to (?:index|call|compare|concatenate|perform arithmetic)",
        r"bad argument #\d",
        r"exited on signal",
        r"goroutine \d+ \[running\]",
        r"recovered from panic|panic recovered",
        "hijack failed|non-Hijacker ResponseWriter",
        r"^Middleware error$|lua (?:entry thread aborted|user thread)",
        r"\b(?:uncaught|unhandled) exception",
        "NullPointerException",
    ),
    generic=True,
    mistaken_for=("upstream_5xx", "gateway_out_of_memory"),
    told_apart="A stack trace or the name of a plugin; the upstream was often not called at all.",
    causes=(
        "a known fault of this version",
        "a plugin or script that does not expect this input",
        "the gRPC plugin server is down or slow",
    ),
    next=(
        Remedy(text="Compare the version with its known issues; note the first function of the gateway's in the stack"),
        Remedy(text="See whether it began with a deploy or a reload", command="gwdiag logs {logs}"),
    ),
    runbook="gateway-own-faults#panic-or-plugin-failure",
)
