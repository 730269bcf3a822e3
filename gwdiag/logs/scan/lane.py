"""The lines of one file in one format: which node, API and upstream their rows are of, and who asked for what."""

import copy
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.classify import class_of
from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.join import answer_to
from gwdiag.logs.scan.codes import UNKNOWN, Codes
from gwdiag.logs.scan.envelopes import Envelopes
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.scanner import Rows, Scanner, is_plain, is_whole
from gwdiag.logs.scan.sums import Sums
from gwdiag.logs.scan.values import OTHER, Clients, Paths
from gwdiag.logs.scan.words import mixed
from gwdiag.logs.tally import MOST_VALUES, OTHERS, Cell, Tally, Value, asked_for, is_cut, is_unexplained, templated
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event

LOW, METHOD, CLASS = np.uint64(32), np.uint64(8), np.uint64(56)
"""Bits of a client or a path; of a method, between an API and a path; and below a class."""

LOWER = (np.uint64(1) << LOW) - np.uint64(1)

Named = dict[str, dict[Value, int]]
"""Counts of values by dimension."""


class Counted(Protocol):
    """A file, which knows what it gave. `node_told` None: its lines may say; `default_node` where they do not."""

    path: str

    @property
    def node_told(self) -> str | None: ...

    @property
    def default_node(self) -> str: ...

    def counted_undated(self, format_: str, nodes: list[str], some: int) -> None:
        """So many events of these nodes came of it that have no time."""

    def read_lines(self, some: int) -> None:
        """So many more lines were read."""

    def counted(self, format_: str, nodes: list[str], some: int, first: float, last: float) -> None:
        """So many events of these nodes between these times came of it."""


