"""Nothing is wrong: mixed traffic, a few 404, 401 and aborted requests, sometimes a reload or more load."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    kind = rng.choice(["nothing", "reload", "load"])
    rate = api.rate * rng.uniform(1.5, 2.0)

    def strike(stage: Stage) -> None:
        if kind == "reload":
            stage.reload()
        elif kind == "load":
            stage.callers(api, rate=rate)

    stories = {
        "nothing": "Nothing happens.",
        "reload": "The definitions are loaded anew, unchanged.",
        "load": f"Traffic to {api.name} grows from {api.rate:.0f} to {rate:.0f} requests per second, and is served.",
    }
    return Fault(story=stories[kind], strike=None if kind == "nothing" else strike)


HEALTHY = Scenario(draw=_draw, is_alone=True)
