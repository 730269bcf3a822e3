"""What confines the gateway."""

from gwdiag.limits.check import LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host


def read(host: Host) -> Reading:
    seccomp = host.now.status("Seccomp")
    mode = {0: "no seccomp", 1: "strict seccomp", 2: "a seccomp filter"}.get(seccomp, f"seccomp {seccomp}")
    try:
        profile = host.now.text(host.now.of_process("attr/current")).strip("\0\n ")
    except Unreadable:
        profile = "none, or one that cannot be read"
    return Reading(value=seccomp, least=Status.INFO, note=f"{mode}; security profile: {profile}")


SEC_SECCOMP_LSM = LimitCheck(
    title="Confinement",
    read=read,
    conditions="Information only: a connect that is denied shows in the gateway's log alone.",
    source=("/proc/<pid>/status Seccomp", "/proc/<pid>/attr/current"),
    why="A profile or a program on the control group can deny a connect, which then fails at once",
    explains=("upstream_unreachable", "upstream_connect_failed"),
    shows="connect: permission denied; connect: operation not permitted",
    basis="seccomp(2)",
)
