"""Packets from one node to an upstream are dropped without an answer; the other nodes are fine."""

from random import Random

from gwdiag.lab.network import UPSTREAMS
from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    [server] = api.servers
    plan.needs_nodes(2)
    node = rng.choice(plan.nodes)
    plan.shortened_timeout(rng, 2, 3, 4)
    plan.renew_connections(api)
    on_node = rng.random() < 0.5
    to = f"ip daddr {server.address} tcp dport {server.port}"

    def strike(stage: Stage) -> None:
        if on_node:
            stage.hosts.filter(node.name, "output", f"{to} drop")
        else:
            stage.hosts.filter(UPSTREAMS, "input", f"ip saddr {node.address} {to} drop")

    where = "on the node" if on_node else "on the way"
    story = f"A firewall {where} drops every packet from {node.name} to {api.name}'s upstream."
    return Fault(story=story, apis=(api,), nodes=(node,), strike=strike)


FIREWALL_DROP_ONE_NODE = Scenario(draw=_draw, needs=frozenset({Need.NETWORK, Need.FILTER}), seconds=28)
