"""An upstream closes idle connections after about the time in which requests come: some meet the closing."""

from dataclasses import replace
from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    idle = rng.uniform(0.9, 1.6)
    lingers = idle * 0.25
    api.posts = rng.uniform(0.5, 0.8)
    api.searches = 0.1
    # One request a turn for each node, and then silence.
    api.burst = (len(plan.nodes), idle * 1.05)
    for server in api.servers:
        server.behaviour = replace(server.behaviour, idle=idle, lingers=lingers, requests=0, median=0.012)
    story = (
        f"{api.name}'s upstream closes connections that are idle for {idle:.1f} s; its requests come about as often."
    )
    return Fault(story=story, apis=(api,))


UPSTREAM_IDLE_TIMEOUT_RACE = Scenario(draw=_draw, acceptable=("upstream_crash_midresponse",), seconds=40)
