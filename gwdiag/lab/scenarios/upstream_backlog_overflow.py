"""An upstream's accept queue is full under load: some dials time out, some requests are never read."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    [server] = api.servers
    server.slots, server.backlog = rng.choice([3, 4, 6]), rng.choice([1, 2, 4])
    median = rng.uniform(0.08, 0.15)
    server.behaviour = type(server.behaviour)(median=median, spread=0.3, requests=1)
    # So much it can do; before the onset it is asked for less, afterwards for more.
    most = server.slots / median
    api.rate = min(most * 0.25, 14.0)
    rate = most * rng.uniform(1.25, 1.6)
    plan.shortened_timeout(rng, 2, 3, 4)

    def strike(stage: Stage) -> None:
        stage.callers(api, rate=rate)

    story = (
        f"Traffic to {api.name} grows from {api.rate:.0f} to {rate:.0f} per second; its upstream has "
        f"{server.slots} workers and an accept queue of {server.backlog}, enough for about {most:.0f}."
    )
    return Fault(story=story, apis=(api,), strike=strike)


UPSTREAM_BACKLOG_OVERFLOW = Scenario(draw=_draw, acceptable=("upstream_slow",), seconds=36)
