"""Callers begin to send a key that does not exist."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    plan.give_key(api, rng)
    wrong = f"{rng.getrandbits(128):032x}"

    def strike(stage: Stage) -> None:
        stage.callers(api, keys=[wrong])

    return Fault(story=f"{api.name}'s callers send a key that never existed.", apis=(api,), strike=strike)


AUTH_KEY_INVALID = Scenario(draw=_draw)
