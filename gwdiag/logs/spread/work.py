"""What a worker does: the files of a node, or a part of one file, into sums."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import cast

from gwdiag.logs.clock import Clock
from gwdiag.logs.join import Waiting, outcomes
from gwdiag.logs.lines import Stream
from gwdiag.logs.one_file import FileSums, Reading, what_broke
from gwdiag.logs.reading import Read, add_events, within
from gwdiag.logs.routes import Routes
from gwdiag.logs.seek import Seekable, line_ends
from gwdiag.logs.source import LogFile, open_log
from gwdiag.logs.spread.midway import Midway
from gwdiag.logs.tally import Tally
from gwdiag.logs.unpack import FAULTS
from gwdiag.logs.window import ALWAYS, Window
from gwdiag.model.definition import ApiDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Bytes of a log from `begin` up to `end`, both at the begin of a line. Its own lines are counted from 1.

    `lead`: where reading begins, at a line, too; `follows`: a moment before that. `midway`: what is held at the
    begin, if that is known; there is no lead then. `is_last`: nothing of the log comes after it.
    """

    begin: int
    end: int
    lead: int
    follows: float | None = None
    midway: Midway | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """All files of a node, or a part of the only one it has. Nothing else is needed to read them."""

    files: tuple[LogFile, ...]
    how: Reading
    span: Window
    definitions: tuple[ApiDefinition, ...] = ()
    part: Part | None = None


@dataclass(slots=True, kw_only=True)
class Done:
    """What a task gave. `begin`, `end`: what was held at the begin and at the end of a part."""

    tally: Tally
    files: list[FileSums] = field(default_factory=list)
    begin: Midway | None = None
    end: Midway | None = None


def do(task: Task) -> Done:
    """Reads what the task names. What cannot be read is a problem of its file; nothing is raised for it."""
    files = [FileSums(one, task.how) for one in task.files]
    read = Read(Tally(task.how.samples, Routes(task.definitions)), span=task.span)
    done = Done(tally=read.tally, files=files)
    if task.part:
        _read_part(files[0], task.part, read, done)
    else:
        add_events(files, read, None)
    read.settle()
    return done


def _read_part(file: FileSums, part: Part, read: Read, done: Done) -> None:
    clock = file.clock()
    if part.follows is not None:
        clock.follow(part.follows)
    held = part.midway or Midway(waiting=Waiting())
    read.tally.routes.names.update(held.names)
    try:
        with open_log(file.file) as (plain, _):
            stream = cast(Seekable, plain)  # as open_log says of what has a size
            if part.lead < part.begin:
                held = _lead(file, stream, part, clock, held, read.tally.routes)
            done.begin = deepcopy(held)  # it is changed by going on
            stream.seek(part.begin)
            done.end = _go_on(file, stream, part.end - part.begin, clock, held, read, is_end=part.is_last)
            file.read_bytes(part.end - part.begin)
    except FAULTS as error:
        file.problem = what_broke(error, file.lines)
    if part.is_last:
        file.is_read()


def _lead(file: FileSums, stream: Seekable, part: Part, clock: Clock, held: Midway, routes: Routes) -> Midway:
    """Reads what is before the part and counts nothing of it."""
    size = part.begin - part.lead
    stream.seek(part.lead)
    lines = line_ends(stream, size)
    stream.seek(part.lead)
    nowhere = Read(Tally(0, deepcopy(routes)), span=ALWAYS)
    return _go_on(FileSums(file.file, file.how), stream, size, clock, held, nowhere, before=-lines, is_end=False)


def _go_on(
    file: FileSums,
    stream: Stream,
    size: int,
    clock: Clock,
    held: Midway,
    read: Read,
    *,
    before: int = 0,
    is_end: bool,
) -> Midway:
    """Counts what is in so many bytes. What is held after them."""
    from gwdiag.logs.scan.reader import Reader

    tally = read.tally
    reader = Reader(file, read.bulk(), held.waiting, clock, file.how.grammars, read.span, goes_on=held.unfinished)
    found = file.found(reader.records(stream, size, before, file.how.page, is_end=is_end))
    for one in within(outcomes(found, held.waiting, is_end=is_end), read.span):
        read.add(one, file, None)
    if not is_end:  # what has waited long enough would be given out before the next record
        for one in within(held.waiting.expired(None), read.span):
            read.add(one, file, None)
    names = frozenset(tally.routes.names)
    return Midway(waiting=held.waiting, unfinished=reader.unfinished, previous=clock.previous, names=names)
