"""One node has too little CPU for the traffic that all of them get."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    plan.needs_nodes(2)
    plan.least_rate(60)
    node, share = rng.choice(plan.nodes), rng.uniform(0.3, 0.5)
    for one in plan.apis:
        one.patience = 2.0

    def strike(stage: Stage) -> None:
        stage.quota(node, stage.cpu_taken(node) * share)

    story = f"{node.name} is left with {share:.0%} of the CPU that its traffic takes; callers give up after 2 s."
    return Fault(story=story, apis=tuple(plan.apis), nodes=(node,), strike=strike)


NODE_OVERLOADED_ONLY_ONE = Scenario(
    draw=_draw,
    acceptable=("gateway_cpu_saturated",),
    needs=frozenset({Need.NETWORK, Need.QUOTA}),
    is_alone=True,
    seconds=32,
)
