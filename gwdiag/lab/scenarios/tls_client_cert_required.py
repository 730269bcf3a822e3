"""An upstream begins to require a client certificate, and the gateway has none."""

from random import Random

from gwdiag.lab.certificates import Authority
from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage
from gwdiag.lab.tls import make_tls


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    make_tls(plan, api)
    clients = Authority(plan.work, f"{api.slug}-clients", "Clients")

    def strike(stage: Stage) -> None:
        stage.certificate(api, api.servers[0].certificate, client_ca=f"{clients.file.name}.crt")

    story = f"{api.name}'s upstream begins to require a client certificate; no node has one."
    return Fault(story=story, apis=(api,), strike=strike)


TLS_CLIENT_CERT_REQUIRED = Scenario(draw=_draw, needs=frozenset({Need.CERTIFICATES}))
