"""Nodes have used up their local ports to an upstream: each request takes a new one, closed ones rest for a minute."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    plan.settings["proxy_close_connections"] = True
    api.rate = max(api.rate, 12.0 * len(plan.nodes))
    for one in plan.apis:
        if one is not api:
            one.rate = min(one.rate, api.rate * 0.4)
    ports = int(api.rate / len(plan.nodes) * plan.lead * rng.uniform(1.05, 1.3))
    first = rng.randrange(20_000, 50_000)
    plan.local_ports = (first, first + ports - 1)

    def strike(stage: Stage) -> None:
        """It comes by itself."""

    story = (
        f"Nodes keep no connections to upstreams and have {ports} local ports; those to {api.name}'s are used up first."
    )
    return Fault(story=story, apis=(api,), strike=strike, is_observed=True)


GATEWAY_EPHEMERAL_PORTS_EXHAUSTED = Scenario(draw=_draw, needs=frozenset({Need.NETWORK}), is_alone=True, seconds=32)
