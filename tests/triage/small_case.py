"""A small case: two nodes, two APIs, and an upstream that nobody listens at from the sixtieth second on."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.logs.small_logs import Timed, failures, log, successes

PAYMENTS = {"api": "Payments", "upstream": "http://payments.internal:9002"}
PARTS = ("logs", "definitions", "system", "system_before", "probes")

SNMP = """\
Ip: Forwarding DefaultTTL OutNoRoutes
Ip: 1 64 {no_routes}
Icmp: InMsgs InErrors InDestUnreachs
Icmp: {unreachable} 0 {unreachable}
Tcp: ActiveOpens AttemptFails OutSegs RetransSegs
Tcp: 900 {refused} {sent} {again}
Udp: InDatagrams NoPorts InErrors OutDatagrams
Udp: {came} {late} 0 {out}
"""
NETSTAT = """\
TcpExt: TCPSynRetrans TCPFastRetrans TCPLossProbes TCPSackRecovery TCPDSACKRecv TCPDSACKOldSent TCPChallengeACK
TcpExt: {syn_again} {fast} {fast} 0 {duplicates} 0 {challenged}
"""
COUNTERS = {
    "no_routes": 0,
    "unreachable": 0,
    "refused": 0,
    "sent": 10_000,
    "again": 0,
    "came": 100,
    "late": 0,
    "out": 100,
    "syn_again": 0,
    "fast": 0,
    "duplicates": 0,
    "challenged": 0,
}
TCP = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LIMITS = "Limit                     Soft Limit           Hard Limit           Units     \n"


def counters(**figures: int) -> dict[str, str]:
    """The files of the kernel's counters; what is not named stands still."""
    every = {**COUNTERS, **figures}
    return {"proc/net/snmp": SNMP.format_map(every), "proc/net/netstat": NETSTAT.format_map(every)}


def process(used: int = 40, most: int = 65536, *, pid: int = 2417) -> dict[str, str]:
    """A process with so many descriptors open of so many."""
    return {
        f"proc/{pid}/status": f"Name:\ttyk\nPid:\t{pid}\n",
        f"proc/{pid}/fd_count": f"{used}\n",
        f"proc/{pid}/limits": f"{LIMITS}Max open files            {most:<20} {most:<20} files     \n",
    }


def system(**figures: int) -> dict[str, str]:
    """A node at rest, but for the counters that are named."""
    return {
        **counters(**figures),
        **process(),
        "proc/net/tcp": TCP,
        "proc/pressure/cpu": "some avg10=1.00 avg60=1.00 avg300=1.00 total=1\n",
        "proc/sys/net/ipv4/ip_local_port_range": "32768\t60999\n",
    }


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def definition(api: str, target: str, *more: str) -> str:
    """A classic definition of Tyk's with one target, or a list of them."""
    proxy: dict[str, object] = {"listen_path": f"/{api.lower()}/", "target_url": target}
    if more:
        proxy |= {"enable_load_balancing": True, "target_list": [target, *more]}
    return json.dumps({"api_id": f"id-{api.lower()}", "name": api, "proxy": proxy})


def refused() -> Timed:
    """Two minutes of Orders and Payments; Orders is refused in the second one."""
    return [*successes(0, 60), *failures(60, 120), *successes(0, 120, 1, **PAYMENTS)]


def quiet() -> Timed:
    return [*successes(0, 120), *successes(0, 120, 1, **PAYMENTS)]


def lines(*stretches: Timed) -> str:
    return "".join(f"{line}\n" for line in log(*stretches))


def report_of_a_probe(target: str, verdict: str, cause: str) -> str:
    return json.dumps({"targets": [{"target": target, "verdict": verdict, "cause": cause, "stages": []}]})


def case(folder: Path, *parts: str, timed: Timed | None = None) -> Path:
    """Writes the case, with these parts of it; with all where none is named."""
    every: dict[str, dict[str, str]] = {part: {} for part in PARTS}
    for node in ("gw-1", "gw-2"):
        place = f"nodes/{node}"
        every["logs"][f"{place}/gateway.log"] = lines(refused() if timed is None else timed)
        every["definitions"] |= {
            f"{place}/apps/orders.json": definition("Orders", "http://orders.internal:9001"),
            f"{place}/apps/payments.json": definition("Payments", "http://payments.internal:9002"),
            f"{place}/tyk.conf": json.dumps({"listen_port": 8080, "app_path": "apps"}),
        }
        every["system"] |= {f"{place}/system/{name}": text for name, text in system(refused=130).items()}
        every["system_before"] |= {f"{place}/system_before/{name}": text for name, text in system(refused=10).items()}
    every["probes"]["probes/gw-1.json"] = report_of_a_probe(
        "http://orders.internal:9001", "upstream_dial_refused", "nothing listens on port 9001"
    )
    for part in parts or PARTS:
        write(folder, every[part])
    return folder
