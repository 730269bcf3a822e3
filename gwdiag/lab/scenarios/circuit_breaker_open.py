"""An upstream fails so often that the breaker of an operation opens and the gateway answers itself."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    threshold, samples, share = rng.choice([0.3, 0.4, 0.5]), rng.choice([8, 10, 15]), rng.uniform(0.75, 0.95)
    breaker = {"path": "/items/{id}", "method": "GET", "threshold_percent": threshold, "samples": samples}
    api.endpoints["circuit_breakers"] = [{**breaker, "return_to_service_after": rng.choice([10, 20])}]
    api.rate = 9.0 * len(plan.nodes)  # each node has a breaker of its own
    api.posts = api.searches = 0.08

    def strike(stage: Stage) -> None:
        stage.behave(api, words=[(share, "status/500")])

    story = (
        f"{api.name}'s upstream answers 500 to {share:.0%} of requests, and the breaker on GET /items/{{id}} opens "
        f"({samples} samples, {threshold:.0%})."
    )
    return Fault(story=story, apis=(api,), strike=strike)


CIRCUIT_BREAKER_OPEN = Scenario(draw=_draw, acceptable=("upstream_5xx",))
