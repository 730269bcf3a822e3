"""Packets that network interfaces dropped or received damaged."""

from collections.abc import Callable

from gwdiag.limits.check import Fix, LimitCheck, Reading, Status, Unreadable, above, at_least
from gwdiag.limits.host import FEWEST, Host, names, share_of_events
from gwdiag.limits.moment import Moment, whole
from gwdiag.model.dataclass import dataclass

COLUMNS = {
    "rx_packets": 1,
    "rx_errors": 2,
    "rx_dropped": 3,
    "rx_fifo_errors": 4,
    "tx_packets": 9,
    "tx_errors": 10,
    "tx_dropped": 11,
    "tx_fifo_errors": 12,
}
"""Places in /proc/net/dev, where sysfs cannot be read; rx_missed_errors is within rx_dropped there."""
LOST = {"rx": ("rx_dropped", "rx_missed_errors", "rx_errors"), "tx": ("tx_dropped", "tx_errors")}


@dataclass(frozen=True, slots=True)
class _Loss:
    interface: str
    share: float
    lost: int
    packets: int
    fifo: int


def read(host: Host) -> Reading:
    losses = [_loss(host, name) for name in host.now.interfaces]
    if not losses:
        raise Unreadable("there is no network interface but loopback")
    worst = max(losses, key=lambda one: (one.share, one.fifo))
    return Reading(
        value=worst.share,
        used=worst.lost,
        limit=worst.packets,
        least=Status.WARN if worst.fifo else Status.OK,
        because=f"its ring overran {worst.fifo:,} times",
        note=f"on {worst.interface}",
        names=names(interface=worst.interface),
    )


def _loss(host: Host, interface: str) -> _Loss:
    def grown(name: str) -> int:
        return host.grown(_statistic(interface, name))

    shares = []
    for way, lost_names in LOST.items():
        lost, packets = sum(map(grown, lost_names)), grown(f"{way}_packets")
        shares.append((share_of_events(lost, packets) if lost >= FEWEST else 0.0, lost, packets))
    share, lost, packets = max(shares)
    return _Loss(interface, share, lost, packets, grown("rx_fifo_errors"))


def _statistic(interface: str, name: str) -> Callable[[Moment], int]:
    def count(moment: Moment) -> int:
        try:
            return moment.number(moment.interface(interface, f"statistics/{name}"))
        except Unreadable:
            return _of_dev(moment, interface, name)

    return count


def _of_dev(moment: Moment, interface: str, name: str) -> int:
    path = moment.net("dev")
    for line in moment.lines(path):
        found, _, figures = line.partition(":")
        words = figures.split()
        if found.strip() == interface and len(words) >= 13:
            return whole(words[COLUMNS[name]], path) if name in COLUMNS else 0
    raise Unreadable(f"/{path} says nothing of {interface}")


NET_NIC_DROPS = LimitCheck(
    title="Packets lost at a network interface",
    read=read,
    unit="packets",
    share=True,
    warn=above(0.001),
    crit=at_least(0.02),
    conditions="A warning where a receive ring overran (rx_fifo_errors).",
    source=("/sys/class/net/<if>/statistics", "/proc/<pid>/net/dev"),
    rate=True,
    why="Rings that are too small, or a bad cable: each lost packet is a retransmit, and a wait",
    fixes=(
        Fix(text="See the size of its rings", command="ethtool -g {interface}"),
        Fix(text="Enlarge the receive ring to the maximum it shows", command="ethtool -G {interface} rx 4096"),
    ),
    explains=("upstream_response_timeout", "upstream_dial_timeout"),
    shows="retransmits, i/o timeout",
    basis="netdata: 2 % of packets, any overrun",
)
