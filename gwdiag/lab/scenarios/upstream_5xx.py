"""An upstream answers a share of requests with 5xx of its own."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    status, share = rng.choice([500, 502, 503]), rng.uniform(0.25, 0.75)

    def strike(stage: Stage) -> None:
        stage.behave(api, words=[(share, f"status/{status}")])

    story = f"{api.name}'s upstream answers {status} to {share:.0%} of requests."
    return Fault(story=story, apis=(api,), strike=strike)


UPSTREAM_5XX = Scenario(draw=_draw)
