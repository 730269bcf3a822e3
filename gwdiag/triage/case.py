"""The parts of a case: logs, definitions, copies of the nodes, saved probes, profiles. Any of them may be missing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from gwdiag.definitions import Known
from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment
from gwdiag.logs.analysis import View
from gwdiag.model.definition import ApiDefinition, GatewaySettings
from gwdiag.model.problem import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeState:
    """What the kernel of a node said during the fault, and earlier where that was kept.

    `place`: where it lies. `seconds`: between the two readings, where known; `since`: the same in words.
    `is_capture`: `gwdiag limits` wrote it, under any name.
    """

    name: str
    place: str
    now: Moment
    before: Moment | None = None
    seconds: float | None = None
    since: str = "since before the fault"
    is_capture: bool = False

    def grown(self, count: Callable[[Moment], int]) -> int:
        """By how much a counter grew. Raises Unreadable where there is no earlier reading, or it is no counter."""
        if self.before is None:
            raise Unreadable(f"there is no reading of {self.name} from before the fault to compare with")
        by = count(self.now) - count(self.before)
        if by < 0:
            raise Unreadable(f"a counter of {self.name} went back: the node was restarted between the two readings")
        return by


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a probe said of a target (scheme://host:port or host:port). `place`: its file, or the command.

    `is_of_now`: it was made for this case, just now; when a saved one was made nobody knows.
    """

    target: str
    verdict: str
    cause: str
    place: str
    is_of_now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that is known. `view` None: there are no logs. `known`: definitions and settings with their node."""

    view: View | None
    known: tuple[tuple[str, Known], ...] = ()
    nodes: Mapping[str, NodeState] = field(default_factory=dict)
    probed: tuple[Probed, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def definitions(self) -> tuple[ApiDefinition, ...]:
        return tuple(one for _, one in self.known if isinstance(one, ApiDefinition))

    @property
    def settings(self) -> Mapping[str, GatewaySettings]:
        return {node: one for node, one in self.known if isinstance(one, GatewaySettings)}

    def defined(self, apis: tuple[str, ...]) -> tuple[ApiDefinition, ...]:
        """The definitions of these APIs, each once."""
        found = {(one.id, one.target): one for one in self.definitions if one.name in apis or one.id in apis}
        return tuple(found.values())

    def states(self, nodes: tuple[str, ...]) -> list[NodeState]:
        """The copies of these nodes; of all nodes where none is named."""
        return [one for name, one in self.nodes.items() if name in nodes or not nodes]

    def told(self, nodes: tuple[str, ...], read: Callable[[NodeState], T]) -> list[T] | Unavailable:
        """What each of these nodes tells. One that cannot is left out; where none can, the last one's reason counts."""
        found, why = [], "no copy of a node's /proc is at hand"
        for state in self.states(nodes):
            try:
                found.append(read(state))
            except Unreadable as unreadable:
                why = str(unreadable)
        return found or Unavailable(why)
