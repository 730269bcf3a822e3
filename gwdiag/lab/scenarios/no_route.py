"""There is no route to an upstream any more, or its host is gone and nobody answers for its address."""

from random import Random

from gwdiag.lab.network import UPSTREAMS
from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    [server] = api.servers
    is_gone = rng.random() < 0.5
    plan.shortened_timeout(rng, 5, 10)  # an unanswered ARP takes about three seconds
    plan.renew_connections(api)

    def strike(stage: Stage) -> None:
        if is_gone:
            # The first address of a network would take the others with it.
            stage.hosts.set(UPSTREAMS, net__ipv4__conf__eth0__promote_secondaries=1)
            stage.hosts.run(UPSTREAMS, ["ip", "addr", "del", f"{server.address}/24", "dev", "eth0"])
            return
        for node in stage.plan.nodes:
            stage.hosts.run(node.name, ["ip", "route", "add", "unreachable", f"{server.address}/32"])

    how = "The host is gone, and nobody answers for its address" if is_gone else "All nodes lose their route to it"
    story = f"{api.name}'s upstream {server.address} cannot be reached. {how}."
    return Fault(story=story, apis=(api,), strike=strike)


NO_ROUTE = Scenario(
    draw=_draw, acceptable=("upstream_down", "firewall_reject"), needs=frozenset({Need.NETWORK}), seconds=40
)
