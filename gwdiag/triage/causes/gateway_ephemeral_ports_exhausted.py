"""No local port is left to that address."""

from gwdiag.model.finding import Remedy
from gwdiag.triage.cause import ALWAYS, RARELY, SOMETIMES, UNCOMMON, USUALLY, Cause
from gwdiag.triage.facts import definition, errors, node, place, time

GATEWAY_EPHEMERAL_PORTS_EXHAUSTED = Cause(
    title="The node is out of local ports to the upstream",
    means="All local ports towards one upstream address are in use or in TIME_WAIT: nothing new can connect.",
    prior=UNCOMMON,
    explains={
        errors.port_exhausted: ALWAYS,
        node.ports_used_up: USUALLY,
        definition.closes_connections: SOMETIMES,
        time.load_rose: SOMETIMES,
        place.several_upstreams: SOMETIMES,
        place.every_api: SOMETIMES,
        errors.dial_timeout: RARELY,
    },
    confused_with={
        "firewall_drop_all": "`cannot assign requested address` is said at once",
    },
    check=Remedy(text=("Count the sockets to each upstream"), command="gwdiag limits --only port"),
    fix=(
        Remedy(
            text=(
                "Keep connections to upstreams: proxy_close_connections off, max_idle_connections_per_host above the "
                "concurrency"
            )
        ),
        Remedy(
            text=("Widen the range"), command='sysctl -w net.ipv4.ip_local_port_range="1024 65535"', changes_state=True
        ),
    ),
)
