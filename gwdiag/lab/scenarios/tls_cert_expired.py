"""The certificate of an upstream has expired: since before the start, or one that had is put in place."""

from datetime import timedelta
from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage
from gwdiag.lab.tls import make_tls


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    authority = make_tls(plan, api)
    ended = timedelta(hours=rng.randrange(1, 900))
    expired = authority.issue(f"{api.slug}-expired", api.host, ended=ended)
    is_from_start = rng.random() < 0.4
    if is_from_start:
        api.servers[0].certificate = expired

    def strike(stage: Stage) -> None:
        stage.certificate(api, expired)

    when = "had run out" if is_from_start else "is replaced by one that had run out"
    story = f"The certificate of {api.name}'s upstream {when} {ended.total_seconds() / 3600:.0f} hours before."
    return Fault(story=story, apis=(api,), strike=None if is_from_start else strike)


TLS_CERT_EXPIRED = Scenario(draw=_draw, needs=frozenset({Need.CERTIFICATES}))
