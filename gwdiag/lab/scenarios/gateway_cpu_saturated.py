"""Every node has too little CPU for its traffic: requests queue in the gateway, whatever their upstream."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    factor, room = rng.uniform(3.8, 5.0), rng.uniform(1.1, 1.5)
    plan.least_rate(18)
    for one in plan.apis:
        one.patience = 2.0

    def strike(stage: Stage) -> None:
        for node in plan.nodes:
            stage.quota(node, stage.cpu_taken(node) * room)
        for one in plan.apis:
            stage.callers(one, rate=one.rate * factor)

    story = (
        f"Each node is left with {room:.1f} times the CPU that it took before; traffic grows {factor:.1f} times, "
        "and callers give up after 2 s."
    )
    return Fault(story=story, apis=tuple(plan.apis), strike=strike)


GATEWAY_CPU_SATURATED = Scenario(draw=_draw, needs=frozenset({Need.NETWORK, Need.QUOTA}), is_alone=True, seconds=32)
