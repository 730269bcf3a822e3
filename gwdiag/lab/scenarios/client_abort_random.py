"""Callers drop requests at random moments; upstreams are well. It harms nobody."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    share = rng.uniform(0.12, 0.3)
    for one in plan.apis:
        median = rng.uniform(0.15, 0.3)
        one.aborts = share
        one.abort_within = median * 1.3
        for server in one.servers:
            server.behaviour = type(server.behaviour)(median=median, spread=0.2)
    story = (
        f"Callers drop {share:.0%} of requests at random moments, as they do while somebody types; upstreams are well."
    )
    return Fault(story=story, apis=tuple(plan.apis), hurts=False)


CLIENT_ABORT_RANDOM = Scenario(draw=_draw, acceptable=("healthy",), is_alone=True)
