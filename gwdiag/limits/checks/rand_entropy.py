"""Random numbers at hand, on old kernels."""

import re

from gwdiag.limits.check import LimitCheck, Reading, Status
from gwdiag.limits.host import Host

FEW = 100
STEADY = (5, 18)
"""The kernel since which the figure is always 256 and means nothing."""


def read(host: Host) -> Reading:
    at_hand = host.setting("kernel/random/entropy_avail")
    release = host.now.text(host.now.setting("kernel/osrelease")).strip()
    seen = re.match(r"(\d+)\.(\d+)", release)
    is_old = seen is not None and (int(seen[1]), int(seen[2])) < STEADY
    return Reading(
        value=at_hand,
        least=Status.WARN if is_old and at_hand < FEW else Status.OK,
        because=f"under {FEW}, on Linux {release}",
        note="" if is_old else "always so since Linux 5.18",
    )


RAND_ENTROPY = LimitCheck(
    title="Entropy",
    read=read,
    unit="bits",
    conditions="A warning under 100 before Linux 5.18; later it says nothing.",
    source=("/proc/sys/kernel/random/entropy_avail", "/proc/sys/kernel/osrelease"),
    why="Handshakes wait for random numbers after a start",
    explains=("tls_handshake",),
    shows="slow TLS handshakes after a start",
    basis="random(4); netdata: 100",
)
