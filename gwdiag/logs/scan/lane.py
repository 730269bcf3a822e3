"""The lines of one file in one format: which node, API and upstream their rows are of, and who asked for what."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.scan.scanner import Rows, Scanner
from gwdiag.logs.scan.sums import Sums
from gwdiag.logs.scan.values import OTHER, Clients, Paths
from gwdiag.logs.tally import MOST_VALUES, OTHERS, Cell, Tally, templated
from gwdiag.model.event import Event

LOW, MIDDLE = np.uint64(32), np.uint64(8)


class Counted(Protocol):
    """A file, which knows what it gave. `node` None: its lines may say; `default_node` where they do not."""

    path: str

    @property
    def node_told(self) -> str | None: ...

    @property
    def default_node(self) -> str: ...

    def read_lines(self, some: int) -> None:
        """So many more lines were read."""

    def counted(self, format_: str, nodes: list[str], some: int, first: float, last: float) -> None:
        """So many events of these nodes between these times came of it."""


class Lane:
    def __init__(self, tally: Tally, file: Counted, name: str, form: LogFormat, clock: Clock) -> None:
        if form.scan is None:
            raise ValueError(name)
        self.file = file
        self.format = name
        self.scanner = Scanner(
            form.scan,
            form.read,
            clock,
            Clients(form.scan.client_of, MOST_VALUES),
            Paths(form.scan.path_of, self._of_path),
        )
        self.nodes: list[str] = []
        self._tally = tally
        self._apis = {"": 0}
        self._methods = {"": 0}
        self._named = np.empty(0, np.int64)  # by event: the number of the API that it names, -1 where its path tells
        self._method = np.empty(0, np.uint64)  # by event
        self._cells: dict[int, int] = {}  # by event and API
        self._kinds, self._clients, self._paths = Sums(), Sums(), Sums()

    def node(self, event: Event) -> str:
        return self.file.node_told or event.host or self.file.default_node

    def _of_path(self, path: str) -> tuple[str, int]:
        api = self._tally.api_of(self.format, path)
        return templated(path), self._apis.setdefault(api, len(self._apis))

    def _learn(self) -> None:
        """Looks at the events that are new."""
        new = self.scanner.events[len(self._named) :]
        apis = [event.api or event.api_id for event in new]
        named = [self._apis.setdefault(api, len(self._apis)) if api else -1 for api in apis]
        methods = [self._methods.setdefault(event.method or "", len(self._methods)) for event in new]
        self._named = np.concatenate((self._named, np.array(named, np.int64)))
        self._method = np.concatenate((self._method, np.array(methods, np.uint64)))
        for event in new:
            node = self.node(event)
            if node not in self.nodes:
                self.nodes.append(node)
            if event.api and event.api_id:
                self._tally.api_names[event.api_id] = event.api
            self._tally.formats[node].add(self.format)

    def count(self, rows: Rows, number_of: Callable[[Cell], int]) -> NDArray[np.uint64]:
        """Counts who asked for what. The number of each row's cell."""
        if len(self._named) < len(self.scanner.events):
            self._learn()
        apis = self._named[rows.event]
        if rows.path is not None and (apis < 0).any():
            apis = np.where(apis < 0, np.array(self.scanner.paths.apis)[rows.path], apis)
        high = np.maximum(apis, 0).view(np.uint64)
        if rows.client is not None:
            self._clients.add(high << LOW | rows.client.view(np.uint32))
        if rows.path is not None:
            self._paths.add((high << MIDDLE | self._method[rows.event]) << LOW | rows.path.view(np.uint32))
        kinds = rows.event.astype(np.uint64) << LOW | high
        self._kinds.add(kinds)
        different, whose = np.unique(kinds, return_inverse=True)
        numbers = [self._number(kind, number_of) for kind in different.tolist()]
        return np.array(numbers, np.uint64)[whose]

    def _number(self, kind: int, number_of: Callable[[Cell], int]) -> int:
        number = self._cells.get(kind)
        if number is None:
            event, api = self.scanner.events[kind >> 32], list(self._apis)[kind & 0xFFFFFFFF]
            cell = Cell(self.node(event), api, self._tally.address(event.upstream))
            number = self._cells[kind] = number_of(cell)
        return number

    def settle(self) -> None:
        """Puts what was counted into the tally."""
        apis, methods = list(self._apis), list(self._methods)
        clients, paths = self.scanner.clients.names, self.scanner.paths.names
        for key, count in self._kinds.take():
            event, api = self.scanner.events[key >> 32], apis[key & 0xFFFFFFFF]
            self._tally.asked("status", api, str(event.status), count)
            self._tally.asked("method", api, event.method or "", count)
        for key, count in self._clients.take():
            code = key & 0xFFFFFFFF
            self._tally.asked("client", apis[key >> 32], OTHERS if code == OTHER else clients[code], count)
        for key, count in self._paths.take():
            method, path = methods[key >> 32 & 0xFF], paths[key & 0xFFFFFFFF]
            self._tally.asked("path", apis[key >> 40], f"{method} {path}" if method and path else path, count)
