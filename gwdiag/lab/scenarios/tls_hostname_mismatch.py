"""The certificate of an upstream names another host."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage
from gwdiag.lab.tls import make_tls


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    authority = make_tls(plan, api)
    other = rng.choice([f"www.{api.slug}.example.org", f"{api.slug}-old.example.net"])
    wrong = authority.issue(f"{api.slug}-other", other)
    is_from_start = rng.random() < 0.5
    if is_from_start:
        api.servers[0].certificate = wrong

    def strike(stage: Stage) -> None:
        stage.certificate(api, wrong)

    since = "From the start" if is_from_start else "Since a renewal"
    story = f"{since} the certificate of {api.name}'s upstream names {other}; its target is {api.target}."
    return Fault(story=story, apis=(api,), strike=None if is_from_start else strike)


TLS_HOSTNAME_MISMATCH = Scenario(draw=_draw, needs=frozenset({Need.CERTIFICATES}))
