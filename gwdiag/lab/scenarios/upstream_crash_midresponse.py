"""Workers of an upstream crash: connections break before an answer or in the middle of one."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    share = rng.uniform(0.2, 0.45)
    weights = [rng.uniform(0.2, 1) for _ in range(3)]
    kinds = [
        (share * one / sum(weights), word) for one, word in zip(weights, ("reset", "close", "resetmid"), strict=True)
    ]

    def strike(stage: Stage) -> None:
        stage.behave(api, words=kinds)

    parts = ", ".join(f"{word} {one:.0%}" for one, word in kinds)
    story = f"Workers of {api.name}'s upstream crash in {share:.0%} of requests: {parts}."
    return Fault(story=story, apis=(api,), strike=strike)


UPSTREAM_CRASH_MIDRESPONSE = Scenario(draw=_draw)
