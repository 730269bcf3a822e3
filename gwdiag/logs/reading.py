"""Files into sums: every file is read once, beside the others of its node, and adds its events to the tally."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gwdiag.logs.formats import LogFormat
from gwdiag.logs.join import Outcome, Waiting, outcomes
from gwdiag.logs.merge import NEVER, InOrder
from gwdiag.logs.one_file import FileSums, Reading, Sink, is_log
from gwdiag.logs.routes import Routes
from gwdiag.logs.source import LogFile, Unreadable, content_of, files
from gwdiag.logs.tally import Sample, Tally
from gwdiag.logs.window import ALWAYS, Window, window
from gwdiag.model.definition import ApiDefinition
from gwdiag.model.report import Input

if TYPE_CHECKING:
    from gwdiag.definitions import Known
    from gwdiag.logs.export import Export
    from gwdiag.logs.scan.bulk import Bulk


@dataclass(slots=True)
class Read:
    """What came of reading: the sums, and what each file gave."""

    tally: Tally
    inputs: list[Input] = field(default_factory=list)
    known: "list[tuple[str, Known]]" = field(default_factory=list)  # with the node whose folder it lies in
    unparsed: list[Sample] = field(default_factory=list)
    unparsed_classes: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False
    span: Window = ALWAYS
    latest: float | None = None  # the last time in the logs, also outside of the span
    named_by_place: dict[str, str] = field(default_factory=dict)  # nodes called after a folder or file, and where it is
    places: dict[str, str] = field(default_factory=dict)  # where the files are on this machine
    _bulk: "Bulk | None" = None

    def add(self, one: Outcome, file: FileSums, export: "Export | None") -> None:
        """Adds an event of a file to the sums, and to what is exported."""
        self.tally.add(one)
        file.event(one)
        if export:
            export.add(one)

    def bulk(self) -> "Bulk":
        """Where plain successes are counted."""
        from gwdiag.logs.scan.bulk import Bulk

        if self._bulk is None:
            self._bulk = Bulk(self.tally)
        return self._bulk

    def settle(self) -> None:
        """Puts all that was counted apart into the sums."""
        if self._bulk:
            self._bulk.settle()

    def add_inputs(self, inputs: Iterable[Input | FileSums]) -> None:
        """What each file gave, once all are read."""
        for one in inputs:
            if isinstance(one, FileSums):
                self.unparsed += one.unparsed[: self.tally.most_samples - len(self.unparsed)]
                self.unparsed_classes += one.unparsed_classes
                self.named_by_place |= one.named_by_place()
                self.places[one.path] = one.place
                if one.latest is not None:
                    self.latest = one.latest if self.latest is None else max(self.latest, one.latest)
            self.inputs.append(one if isinstance(one, Input) else one.as_input())

    def routes(self) -> Routes:
        return Routes(one for _, one in self.known if isinstance(one, ApiDefinition))


def read(paths: list[str], how: Reading) -> Read:
    """Reads all files behind the paths. What cannot be read is an input with a problem; nothing is raised for it.

    The files of one node are read side by side, in the order of their times. Ctrl-C ends the reading; what was read
    until then counts. Raises Problem where an option cannot be understood, or an export cannot be written.
    """
    if how.jobs != 1 or how.scheduler:
        how = replace(how, progress=None)  # others read, and cannot show it here
    result = Read(Tally(how.samples))
    with exporting(how) as export:
        inputs = listed(paths, how, result)
        result.tally = Tally(how.samples, result.routes())
        logs = [one for one in inputs if isinstance(one, FileSums)]
        result.span = asked_for(logs, how)
        if how.progress:
            how.progress.begin(_stored([one.file for one in logs]))
        if (how.jobs != 1 or how.scheduler) and not export:
            from gwdiag.logs.spread.share_out import share_out, workers_for

            with workers_for(how) as workers:
                share_out(by_node(logs), workers, result)
        else:
            for of_node in by_node(logs):
                add_events(of_node, result, export)
        result.settle()
    result.add_inputs(inputs)
    return result


def _stored(files: list[LogFile]) -> int | None:
    """Bytes of all files as they are stored; None where they cannot be told."""
    try:
        return sum(Path(one.path).stat().st_size for one in files) if not any(one.content for one in files) else None
    except OSError:
        return None


def exporting(how: Reading) -> "AbstractContextManager[Export | None]":
    """The file that events are exported to, if that is wanted. Raises Problem for one that cannot be written."""
    if not how.export:
        return nullcontext()
    from gwdiag.logs.export import Export

    return Export(how.export)


def listed(paths: list[str], how: Reading, result: Read) -> list[Input | FileSums]:
    """The logs behind the paths, and what cannot be read. Definitions beside them become known to the result.

    A configuration beside them may describe the format of logs that no other format reads.
    """
    found: list[Input | LogFile] = []
    others: list[LogFile] = []
    try:
        for one in files(paths, how.nodes):
            if isinstance(one, Unreadable):
                found.append(Input(path=one.path, problem=one.reason))
                continue
            found.append(one)
            if not one.chosen and not is_log(one, how):
                others.append(one)
        others += [one for one in files(list(how.beside), how.nodes) if isinstance(one, LogFile)]
        known = how
        how = _with_formats_of(others, how, result)
        if how is not known:
            others = [one for one in others if not is_log(one, how)]
    except KeyboardInterrupt:
        result.interrupted = True
    left_out = {one.path for one in others}
    return [one if isinstance(one, Input) else FileSums(one, how) for one in found if one.path not in left_out]


def _with_formats_of(others: list[LogFile], how: Reading, result: Read) -> Reading:
    """Reads what is no log as configuration; its formats come behind those that were asked for."""
    if not others:
        return how
    from gwdiag.definitions import LARGEST, known_in
    from gwdiag.logs.custom.of_conf import formats_in

    described: dict[str, LogFormat] = {}
    for one in others:
        content = content_of(one, LARGEST + 1)
        result.known += [(one.node or "", known) for known in known_in(content, one.path)]
        described |= formats_in(content)
    if how.grammars.only or not described:
        return how
    return replace(how, grammars=replace(how.grammars, own={**described, **how.grammars.own}))


def asked_for(logs: list[FileSums], how: Reading) -> Window:
    """The stretch of time that is wanted. Raises Problem for what is no time."""
    if how.since is None and how.until is None:
        return ALWAYS
    last = max((at for one in logs if (at := one.last_time()) is not None), default=time.time())
    return window(how.since, how.until, last, how.zone)


def by_node(logs: list[FileSums]) -> list[list[FileSums]]:
    """The files of each node."""
    found: defaultdict[str, list[FileSums]] = defaultdict(list)
    for one in logs:
        found[one.node].append(one)
    return list(found.values())


def events(of_node: list[FileSums], span: Window, result: Read | None = None) -> Iterator[Outcome]:
    """The events of a node's files within a stretch of time, in its order.

    With a result, access lines that need not meet a message are counted there and are not among the events.
    """
    several = len(of_node) > 1
    first = [one.first_time() if several else NEVER for one in of_node]
    waiting = Waiting(several_files=several)
    order = InOrder()
    sink = None if result is None else Sink(result.bulk, waiting, span, order.quiet_until)
    merged = order.of([(at, one.records(span, sink)) for at, one in zip(first, of_node, strict=True)])
    found = outcomes(merged, waiting)
    return within(found, span)


def within(found: Iterable[Outcome], span: Window) -> Iterator[Outcome]:
    """The events of a stretch of time. What has no time lies in none but the whole."""
    if span == ALWAYS:
        return iter(found)
    return (one for one in found if one.event.at is not None and span.has(one.event.at))


def add_events(of_node: list[FileSums], result: Read, export: "Export | None") -> None:
    """Adds the events of a node's files to the sums."""
    by_path = {one.path: one for one in of_node}
    try:
        for one in events(of_node, result.span, None if export else result) if not result.interrupted else ():
            result.add(one, by_path[one.path], export)
    except KeyboardInterrupt:
        result.interrupted = True
    if result.interrupted:
        for file in of_node:
            file.interrupt()
