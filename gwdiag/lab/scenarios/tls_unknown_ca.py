"""The certificate of an upstream comes from an authority that the gateway does not know."""

from random import Random

from gwdiag.lab.certificates import Authority
from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage
from gwdiag.lab.tls import make_tls


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    make_tls(plan, api)
    private = Authority(plan.work, f"{api.slug}-private", "Private Root")
    unknown = private.issue(f"{api.slug}-unknown", api.host)
    is_from_start = rng.random() < 0.5
    if is_from_start:
        api.servers[0].certificate = unknown

    def strike(stage: Stage) -> None:
        stage.certificate(api, unknown)

    when = "has been" if is_from_start else "is replaced by one that was"
    story = f"The certificate of {api.name}'s upstream {when} signed by a private authority that no node trusts."
    return Fault(story=story, apis=(api,), strike=None if is_from_start else strike)


TLS_UNKNOWN_CA = Scenario(draw=_draw, needs=frozenset({Need.CERTIFICATES}))
