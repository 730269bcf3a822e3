"""Packets to an upstream are dropped without an answer, from every node."""

from random import Random

from gwdiag.lab.network import UPSTREAMS
from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    [server] = api.servers
    plan.shortened_timeout(rng, 2, 3, 4)
    plan.renew_connections(api)

    def strike(stage: Stage) -> None:
        stage.hosts.filter(UPSTREAMS, "input", f"ip daddr {server.address} tcp dport {server.port} drop")

    story = f"A firewall drops every packet to {server.address}:{server.port}, {api.name}'s upstream, from all nodes."
    return Fault(story=story, apis=(api,), strike=strike)


FIREWALL_DROP_ALL = Scenario(draw=_draw, needs=frozenset({Need.NETWORK, Need.FILTER}), seconds=28)
