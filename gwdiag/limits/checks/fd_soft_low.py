"""How many files and sockets the process may open at all."""

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, below
from gwdiag.limits.host import Host, names


def read(host: Host) -> Reading:
    soft, hard = host.now.rlimit("Max open files")
    if soft == float("inf"):
        return Reading(note="there is no limit")
    needed = _needed(host)
    return Reading(
        value=soft,
        least=Status.WARN if needed > soft else Status.OK,
        because=f"{needed:,.0f} are needed for the load and the pools that were given" if needed else "",
        names=names(soft=f"{soft:.0f}", hard="unlimited" if hard == float("inf") else f"{hard:.0f}"),
    )


def _needed(host: Host) -> float:
    """Descriptors for the load given: a request holds one to its client and one to its upstream; idle ones wait."""
    given = host.settings
    in_flight = (given.requests_per_s or 0) * (given.latency_s or 0)
    return in_flight * 2 + (given.idle_per_host or 0) * len(given.upstream_hosts)


FD_SOFT_LOW = LimitCheck(
    title="Limit of open files of the process",
    read=read,
    unit="files",
    warn=below(80_000),
    crit=below(8_192),
    conditions="Also a warning where requests per second times latency, twice, and the idle pools need more than that.",
    source=("/proc/<pid>/limits",),
    why="A request holds a socket to the client and one to the upstream, beside those to Redis, the resolver and logs; "
    "with 1,024 of them a gateway ends at about 500 requests at a time",
    fixes=(
        Fix(
            text="Raise it for the running process",
            command="prlimit --pid {pid} --nofile=80000:80000",
            undo="prlimit --pid {pid} --nofile={soft}:{hard}",
        ),
        Fix(text="Raise it for good: LimitNOFILE=80000 in the unit, or --ulimit nofile=80000:80000 for a container"),
    ),
    explains=("gateway_fd_exhausted", "upstream_dial_timeout", "dns_failure"),
    shows="accept4: too many open files; socket: too many open files",
    basis="Tyk's planning page recommends 80000; 8192 is a judgement: what distributions ship is below it",
)
