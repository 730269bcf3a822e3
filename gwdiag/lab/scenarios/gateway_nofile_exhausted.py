"""A gateway may open too few files for its traffic."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage

OWN = 14
"""Descriptors that the reference gateway has open by itself."""


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    latency = rng.uniform(0.6, 0.9)
    factor = rng.uniform(2.3, 3.2)
    total = sum(one.rate for one in plan.apis)
    # A request under way has two descriptors: its client's and its upstream's.
    in_use = 2 * total * latency / len(plan.nodes)
    most = OWN + int(in_use * rng.uniform(1.4, 1.7))
    for one in plan.apis:
        one.patience = 8.0
        one.servers[0].behaviour = type(one.servers[0].behaviour)(median=latency, spread=0.15)
    for node in plan.nodes:
        node.descriptors = most

    def strike(stage: Stage) -> None:
        for one in plan.apis:
            stage.callers(one, rate=one.rate * factor)

    story = (
        f"Each node may open {most} files; traffic grows {factor:.1f} times, at a steady {latency:.1f} s per request."
    )
    return Fault(story=story, apis=tuple(plan.apis), strike=strike, is_observed=True)


GATEWAY_NOFILE_EXHAUSTED = Scenario(draw=_draw, is_alone=True)
