"""A share of an upstream's answers has a header line that is none."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    share = rng.uniform(0.2, 0.6)

    def strike(stage: Stage) -> None:
        stage.behave(api, words=[(share, "malformed")])

    story = f"{share:.0%} of the answers of {api.name}'s upstream carry a broken header line."
    return Fault(story=story, apis=(api,), strike=strike)


UPSTREAM_RESPONSE_HEADERS_MALFORMED = Scenario(draw=_draw)
