"""What checks ask: the node now, what changed since the reading before, and what is known of the gateway."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment
from gwdiag.limits.settings import Settings
from gwdiag.limits.sockets import State

FEWEST = 3
"""Events in a window below which a share of them says nothing: one lost segment of a quiet minute is no loss rate."""

Count = Callable[[Moment], int]


@dataclass(frozen=True, kw_only=True)
class Host:
    """A node at one moment, `seconds` after the moment `before`, if there was one."""

    now: Moment
    before: Moment | None = None
    seconds: float | None = None
    ticks: int = 100
    ports: tuple[int, ...] = ()
    settings: Settings = field(default_factory=Settings)
    hostname: str = ""

    def grown(self, count: Count, *, of_process: bool = False) -> int:
        """By how much a counter grew. One that went back, or a reboot or restart between the readings, is no rate."""
        now = count(self.now)
        moment, _ = self._two()
        before = count(moment)
        if self.rebooted:
            raise Unreadable("the node was rebooted between the two readings")
        if of_process and self.restarted:
            raise Unreadable("the process was restarted between the two readings")
        if now < before:
            raise Unreadable(f"a counter went back from {before:,} to {now:,}: it was reset between the two readings")
        return now - before

    def rate(self, count: Count, *, of_process: bool = False) -> float:
        """The same for a second."""
        return self.grown(count, of_process=of_process) / self.window

    def grown_if_known(self, count: Count) -> tuple[int, str]:
        """The same for what only adds to a check: 0 where it cannot be told, and why not.

        One reading is no reason: then the check is about what it shows by itself.
        """
        if self.before is None or self.seconds is None:
            return 0, ""
        try:
            return self.grown(count), ""
        except Unreadable as unreadable:
            return 0, str(unreadable)

    @property
    def window(self) -> float:
        return self._two()[1]

    @property
    def earlier(self) -> Moment:
        """The reading before. Raises Unreadable where there is none."""
        return self._two()[0]

    def _two(self) -> tuple[Moment, float]:
        if self.before is None or self.seconds is None:
            raise Unreadable("it takes two readings and the time between them")
        return self.before, self.seconds

    @cached_property
    def rebooted(self) -> bool:
        return self._differs(lambda moment: moment.text("proc/sys/kernel/random/boot_id").strip())

    @cached_property
    def restarted(self) -> bool:
        return self._differs(lambda moment: moment.stat()[19])

    def _differs(self, tell: Callable[[Moment], str]) -> bool:
        try:
            return bool(self.before) and tell(self.earlier) != tell(self.now)
        except Unreadable:
            return False

    def setting(self, name: str) -> int:
        """A kernel setting that is one number."""
        return self.now.number(self.now.setting(name))

    def listening_ports(self) -> tuple[int, ...]:
        """The ports that the gateway should listen on; where nobody said, those that it does listen on."""
        if self.ports:
            return self.ports
        own = self.now.own_connections
        if own is self.now.connections:
            raise Unreadable("which ports the gateway listens on is not known: give its configuration, or run as root")
        return tuple(sorted({one.local_port for one in own if one.state == State.LISTEN}))


def share(used: float, limit: float) -> float:
    """Used of the limit. Raises Unreadable for a limit of nothing: that is damage."""
    if limit <= 0:
        raise Unreadable(f"the limit reads {limit:g}, which cannot be")
    return used / limit


def share_of_events(events: int, of: int) -> float:
    """Events among tries; of none, each event counts as one."""
    return events / max(of, 1)


def names(**values: object) -> Mapping[str, str]:
    """What commands are filled with."""
    return {name: str(value) for name, value in values.items()}
