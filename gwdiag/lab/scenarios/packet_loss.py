"""A node loses packets on its way to the upstreams, in both directions."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    plan.needs_nodes(2)
    node = rng.choice(plan.nodes)
    percent = rng.randrange(18, 36)
    plan.shortened_timeout(rng, 2, 3)
    for one in plan.apis:
        plan.renew_connections(one)
    addresses = ", ".join(sorted({server.address for server in plan.servers()}))
    lost = f"numgen random mod 100 < {percent} drop"

    def strike(stage: Stage) -> None:
        stage.hosts.filter(node.name, "output", f"ip daddr {{ {addresses} }} {lost}")
        stage.hosts.filter(node.name, "input", f"ip saddr {{ {addresses} }} {lost}")

    story = f"{node.name} loses {percent} % of the packets to and from all upstreams."
    return Fault(story=story, apis=tuple(plan.apis), nodes=(node,), strike=strike)


PACKET_LOSS = Scenario(draw=_draw, needs=frozenset({Need.NETWORK, Need.FILTER}), is_alone=True, seconds=36)
