"""Where the lab's processes live: each node in a network namespace of its own, or all of them on loopback.

The namespaces have no names and belong to processes of the lab: with the last of these they are gone.
Source: network_namespaces(7), ip-link(8), nft(8).
"""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from gwdiag.lab.plan import Plan
from gwdiag.model.problem import Exit, Problem

SWITCH, UPSTREAMS, BALANCER = " switch", " upstreams", " balancer"
"""Places besides the nodes; no node is called so."""

START_PATIENCE = 5.0


class Loopback:
    """All in one place: upstreams and nodes have addresses of 127.0.0.0/8 of their own."""

    def build(self, plan: Plan) -> None:
        """Nothing is to be done."""

    def inside(self, place: str) -> list[str]:  # noqa: ARG002
        """What a command needs before it to run there."""
        return []


class Namespaces:
    """One switch; nodes, the balancer, and all upstreams with the nameserver are hosts on it."""

    def __init__(self) -> None:
        self._holders: dict[str, subprocess.Popen[bytes]] = {}

    def build(self, plan: Plan) -> None:
        """Raises Problem."""
        hosts = {
            UPSTREAMS: [*(one.address for one in plan.servers()), plan.nameserver],
            BALANCER: [plan.balancer],
            **{one.name: [one.address] for one in plan.nodes},
        }
        for place in (SWITCH, *hosts):
            self._holders[place] = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        mine = Path("/proc/self/ns/net").readlink()
        for place, holder in self._holders.items():
            until = time.monotonic() + START_PATIENCE
            while Path(f"/proc/{holder.pid}/ns/net").readlink() == mine:
                if holder.poll() is not None or time.monotonic() > until:
                    raise Problem(f"no network namespace for {place.strip()} (unshare --net)", Exit.NOTHING_DONE)
                time.sleep(0.005)
        lines = ["link add name br0 type bridge", "link set br0 up"]
        for index, place in enumerate(hosts):
            lines += [
                f"link add p{index} type veth peer name eth0 netns {self._holders[place].pid}",
                f"link set p{index} master br0 up",
            ]
        self.run(SWITCH, ["ip", "-batch", "-"], "\n".join(lines))
        resolv_conf = plan.work / "resolv.conf"
        resolv_conf.write_text(f"nameserver {plan.nameserver}\noptions {plan.resolver_options}\n")
        self.run(SWITCH, ["mount", "--bind", str(resolv_conf), "/etc/resolv.conf"])
        for place, addresses in hosts.items():
            lines = [f"addr add {one}/24 dev eth0" for one in addresses]
            self.run(place, ["ip", "-batch", "-"], "\n".join(["link set lo up", *lines, "link set eth0 up"]))

    def inside(self, place: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{self._holders[place].pid}/ns/net"]

    def run(self, place: str, words: Sequence[str], text: str = "") -> None:
        """Raises Problem with what the program says."""
        done = subprocess.run([*self.inside(place), *words], input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise Problem(f"{' '.join(words)}: {said[-1] if said else done.returncode}", Exit.NOTHING_DONE)

    def filter(self, place: str, hook: str, *rules: str) -> None:
        """Rules of nft at input or output of a place."""
        chain = "\n".join([f"type filter hook {hook} priority 0; policy accept;", *rules])
        self.run(place, ["nft", "-f", "-"], f"table inet lab_{hook} {{\nchain c {{\n{chain}\n}}\n}}\n")

    def set(self, place: str, **values: object) -> None:
        """Kernel settings of a place, as in /proc/sys, `__` for each slash."""
        for name, value in values.items():
            self.run(place, ["tee", f"/proc/sys/{name.replace('__', '/')}"], f"{value}\n")
