"""One side speaks plain HTTP and the other TLS, from the start or since a changed definition was loaded."""

from dataclasses import replace
from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage
from gwdiag.lab.tls import make_tls


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    is_plain_upstream, is_changed = rng.random() < 0.5, rng.random() < 0.5
    if not is_plain_upstream:
        make_tls(plan, api)
    wrong = "https" if is_plain_upstream else "http"
    if not is_changed:
        api.scheme = wrong

    def strike(stage: Stage) -> None:
        stage.reload(replace(api, scheme=wrong))

    speaks = "plain HTTP" if is_plain_upstream else "TLS"
    since = "since a reload" if is_changed else "from the start"
    story = f"{api.name}'s upstream speaks {speaks} on port {api.port}; its target says {wrong}:// {since}."
    return Fault(story=story, apis=(api,), strike=strike if is_changed else None)


PLAIN_HTTP_ON_TLS_PORT = Scenario(
    draw=_draw, acceptable=("upstream_crash_midresponse",), needs=frozenset({Need.CERTIFICATES})
)
