"""A box on the way forgets connections that are idle, and drops what comes on them later."""

from random import Random

from gwdiag.lab.network import UPSTREAMS
from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    [server] = api.servers
    forgets = rng.choice([2, 3])
    quiet = forgets + rng.uniform(1.5, 3.0)
    plan.shortened_timeout(rng, 2, 3)
    api.burst = (rng.randrange(3, 7) * len(plan.nodes), quiet)
    for one in api.servers:
        one.behaviour = type(one.behaviour)(median=one.behaviour.median, spread=one.behaviour.spread)
    to = f"ip daddr {server.address} tcp dport {server.port}"

    def strike(stage: Stage) -> None:
        stage.hosts.filter(
            UPSTREAMS,
            "input",
            f"{to} ct state established accept",
            f"{to} tcp flags & (syn | ack) == syn accept",
            f"{to} drop",
        )
        settings = {"tcp_loose": 0, "tcp_timeout_established": forgets, "tcp_timeout_unacknowledged": forgets}
        for name, value in settings.items():
            stage.hosts.set(UPSTREAMS, **{f"net__netfilter__nf_conntrack_{name}": value})

    story = (
        f"A box before {api.name}'s upstream forgets connections after {forgets} s without a packet and drops what "
        f"follows; requests come in bursts, {quiet:.1f} s apart."
    )
    return Fault(story=story, apis=(api,), strike=strike)


LB_IDLE_TIMEOUT_DROPS = Scenario(draw=_draw, needs=frozenset({Need.NETWORK, Need.FILTER, Need.TRACKING}), seconds=40)
