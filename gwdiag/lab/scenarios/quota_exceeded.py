"""A consumer's quota is used up."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    plan.give_key(api, rng)
    # Each node counts for itself here: the reference gateway has no Redis to count in.
    per_node = int(api.rate * plan.lead * rng.uniform(1.0, 1.2) / len(plan.nodes))
    api.session = {"quota_max": per_node, "quota_renewal_rate": 3600}

    def strike(stage: Stage) -> None:
        """It comes by itself."""

    story = f"{api.name}'s consumer has {per_node} requests per hour and node, and uses them up."
    return Fault(story=story, apis=(api,), strike=strike, is_observed=True)


QUOTA_EXCEEDED = Scenario(draw=_draw)