class Lane:
    """`file`: whose lines they are; `name`: of the format `form`; `clock` and `envelopes`: the file's."""

    def __init__(
        self, tally: Tally, file: Counted, name: str, form: LogFormat, clock: Clock, envelopes: Envelopes
    ) -> None:
        if form.scan is None:
            raise ValueError(name)
        self.file = file
        self.format = name
        self.form = form
        scan = form.scan

        def counts(event: Event) -> bool:
            return is_plain(event) or (scan.failures and is_whole(event) and class_of(event).id != NONE)

        self.clients = Clients(scan.client_from, MOST_VALUES)
        self.paths = Paths(scan.path_from, self._of_path, MOST_VALUES)
        self.scanner = Scanner(scan, self.event, clock, self.clients, self.paths, counts)
        self._clock = clock
        self._envelopes = envelopes
        self.nodes: list[str] = []
        self.tally = tally
        self._apis = {"": 0}
        self._methods = {"": 0}
        self._classes = {NONE: 0}
        self._begin()
        self._kinds, self._asked, self._failed = Sums(), _Values(), _Values()

    def _begin(self) -> None:
        """There are no kinds yet."""
        self._named = np.empty(0, np.int64)  # by kind: the number of the API that it names, -1 where its path tells
        self._method = np.empty(0, np.uint64)  # by kind
        self._class = np.empty(0, np.uint64)  # by kind; 0 is none
        self._places: list[tuple[str, str | None]] = []  # by kind: its node and the kind of its answer
        self._cells = Codes()  # by kind and API

    @property
    def is_full(self) -> bool:
        """Whether there are as many kinds as may be."""
        return self.scanner.is_full

    def forget(self) -> None:
        """Forgets all kinds, once what was counted by them is in the tally."""
        self.settle()
        self.scanner.forget()
        self._begin()

    def node(self, event: Event) -> str:
        return self.file.node_told or event.host or self.file.default_node

    def client(self, page: Page, rows: Rows, row: int) -> str:
        """Who asked; empty where the line does not say."""
        code = OTHER if rows.client is None else int(rows.client[row])
        if code != OTHER:
            return self.clients.names[code]
        return self.scanner.spec.client_of(rows.client_text.text(page, row)) or "" if rows.client_text else ""

    def path(self, page: Page, rows: Rows, row: int) -> str | None:
        """For what, as paths are counted; None where the line does not say."""
        if rows.path is None or rows.path_text is None:
            return None
        name = self.paths.names[int(rows.path[row])]
        return templated(self.scanner.spec.path_from(rows.path_text.text(page, row)) or "") if name == OTHERS else name

    def event(self, page: Page, line: int) -> Event | None:
        """What a line says."""
        if page.wrapped and page.wrapped.envelope[line] >= 0:
            return self._envelopes.event(page, line, self.format)
        return self.form.read(page.text(line), copy.copy(self._clock))

    def message(self, text: str) -> str:
        """What a line says in words."""
        event = self.form.read(text, copy.copy(self._clock))
        return event.message if event else ""

    def _of_path(self, path: str) -> tuple[str, int]:
        api = self.tally.api_of(self.format, path)
        return templated(path), self._apis.setdefault(api, len(self._apis))

    def place(self, kind: int) -> tuple[str, str | None]:
        """The node of a kind, and what its requests were answered."""
        for known in self.scanner.kinds[len(self._places) :]:
            self._places.append((self.node(known.event), answer_to(known.event.status)))
        return self._places[kind]

    def _learn(self) -> None:
        """Looks at the kinds that are new."""
        new = self.scanner.kinds[len(self._named) :]
        apis = [kind.event.api or kind.event.api_id for kind in new]
        named = [self._apis.setdefault(api, len(self._apis)) if api else -1 for api in apis]
        methods = [self._methods.setdefault(kind.event.method or "", len(self._methods)) for kind in new]
        classes = [self._classes.setdefault(kind.id, len(self._classes)) for kind in new]
        self._named = np.concatenate((self._named, np.array(named, np.int64)))
        self._method = np.concatenate((self._method, np.array(methods, np.uint64)))
        self._class = np.concatenate((self._class, np.array(classes, np.uint64)))
        for event, *_ in new:
            node = self.node(event)
            if node not in self.nodes:
                self.nodes.append(node)

    def count(self, rows: Rows, number_of: Callable[[str, Cell], int]) -> NDArray[np.uint64]:
        """Counts who asked for what. The number of each row's class and cell."""
        if len(self._named) < len(self.scanner.kinds):
            self._learn()
        apis = self._named[rows.kind]
        if rows.path is not None and (apis < 0).any():
            apis = np.where(apis < 0, np.array(self.paths.apis)[rows.path], apis)
        high = np.maximum(apis, 0).view(np.uint64)
        kinds = rows.kind.astype(np.uint64) << LOW | high
        self._kinds.add(kinds)
        client = None if rows.client is None else high << LOW | rows.client.view(np.uint32)
        path = (
            None if rows.path is None else (high << METHOD | self._method[rows.kind]) << LOW | rows.path.view(np.uint32)
        )
        self._asked.add(client, path)
        class_ = self._class[rows.kind]
        failing = np.flatnonzero(class_)
        if len(failing):
            high = class_[failing] << CLASS
            self._failed.add(
                None if client is None else high | client[failing], None if path is None else high | path[failing]
            )
        hashes = mixed(kinds)
        numbers = self._cells.of(hashes)
        if len(unknown := np.flatnonzero(numbers == UNKNOWN)):
            new, first = np.unique(kinds[unknown], return_index=True)
            new = new[np.argsort(first)]  # as they come, which decides about upstreams that are told apart
            found = [self._number(kind, number_of) for kind in new.tolist()]
            self._cells.add(mixed(new), np.array(found, np.int32))
            numbers = self._cells.of(hashes)
        return numbers.astype(np.uint64)

    def _number(self, kind: int, number_of: Callable[[str, Cell], int]) -> int:
        known, api = self.scanner.kinds[kind >> 32], list(self._apis)[kind & 0xFFFFFFFF]
        return number_of(known.id, Cell(self.node(known.event), api, self.tally.address(known.event.upstream)))

    def settle(self) -> None:
        """Puts what was counted into the tally, but for clients and paths."""
        apis, tally = list(self._apis), self.tally
        answers = Counter[tuple[str, str, str, str]]()  # class, API, status, method: there are far fewer than kinds
        for key, count in self._kinds.take():
            known, api = self.scanner.kinds[key >> 32], apis[key & 0xFFFFFFFF]
            event, id_, joined = known
            tally.formats[self.node(event)].add(self.format)
            tally.named(event)
            answers[id_, api, "" if event.status is None else str(event.status), event.method or ""] += count
            tally.access_lines += count
            tally.joined += count * joined
            if id_ == NONE:
                continue
            tally.unexplained += count * is_unexplained(id_, event, joined=joined)
            if is_cut(id_, event):
                tally.cut_answers[Cell(self.node(event), api, tally.address(event.upstream))] += count
        for (id_, api, status, method), count in answers.items():
            for dimension, value in (("status", status), ("method", method)):
                tally.asked(dimension, api, value, count)
                if id_ != NONE:
                    tally.failed(id_, dimension, api, value, count)

    def values(self) -> tuple[Named, dict[str, Named]]:
        """How often each API had which client and path, by dimension; and the same of failures, by class."""
        failed: defaultdict[str, Named] = defaultdict(dict)
        classes = list(self._classes)
        for dimension, number, counts in self._names(self._failed):
            failed[classes[number]][dimension] = counts
        return {dimension: counts for dimension, _, counts in self._names(self._asked)}, failed

    def _names(self, values: "_Values") -> Iterator[tuple[str, int, dict[Value, int]]]:
        """Dimension, number of the class, and how often each API had which value; the most frequent first."""
        apis, methods = list(self._apis), list(self._methods)
        clients, paths = self.clients.names, self.paths.names
        for number, keys, counts in values.clients.by(CLASS):
            first = keys[:MOST_VALUES]
            whose = map(apis.__getitem__, (first >> LOW & np.uint64(0xFFFF)).tolist())
            named = zip(whose, map(clients.__getitem__, (first & LOWER).tolist()), strict=True)
            # As Value(...) of each, in a third of the time: there are tens of thousands.
            found = dict(zip(map(tuple.__new__, repeat(Value), named), counts.tolist(), strict=False))
            rest = keys[MOST_VALUES:] >> LOW & np.uint64(0xFFFF)
            for api, count in enumerate(np.bincount(rest.view(np.int64), counts[MOST_VALUES:]).tolist()):
                if count:
                    others = Value(apis[api], OTHERS)
                    found[others] = found.get(others, 0) + int(count)
            for name in apis:
                found.pop(Value(name, ""), None)
            yield "client", number, found
        for number, keys, counts in values.paths.by(CLASS):
            of_paths: Counter[Value] = Counter()
            for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
                path = paths[key & 0xFFFFFFFF]
                if asked := path if path == OTHERS else asked_for(methods[key >> 32 & 0xFF], path):
                    of_paths[Value(apis[key >> 40 & 0xFFFF], asked)] += count
            yield "path", number, dict(of_paths.most_common())


class _Values:
    """Counts of clients and of paths, by API."""

    def __init__(self) -> None:
        self.clients, self.paths = Sums(), Sums()

    def add(self, clients: NDArray[np.uint64] | None, paths: NDArray[np.uint64] | None) -> None:
        if clients is not None:
            self.clients.add(clients)
        if paths is not None:
            self.paths.add(paths)
