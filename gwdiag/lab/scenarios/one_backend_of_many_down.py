"""One target of a balanced list is dead: a constant share of requests fails."""

from random import Random

from gwdiag.lab.plan import Api, Plan, split
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    split(api, rng.choice([3, 3, 4, 5]))
    dead = rng.choice(api.servers)

    def strike(stage: Stage) -> None:
        stage.end_server(dead)

    story = f"{api.name} balances over {len(api.servers)} targets; the process of {dead.address}:{dead.port} ends."
    return Fault(story=story, apis=(api,), strike=strike)


ONE_BACKEND_OF_MANY_DOWN = Scenario(draw=_draw, acceptable=("upstream_down",))
