"""The gateway's process ran out of memory, or was killed for it."""

from gwdiag.error_classes._words import any_of
from gwdiag.model.error_class import ErrorClass, Fault, Stage
from gwdiag.model.finding import Remedy, Severity

GATEWAY_OUT_OF_MEMORY = ErrorClass(
    title="The gateway is out of memory",
    means="The process could not get memory, or the kernel killed it for using too much.",
    at_fault=(Fault.GATEWAY, Fault.NODE, Fault.CONFIGURATION),
    stage=Stage.PROCESS,
    pattern=any_of(
        r"\bout of memory\b",
        r"OutOf(?:Direct)?MemoryError",
        r"\boom[-_ ]?kill",
        "OOMKilled",
        "cannot allocate memory",
        "not enough memory",
        r"memory allocation .{0,40}failed",
    ),
    mistaken_for=("gateway_internal",),
    told_apart="A kill by the kernel leaves no line in the gateway's own log: the log just ends and a start follows. "
    "Look for it in the kernel's log or the container's last state.",
    causes=(
        "a leak of the gateway's version or of a plugin",
        "large bodies held in memory, with no limit on their size",
        "a container limit without GOMEMLIMIT, so the runtime does not know of it",
    ),
    next=(
        Remedy(text="See whether the kernel killed it", command="journalctl -k | grep -i -E 'out of memory|oom'"),
        Remedy(text="See the container's last state", command="kubectl describe pod POD | grep -A5 'Last State'"),
    ),
    runbook="gateway-resources#memory",
    severity=Severity.CRITICAL,
)
