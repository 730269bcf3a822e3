"""Callers post more than the definition allows."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    limit = rng.choice([4, 16, 64]) * 1024
    size = int(limit * rng.uniform(1.1, 2.5))
    api.posts = rng.uniform(0.3, 0.6)
    api.endpoints["size_limits"] = [{"path": "/items", "method": "POST", "size_limit": limit}]

    def strike(stage: Stage) -> None:
        stage.callers(api, body=size)

    story = f"{api.name}'s callers post {size} bytes; its definition allows {limit} for POST /items."
    return Fault(story=story, apis=(api,), strike=strike)


REQUEST_TOO_LARGE = Scenario(draw=_draw)
