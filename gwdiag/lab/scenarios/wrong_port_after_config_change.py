"""A changed definition is loaded, and its target is a port on which nobody listens."""

from dataclasses import replace
from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    wrong = api.port + rng.choice([10, 100, -100, 1000])
    before = api.target

    def strike(stage: Stage) -> None:
        stage.reload(replace(api, port=wrong))

    story = f"{api.name}'s target is changed from {before} to port {wrong}, and all {len(plan.nodes)} nodes load it."
    return Fault(story=story, apis=(api,), strike=strike)


WRONG_PORT_AFTER_CONFIG_CHANGE = Scenario(draw=_draw, acceptable=("upstream_down",))
