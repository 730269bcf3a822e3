"""What this machine has of what scenarios need. What it lacks is said with its reason, never passed over."""

import os
import shutil
import subprocess
from functools import cache

from gwdiag.lab import certificates, cgroups
from gwdiag.lab.runs import apart
from gwdiag.lab.scenario import Need, Scenario

TOOLS = ("unshare", "nsenter", "ip", "mount", "sleep", "tee")
TRIES = {
    Need.NETWORK: "ip link add name a type veth peer name b && ip link add name c type bridge",
    Need.FILTER: "echo 'add table inet a' | nft -f -",
    Need.TRACKING: (
        "echo 'table inet a { chain c { type filter hook input priority 0; ct state new drop\n }\n }' | nft -f - && "
        "echo 2 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established"
    ),
}
"""Done in namespaces of their own, which end at once."""


def why_not(scenario: Scenario, *, is_loopback: bool) -> str:
    """Why a scenario cannot be played here; empty where it can."""
    if scenario.cannot:
        return scenario.cannot
    in_network = sorted(scenario.needs & {Need.NETWORK, Need.FILTER, Need.TRACKING, Need.QUOTA})
    if is_loopback and in_network:
        return f"it needs {' and '.join(in_network)}, not loopback"
    return next((reason for one in sorted(scenario.needs) if (reason := missing(one))), "")


@cache
def missing(need: Need) -> str:
    """Why this machine has not what is needed; empty where it has."""
    if need is Need.CERTIFICATES:
        return certificates.missing()
    if need is Need.QUOTA:
        return cgroups.missing()
    if absent := [one for one in TOOLS if not shutil.which(one)]:
        return f"{absent[0]} is not installed"
    if need is not Need.NETWORK and (reason := missing(Need.NETWORK)):
        return reason
    if need is not Need.NETWORK and not shutil.which("nft"):
        return "nft is not installed"
    try:
        done = subprocess.run(
            [*apart(), "sh", "-c", TRIES[need]], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no {need}: {error}"
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().splitlines()
    return f"no {need}{'' if os.geteuid() == 0 else ' without root'}: {said[0] if said else done.returncode}"


def on_loopback_because(*, is_wanted: bool) -> str:
    """Why nodes share one network here; empty where each has its own."""
    return "as asked" if is_wanted else missing(Need.NETWORK)
