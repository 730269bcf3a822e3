"""The resolver answers SERVFAIL to every name."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    named = plan.some_by_address(rng, api)

    def strike(stage: Stage) -> None:
        stage.names("servfail")

    story = (
        f"The resolver {plan.nameserver} answers SERVFAIL to every name; {len(named)} of {len(plan.apis)} APIs need it."
    )
    return Fault(story=story, apis=tuple(named), strike=strike)


DNS_SERVFAIL = Scenario(draw=_draw, needs=frozenset({Need.NETWORK}), is_alone=True)
