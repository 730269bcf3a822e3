"""The resolver answers late: some answers come in time, most after the gateway has stopped to wait."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    named = plan.some_by_address(rng, api)
    timeout = rng.choice([1, 2])
    plan.resolver_options = f"timeout:{timeout} attempts:2"
    delay = timeout * rng.uniform(1.3, 2.0)

    def strike(stage: Stage) -> None:
        stage.names("late", delay=delay)

    story = (
        f"The resolver {plan.nameserver} answers after {delay * 0.5:.1f} to {delay * 1.5:.1f} s, the nodes wait twice "
        f"for {timeout} s; {len(named)} of {len(plan.apis)} APIs need it."
    )
    return Fault(story=story, apis=tuple(named), strike=strike)


DNS_SLOW = Scenario(draw=_draw, needs=frozenset({Need.NETWORK}), is_alone=True, seconds=32)
