"""One case from its seed to its folder: draw, start, wait, strike, wait, copy, end, label."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

from gwdiag.lab.decoys import Decoy, decoys
from gwdiag.lab.label import Struck, failures_of, label, read_outcomes
from gwdiag.lab.network import Loopback, Namespaces
from gwdiag.lab.plan import Plan, draw
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.scenarios import scenarios
from gwdiag.lab.stage import Stage
from gwdiag.model.problem import Exit, Problem

BEFORE = 1.0
"""Seconds before the onset at which the copies before it are made."""
LATEST_SECOND = 0.15
"""A second fault begins at most this share of the duration after the first."""
COPY_WITHIN = (0.4, 0.6)
"""After such a share of the time from the last onset to the end the copies during the fault are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be played, and where its folders are. `tag` is of all that this run makes outside of them."""

    causes: tuple[str, ...]
    seed: int
    duration: float
    name: str
    folder: str
    work: str
    is_loopback: bool
    tag: str


def play(order: Order) -> None:
    """Writes `cases/<name>/nodes` and `labels/<name>.json`. Raises Problem."""
    rng = Random(f"{order.seed} {' '.join(order.causes)}")
    wanted = [scenarios()[one] for one in order.causes]
    duration = max([order.duration, *(one.seconds for one in wanted)])
    work, case = Path(order.work), Path(order.folder, "cases", order.name)
    plan = draw(rng, order.seed, work, duration, is_loopback=order.is_loopback, least_apis=len(wanted) + 1)
    faults = _drawn(plan, wanted, rng)
    beside = decoys(plan, faults, rng)
    network = Loopback() if order.is_loopback else Namespaces()
    with Stage(plan, case, work, network, order.tag) as stage:
        stage.begin_load()
        began = time.time()
        struck = _struck(stage, order, faults, beside, began, rng)
        stage.end()
        ended = time.time()
    outcomes = read_outcomes(stage.outcomes)
    for one in struck:
        if one.fault.apis and one.fault.hurts and not failures_of(plan, one, outcomes):
            raise Problem(
                f"{one.cause} did not show: nothing failed; try another --seed, or a longer --duration",
                Exit.NOTHING_DONE,
            )
    truth = label(order.name, plan, struck, outcomes, stage.counts, began, ended)
    truth["also_happened"] = [one.story for one in beside]
    file = Path(order.folder, "labels", f"{order.name}.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(truth, indent=2) + "\n")


def _drawn(plan: Plan, wanted: Sequence[Scenario], rng: Random) -> list[Fault]:
    """Each fault has an API of its own."""
    apis = rng.sample(plan.apis, len(wanted))
    return [one.draw(plan, api, rng) for one, api in zip(wanted, apis, strict=True) if one.draw]


def _struck(
    stage: Stage, order: Order, faults: Sequence[Fault], beside: Sequence[Decoy], began: float, rng: Random
) -> list[Struck]:
    """Lets time pass, and does what is to be done in it. What is there from the start has no copies from before."""
    plan, end = stage.plan, began + stage.plan.duration
    found: dict[str, Struck] = {}
    for cause, fault in zip(order.causes, faults, strict=True):
        at = began
        if fault.strike:
            at += plan.lead + (rng.uniform(0, LATEST_SECOND) * plan.duration if found else 0.0)
        found[cause] = Struck(cause=cause, fault=fault, at=at, acceptable=scenarios()[cause].acceptable)

    def strike(one: Struck) -> None:
        assert one.fault.strike
        found[one.cause] = replace(one, at=time.time())
        one.fault.strike(stage)

    to_do: list[tuple[float, Callable[[], None]]] = [
        (one.at, partial(strike, one)) for one in found.values() if one.fault.strike
    ]
    onsets = [at for at, _ in to_do]
    if onsets:
        to_do.append((min(onsets) - BEFORE, partial(stage.copy, "before")))
    last = max(onsets, default=began)
    to_do.append((last + (end - last) * rng.uniform(*COPY_WITHIN), partial(stage.copy, "during")))
    to_do += [(began + one.after, partial(one.act, stage)) for one in beside]
    for at, act in sorted(to_do, key=lambda one: one[0]):
        _sleep_until(at)
        act()
    _sleep_until(end)
    return list(found.values())


def _sleep_until(at: float) -> None:
    time.sleep(max(at - time.time(), 0.0))
