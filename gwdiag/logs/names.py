"""What nodes, APIs and upstreams are called in a report, once all of a log is known."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from gwdiag.logs.tally import Cell, Tally, Value
from gwdiag.model.definition import ApiDefinition
from gwdiag.model.pattern import pattern

K = TypeVar("K")

ADDRESS = pattern(r"(?:^|//)(?:\d+(?:\.\d+){3}|\[[0-9a-fA-F:.%\w]+\])(?::\d+)?$")
"""An upstream that is an IP address, with or without its port."""


def host_and_port(upstream: str) -> tuple[str, str]:
    """Of `scheme://host:port` or `host:port`, perhaps with a path; without a port it is the scheme's."""
    address = upstream.rpartition("://")[2].partition("/")[0]
    host, _, port = address.rpartition(":") if re.search(r":\d+$", address) else (address, "", "")
    return host.strip("[]"), port or ("443" if upstream.startswith("https") else "80")


class Names:
    """Names from the log itself and from definitions that lie beside it.

    A record may have an API's id without its name, or, up to Tyk 5.11, no API at all: then the upstream tells it, where
    no two APIs share it. An upstream may be there under a name of the gateway's own (`orders_be/orders1`), or by the
    address that the definition's name was resolved to.
    """

    def __init__(self, tally: Tally, definitions: Iterable[ApiDefinition]) -> None:
        known = list(definitions)
        self._cells: dict[Cell, Cell] = {}
        self._schemes = dict(tally.schemes)
        self._api_names = {one.id: one.name for one in known} | tally.api_names
        self._targets: dict[tuple[str, str], str] = {}
        self._target_of_api: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._aliases: dict[str, str] = {}
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for one in known:
            self._members[one.name] = one.members
            self._aliases |= {alias.rpartition("://")[2]: address for alias, address in one.aliases.items()}
            self._target_of_api[one.name] = one.target
            for address in filter(None, (one.target, *one.members)):
                scheme, _, host = address.rpartition("://")
                self._schemes.setdefault(host, scheme)
                self._targets[one.name, address] = one.target
                owners[host].add(one.name)
        for _, cell in tally.requests:
            if cell.api and cell.upstream:
                owners[cell.upstream].add(self.api(cell.api))
        self._owner = {host: next(iter(apis)) for host, apis in owners.items() if len(apis) == 1}

    def api(self, key: str) -> str:
        return self._api_names.get(key, key)

    def upstream(self, host: str) -> str:
        if host in self._aliases:
            return self._aliases[host]
        scheme = self._schemes.get(host)
        return f"{scheme}://{host}" if scheme else host

    def cell(self, cell: Cell) -> Cell:
        """It with its final names."""
        if cell not in self._cells:
            api = self.api(cell.api) if cell.api else self._owner.get(cell.upstream, "")
            self._cells[cell] = Cell(cell.node, api, self.upstream(cell.upstream))
        return self._cells[cell]

    def targets(self, api: str, upstream: str, *, dead: bool = False) -> list[str]:
        """What a report calls an upstream of this API: the definition's target; without one, the upstream itself.

        Of a list it is the whole list where nothing tells which member it was. `dead`: it fails while others do not;
        then it is named itself, beside the target where the definition has one that is no member.
        """
        members = self._members.get(api, ())
        target = self._target_of_api.get(api, "")
        if not upstream:
            return list(members if target in members else filter(None, (target,)))
        if target in members:
            return [upstream]
        defined = self._targets.get((api, upstream), "")
        if not defined and target and not members and _may_be_address_of(upstream, target):
            defined = target
        named = defined or upstream
        return list(dict.fromkeys((named, upstream))) if dead else [named]


def rename(tally: Tally, names: Names) -> None:
    """Puts the final names into the sums, and the sums in their order: of equals the same one comes first, in whatever
    order the logs were read.
    """
    tally.requests = tally.requests.renamed(lambda key: (key[0], names.cell(key[1])))
    tally.undated = _summed(tally.undated, lambda key: (key[0], names.cell(key[1])))
    tally.notices = tally.notices.renamed(lambda key: (key[0], names.cell(key[1])))
    tally.undated_notices = _summed(tally.undated_notices, lambda key: (key[0], names.cell(key[1])))
    tally.tried = _summed(tally.tried, names.cell)
    tally.latency_over_time = tally.latency_over_time.renamed(lambda key: (names.cell(key[0]), key[1]))
    tally.latency = _renamed(tally.latency, names.cell)
    tally.durations = _renamed(tally.durations, lambda key: (key[0], names.cell(key[1])))
    tally.cut_answers = _summed(tally.cut_answers, names.cell)
    tally.alone = _summed(tally.alone, names.api)
    tally.requests_by = _valued(tally.requests_by, names)
    tally.failures_by = _valued(tally.failures_by, names)
    tally.first_sights = {
        (names.api(api), names.upstream(host)): sight for (api, host), sight in sorted(tally.first_sights.items())
    }
    tally.retried = _summed(tally.retried, str)
    tally.unclassified = _summed(tally.unclassified, str)
    tally.slowest = dict(sorted(tally.slowest.items()))
    tally.formats = defaultdict(set, sorted(tally.formats.items()))


def _may_be_address_of(upstream: str, target: str) -> bool:
    """Whether the upstream may be what the target's name was resolved to."""
    address, name = ADDRESS.search(upstream), ADDRESS.search(target)
    return address is not None and name is None and upstream.rpartition(":")[2] == target.rpartition(":")[2]


def _renamed(counters: defaultdict[K, Counter[int]], name: Callable[[K], K]) -> defaultdict[K, Counter[int]]:
    other: defaultdict[K, Counter[int]] = defaultdict(Counter)
    for key, counts in sorted(counters.items()):
        other[name(key)].update(counts)
    return other


def _summed(counts: Counter[K], name: Callable[[K], K]) -> Counter[K]:
    other: Counter[K] = Counter()
    for key, count in sorted(counts.items()):
        other[name(key)] += count
    return other


def _valued(by: Mapping[K, Counter[Value]], names: Names) -> defaultdict[K, Counter[Value]]:
    apis = {one.api for counts in by.values() for one in counts}
    renamed = {api: names.api(api) for api in apis if names.api(api) != api}

    def name(one: Value) -> Value:
        return one._replace(api=renamed[one.api]) if one.api in renamed else one

    return defaultdict(Counter, {key: _summed(counts, name) for key, counts in by.items()} if renamed else by)
