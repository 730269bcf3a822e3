"""A definition allows an operation less time than its upstream normally takes."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    limit = rng.choice([1, 1, 2])
    normal = limit * rng.uniform(0.75, 1.1)
    api.searches = 0.4
    is_changed = rng.random() < 0.5
    method, path = "GET", "/search"
    rule: dict[str, list[dict[str, object]]] = {"hard_timeouts": [{"path": path, "method": method, "timeout": limit}]}
    first = api.servers[0].behaviour
    for server in api.servers:
        server.behaviour = type(first)(median=first.median, spread=0.5, by_path={path: normal}, requests=first.requests)
    if not is_changed:
        api.endpoints |= rule

    def strike(stage: Stage) -> None:
        api.endpoints |= rule
        stage.reload(api)

    since = "a reload on" if is_changed else "the start on"
    story = (
        f"{method} {path} of {api.name} may take {limit} s from {since}; its upstream normally takes {normal:.2f} s."
    )
    return Fault(story=story, apis=(api,), strike=strike if is_changed else None)


ENFORCED_TIMEOUT_TOO_LOW = Scenario(draw=_draw, acceptable=("upstream_slow",))
