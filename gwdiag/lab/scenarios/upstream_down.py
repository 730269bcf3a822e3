"""The process of an upstream ends: open connections are reset, new ones refused, on every node."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    def strike(stage: Stage) -> None:
        for server in api.servers:
            stage.end_server(server)

    return Fault(
        story=f"The process of {api.name}'s upstream ends; nobody listens any more.", apis=(api,), strike=strike
    )


UPSTREAM_DOWN = Scenario(draw=_draw)
