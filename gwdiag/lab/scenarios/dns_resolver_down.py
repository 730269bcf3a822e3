"""The resolver does not answer any more. What is open already goes on."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    named = plan.some_by_address(rng, api)
    plan.resolver_options = rng.choice(["timeout:1 attempts:2", "timeout:2 attempts:2", "timeout:3 attempts:1"])

    def strike(stage: Stage) -> None:
        stage.names("silent")

    story = f"The resolver {plan.nameserver} keeps silent; {len(named)} of {len(plan.apis)} APIs need it."
    return Fault(story=story, apis=tuple(named), strike=strike)


DNS_RESOLVER_DOWN = Scenario(draw=_draw, needs=frozenset({Need.NETWORK}), is_alone=True, seconds=32)
