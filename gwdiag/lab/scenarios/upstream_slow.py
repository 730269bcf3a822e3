"""An upstream answers later than the gateway waits: at once, or it gets there slowly."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    limit = plan.shortened_timeout(rng, 2, 3, 4)
    median = limit * rng.uniform(0.9, 2.0)
    ramp = rng.choice([0.0, 0.0, 6.0])
    before = api.servers[0].behaviour.median

    def strike(stage: Stage) -> None:
        stage.behave(api, median=median, ramp=ramp, spread=0.25)

    way = f"within {ramp:.0f} s " if ramp else ""
    goes = f"{way}from {before * 1000:.0f} ms to {median:.1f} s"
    story = f"{api.name}'s upstream goes {goes}; proxy_default_timeout is {limit} s."
    return Fault(story=story, apis=(api,), strike=strike)


UPSTREAM_SLOW = Scenario(draw=_draw, seconds=30)
