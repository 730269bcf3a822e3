"""A consumer asks for more than its key may have per second."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    plan.give_key(api, rng)
    per_node = rng.choice([6, 8, 10])
    api.rate = per_node * len(plan.nodes) * 0.3
    rate = per_node * len(plan.nodes) * rng.uniform(2.0, 3.0)
    # Each node counts for itself here: the reference gateway has no Redis to count in.
    api.session = {"rate": per_node, "per": 1}

    def strike(stage: Stage) -> None:
        stage.callers(api, rate=rate)

    story = (
        f"{api.name}'s consumer may ask {per_node} times per second and node; its traffic grows from {api.rate:.0f} to "
        f"{rate:.0f} per second."
    )
    return Fault(story=story, apis=(api,), strike=strike)


RATE_LIMIT_EXCEEDED = Scenario(draw=_draw)
