"""Whether the node's clock is right."""

from collections.abc import Mapping

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable
from gwdiag.limits.host import Host

STA_UNSYNC = 0x40
OFFSET_S = 0.05
ERROR_S = 16.0
MOST = 1 << 64


def read(host: Host) -> Reading:
    told = host.now.system("adjtimex")
    figures = [told.get(name) for name in ("status", "maxerror_us", "offset_us")] if isinstance(told, Mapping) else []
    numbers = [one for one in figures if isinstance(one, int | float) and not isinstance(one, bool) and abs(one) < MOST]
    if len(numbers) != 3:
        raise Unreadable("syscalls.json (adjtimex) is damaged")
    status, error_s, offset_s = int(numbers[0]), numbers[1] / 1e6, numbers[2] / 1e6
    because = []
    if status & STA_UNSYNC:
        because.append("nothing keeps it in step")
    if abs(offset_s) > OFFSET_S:
        because.append(f"it is off by {abs(offset_s):.3g} s")
    if error_s >= ERROR_S:
        because.append(f"it may be off by {error_s:.3g} s")
    is_wrong = abs(offset_s) > OFFSET_S or error_s >= ERROR_S
    return Reading(
        value=abs(offset_s),
        least=Status.CRIT if is_wrong else Status.WARN if because else Status.OK,
        because=", ".join(because),
    )


TIME_SYNC = LimitCheck(
    title="Clock",
    read=read,
    unit="s off",
    conditions="A warning where nothing synchronises it; critical at over 0.05 s off, or an error of 16 s and more.",
    source=("adjtimex(2)",),
    why="Tokens and certificates seem not yet valid, or no longer, and the logs of nodes cannot be merged",
    fixes=(Fix(text="See what keeps the clock", command="timedatectl timesync-status || chronyc tracking"),),
    explains=("auth_failed", "tls_cert_expired", "tls_handshake"),
    shows="token is not valid yet; certificate has expired or is not yet valid",
    basis="node-mixin: 0.05 s, 16 s",
)
