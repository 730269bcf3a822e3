"""Tasks to workers, and what they give back into one sum, in the order of the logs."""

import os
import pickle
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from gwdiag.logs.one_file import FileSums, Reading
from gwdiag.logs.partial.merge import add_tally
from gwdiag.logs.reading import Read, add_events
from gwdiag.logs.source import STDIN
from gwdiag.logs.spread.midway import Midway, names_agree
from gwdiag.logs.spread.parts import parts
from gwdiag.logs.spread.work import Done, Task, do
from gwdiag.model.definition import ApiDefinition


class Workers(Protocol):
    """Who does tasks. `number`: how many at a time."""

    @property
    def number(self) -> int: ...

    def map(self, tasks: list[Task]) -> Iterator[Done]:
        """What each task gave, in their order. Nothing is lost with a worker."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """A node's files, and the tasks to read them; none where only this process can."""

    files: list[FileSums]
    tasks: list[Task] = field(default_factory=list)


def share_out(of_nodes: list[list[FileSums]], workers: Workers, result: Read) -> None:
    """Adds the events of all files to the sums. Ctrl-C ends it; what was put together until then counts."""
    try:
        shares = [_share(files, workers.number, result) for files in of_nodes]
        done = workers.map([task for share in shares for task in share.tasks])
        for share in shares:
            _put_together(share, done, result)
    except KeyboardInterrupt:
        result.interrupted = True
    if result.interrupted:
        for files in of_nodes:
            for file in files:
                file.interrupt()


def workers_for(how: Reading) -> AbstractContextManager[Workers]:
    """Those that are wanted. Raises Problem where they cannot be had."""
    if how.scheduler:
        from gwdiag.logs.spread.cluster import Cluster

        return Cluster(how.scheduler)
    from gwdiag.logs.spread.processes import Processes

    return Processes(how.jobs or len(os.sched_getaffinity(0)))


def _share(files: list[FileSums], workers: int, result: Read) -> Share:
    definitions = tuple(one for _, one in result.known if isinstance(one, ApiDefinition))
    whole = Task(files=tuple(one.file for one in files), how=files[0].how, span=result.span, definitions=definitions)
    if any(one.path == STDIN for one in files) or not _can_travel(whole):
        return Share(files)
    cut = parts(files[0], workers, result.span) if len(files) == 1 else []
    return Share(files, [replace(whole, part=part) for part in cut] or [whole])


def _can_travel(task: Task) -> bool:
    """Not what lies in an archive that was unpacked here, or has a format that was made here."""
    try:
        pickle.dumps(task)
    except (pickle.PicklingError, TypeError, AttributeError, OSError):
        return False
    return True


def _put_together(share: Share, done: Iterator[Done], result: Read) -> None:
    if not share.tasks:
        add_events(share.files, result, None)
    elif share.tasks[0].part:
        _put_parts_together(share.files[0], share.tasks, done, result)
    else:
        found = next(done)
        add_tally(result.tally, found.tally)
        for file, sums in zip(share.files, found.files, strict=True):
            file.add(sums)


def _again(task: Task, held: Midway | None) -> Task:
    """The same part from what was really held."""
    assert task.part
    return replace(task, part=replace(task.part, lead=task.part.begin, midway=held))


def _put_parts_together(file: FileSums, tasks: list[Task], done: Iterator[Done], result: Read) -> None:
    """Each part is right if its worker held at its begin what the one before held at its end; else it is read again."""
    held: Midway | None = None
    names: frozenset[str] = frozenset()
    for task in tasks:
        found = next(done)
        if file.problem:
            continue  # it broke off in the part before
        is_right = found.begin is not None and (held is None or found.begin.is_same(held))
        if not (is_right and found.end and names_agree(names, found.end.names)):
            found = do(_again(task, held and replace(held, names=names)))
        found.tally.move_lines(file.lines)
        add_tally(result.tally, found.tally)
        [sums] = found.files
        file.add(sums)
        if found.end:
            names |= found.end.names
            held = found.end.moved(-sums.lines)
