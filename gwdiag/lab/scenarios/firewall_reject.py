"""A firewall before an upstream refuses connections actively, with an ICMP message or a reset."""

from random import Random

from gwdiag.lab.network import UPSTREAMS
from gwdiag.lab.plan import Api, Plan
from gwdiag.lab.scenario import Fault, Need, Scenario
from gwdiag.lab.stage import Stage

KINDS = ("icmp type admin-prohibited", "icmp type host-prohibited", "icmp type port-unreachable", "tcp reset")


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    [server] = api.servers
    kind = rng.choice(KINDS)
    is_for_new = rng.random() < 0.5
    plan.renew_connections(api)
    flags = "tcp flags & (syn | ack) == syn" if is_for_new else ""

    def strike(stage: Stage) -> None:
        # Without this the kernel sends about one such message per second, and the rest looks dropped.
        stage.hosts.set(UPSTREAMS, net__ipv4__icmp_ratelimit=0)
        rule = f"ip daddr {server.address} tcp dport {server.port} {flags} reject with {kind}"
        stage.hosts.filter(UPSTREAMS, "input", rule)

    what = "new connections" if is_for_new else "every packet"
    story = f"A firewall before {api.name}'s upstream, {server.address}:{server.port}, rejects {what} with {kind}."
    return Fault(story=story, apis=(api,), strike=strike)


FIREWALL_REJECT = Scenario(
    draw=_draw, acceptable=("no_route", "upstream_down"), needs=frozenset({Need.NETWORK, Need.FILTER})
)
