"""The resolver says that the upstream's name does not exist: from the start, or since it was removed."""

from random import Random

from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    is_removed = rng.random() < 0.6
    if not is_removed:
        plan.unknown_names.append(api.host)

    def strike(stage: Stage) -> None:
        stage.names("nxdomain", api.host)

    plan.renew_connections(api, 5)
    since = "is taken out of DNS" if is_removed else "was never in DNS"
    story = f"The name of {api.name}'s upstream, {api.host}, {since}."
    return Fault(story=story, apis=(api,), strike=strike if is_removed else None)


DNS_NXDOMAIN = Scenario(draw=_draw, needs=frozenset({Need.NETWORK}))
