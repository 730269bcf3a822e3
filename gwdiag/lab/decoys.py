"""What happens beside a fault and is none: an unchanged reload, more traffic elsewhere, a 503 now and then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault

if TYPE_CHECKING:
    from gwdiag.lab.stage import Stage

EACH = 0.25
"""How likely each is in a case."""
RARE = 0.003
"""A share of requests that nobody would call a fault."""


@dataclass(frozen=True, slots=True)
class Decoy:
    """`after`: seconds since the begin. `act` is done then."""

    after: float
    story: str
    act: Callable[["Stage"], None]


def decoys(plan: Plan, faults: Sequence[Fault], rng: Random) -> list[Decoy]:
    """Those of a case, in the order of their times. Only APIs without a fault are changed."""
    found = []
    concerned = {api.slug for fault in faults for api in fault.apis}
    others = [api for api in plan.apis if api.slug not in concerned]
    if rng.random() < EACH:
        found.append(
            Decoy(_sometime(plan, rng), "Definitions are loaded anew, unchanged.", lambda stage: stage.reload())
        )
    if others and concerned and rng.random() < EACH:
        found.append(_growing(rng.choice(others), _sometime(plan, rng), rng.uniform(1.3, 1.6)))
    if others and concerned and rng.random() < EACH:
        api = rng.choice(others)
        for server in api.servers:
            server.behaviour = replace(server.behaviour, words=((RARE, "status/503"),))
        found.append(Decoy(0.0, f"{api.name}'s upstream answers 503 to {RARE:.1%} of requests.", lambda _: None))
    return sorted(found, key=lambda one: one.after)


def _growing(api: Api, after: float, factor: float) -> Decoy:
    story = f"Traffic to {api.name} grows {factor:.1f} times, and is served."
    return Decoy(after, story, lambda stage: stage.callers(api, rate=api.rate * factor))


def _sometime(plan: Plan, rng: Random) -> float:
    return plan.duration * rng.uniform(0.15, 0.85)
