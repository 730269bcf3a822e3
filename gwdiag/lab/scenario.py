"""What a scenario is: how one cause is put into a plan, and what happens at its onset."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING

from gwdiag.lab.plan import Api, Node, Plan

if TYPE_CHECKING:
    from gwdiag.lab.stage import Stage


class Need(StrEnum):
    """What a scenario cannot do without."""

    NETWORK = "network namespaces"
    FILTER = "nft in network namespaces"
    TRACKING = "connection tracking that root may set"
    QUOTA = "a CPU cgroup"
    CERTIFICATES = "openssl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault as it was drawn. `strike` is done at its onset; None: it is there from the start.

    `story`: one sentence with its figures. `nodes`, `apis`: where failures show; all nodes, where none is named.
    `is_observed`: a limit that is reached by itself, so that the onset is the first failure that clients see. `hurts`:
    requests fail that should not; a case in which none does has not come off.
    """

    story: str
    apis: tuple[Api, ...] = ()
    nodes: tuple[Node, ...] = ()
    strike: Callable[["Stage"], None] | None = None
    is_observed: bool = False
    hurts: bool = True


Draw = Callable[[Plan, Api, Random], Fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`draw` puts the fault into the plan. `acceptable`: other causes that could be named from the files alone.

    `is_alone`: it concerns more than its API, so that no other fault is independent of it. `seconds`: the least that
    it takes to show. `cannot`: why this laboratory cannot play it at all.
    """

    draw: Draw | None = None
    acceptable: tuple[str, ...] = ()
    needs: frozenset[Need] = field(default_factory=frozenset)
    is_alone: bool = False
    seconds: float = 0.0
    cannot: str = ""
