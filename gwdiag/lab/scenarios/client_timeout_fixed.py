"""An upstream gets slower, and its callers give up after a fixed time that is shorter than the gateway's."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    api.patience = rng.choice([1.5, 2.0, 3.0])
    median = api.patience * rng.uniform(0.85, 1.2)
    before = api.servers[0].behaviour.median

    def strike(stage: Stage) -> None:
        stage.behave(api, median=median, spread=0.3)

    goes = f"from {before * 1000:.0f} ms to {median:.1f} s"
    story = f"{api.name}'s callers wait for {api.patience:g} s; its upstream goes {goes}."
    return Fault(story=story, apis=(api,), strike=strike)


CLIENT_TIMEOUT_FIXED = Scenario(draw=_draw, acceptable=("upstream_slow",), seconds=30)
