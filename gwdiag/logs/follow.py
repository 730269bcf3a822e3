"""Logs that go on: what is there, then what comes, through rotation, truncation and files that appear late."""

import glob
import io
import os
import queue
import select
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from gwdiag.logs.clock import Clock
from gwdiag.logs.join import Found, Waiting, outcomes
from gwdiag.logs.lines import Stream
from gwdiag.logs.merge import NEVER, is_access
from gwdiag.logs.one_file import FileSums, Reading, is_log, what_broke
from gwdiag.logs.reading import Read, asked_for, exporting, listed, within
from gwdiag.logs.remote import is_address
from gwdiag.logs.source import IN_ARCHIVE, STDIN, Inode, LogFile, Unreadable, awaited, files, inode_of, open_log
from gwdiag.logs.tally import Tally
from gwdiag.logs.unpack import FAULTS, LONGEST_MAGIC, unpacker
from gwdiag.logs.window import ALWAYS, Window
from gwdiag.model.report import Input

POLL = 0.25
"""Seconds between two looks at a file that has no more."""

GRACE = 2.0
"""Seconds in which a writer may go on with a file that was renamed: nginx does until it is told to reopen its logs."""

TICK = 1.0
"""Seconds between two calls of `show`, and between two looks for new files."""

MOST_AHEAD = 5_000
"""Records of a file that are read before the others have come as far."""

Show = Callable[[Tally], None]


def follow(paths: list[str], how: Reading, show: Show) -> Read:
    """Reads the logs as `read` does, and then what is added to them, until Ctrl-C or SIGTERM.

    A path that is not there yet is waited for; in folders and globs new files count. `show` gets the sums every second.
    Archives, addresses and standard input are read once. Raises what `read` does.
    """
    result = Read(Tally(how.samples))
    with exporting(how) as export, _stopped_by_signals() as stop:
        watched = _Watched(paths, how, result, stop)
        watched.begin()
        result.tally = Tally(how.samples, result.routes())
        for one in within(outcomes(watched.records(show), Waiting(several_files=True)), result.span):
            result.add(one, watched.by_path[one.path].sums, export)
    result.add_inputs([*watched.unreadable.values(), *(one.sums for one in watched.by_path.values())])
    result.interrupted = stop.is_set()
    return result


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C or SIGTERM sets. A second one ends the program as usual."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in before:
        signal.signal(number, end)
    try:
        yield stop
    finally:
        restore()


class _Watched:
    """All files that are followed, as one stream of records in the order of their times."""

    def __init__(self, paths: list[str], how: Reading, result: Read, stop: threading.Event) -> None:
        self.by_path: dict[str, _Followed] = {}
        self.unreadable: dict[str, Input] = {}
        self._renamed: set[str] = set()
        self._no_logs: dict[str, tuple[int, int]] = {}  # and what they were when that was found
        self._paths = paths
        self._how = how
        self._result = result
        self._stop = stop
        self._more_may_come = any(glob.has_magic(path) or Path(path).is_dir() for path in paths)

    def records(self, show: Show) -> Iterator[Found]:
        shown, looked = 0.0, time.monotonic()
        while True:
            now = time.monotonic()
            if now - looked >= TICK and not self._stop.is_set():
                self.look()
                looked = now
            is_over = self._is_over()
            released = self._in_order()
            yield from released
            if now - shown >= TICK:
                show(self._result.tally)
                shown = now
            if is_over and not released:
                return
            if not released:
                time.sleep(POLL / 5)

    def _is_over(self) -> bool:
        """Whether all are read to their end, or to where they were when they had to stop.

        In a folder, or for a glob, files may still appear.
        """
        going_on = any(one.is_alive() for one in self.by_path.values())
        return not going_on and (self._stop.is_set() or (bool(self.by_path) and not self._more_may_come))

    def begin(self) -> None:
        """Begins to follow what is there, and waits for what is not."""
        found = listed(self._paths, self._how, self._result)
        self._result.span = asked_for([one for one in found if isinstance(one, FileSums)], self._how)
        for one in found:
            if isinstance(one, Input):
                self._await(one)
            else:
                self._begin(one)
                self._how = one.how  # with the formats of configurations beside the logs

    def look(self) -> None:
        """Begins to follow what is new. What is read once, and what has not changed, is not opened again."""
        places = [path for path in self._paths if path != STDIN and not is_address(path)]
        for one in files(places, self._how.nodes, self._is_known):
            if isinstance(one, Unreadable):
                self._await(Input(path=one.path, problem=one.reason))
            elif self._was_followed(one):
                self._renamed.add(one.path)
            elif one.chosen or is_log(one, self._how):
                self._begin(FileSums(one, self._how))
            else:
                path = one.path.partition(IN_ARCHIVE)[0] if one.content else one.path
                self._no_logs[path] = _state(path)

    def _is_known(self, path: str) -> bool:
        known = {one.partition(IN_ARCHIVE)[0] for one in self.by_path} | self._renamed
        return path in known or (path in self._no_logs and self._no_logs[path] == _state(path))

    def _was_followed(self, file: LogFile) -> bool:
        """Whether it was read under its first name: `gw.log.1`, `gw-20261120.log`, or the latter compressed."""
        known = (*self.by_path, *self._renamed)
        if any(file.path.startswith(one) and not file.path[len(one) :][:1].isalnum() for one in known):
            return True
        if file.content:
            return False
        with suppress(OSError):
            return any(inode_of(Path(file.path).stat()) in one.inodes for one in self.by_path.values())
        return False

    def _await(self, missing: Input) -> None:
        if missing.path in self.by_path:
            return
        if file := awaited(missing.path, self._how.nodes):
            self._begin(FileSums(file, self._how))
        else:
            self.unreadable[missing.path] = missing

    def _begin(self, sums: FileSums) -> None:
        self.unreadable.pop(sums.path, None)
        self.by_path[sums.path] = _Followed(sums, self._stop, self._result.span)
        self.by_path[sums.path].start()

    def _in_order(self) -> list[Found]:
        """What can be passed on: as far as the slowest of the files that still have something to read has come."""
        every = list(self.by_path.values())
        waiting = [one.take() for one in every]
        come = [
            one.read_ahead[-1][0] if one.read_ahead else NEVER
            for one, waits in zip(every, waiting, strict=True)
            if not waits
        ]
        limit = min(come, default=None)
        released: list[tuple[float, Found]] = []
        for one in every:
            while one.read_ahead and (limit is None or one.read_ahead[0][0] <= limit):
                released.append(one.read_ahead.popleft())
        released.sort(key=lambda timed: (timed[0], is_access(timed[1])))
        return [found for _, found in released]


def _state(path: str) -> tuple[int, int]:
    """Size and last change of a file; zeros for one that is gone."""
    with suppress(OSError):
        found = Path(path).stat()
        return found.st_size, found.st_mtime_ns
    return 0, 0


class _Followed(threading.Thread):
    """A file that is read as it grows. Its records wait in a queue until the others have come as far."""

    def __init__(self, sums: FileSums, stop: threading.Event, span: Window) -> None:
        super().__init__(daemon=True)
        self.path = sums.path
        self.sums = sums
        self._span = span
        self.inodes: deque[Inode] = deque(maxlen=2)  # of the file that is open, and of the one before
        self.read_ahead: deque[tuple[float, Found]] = deque()
        self._stop_reading = stop
        self._queue: queue.Queue[Found] = queue.Queue(MOST_AHEAD)
        self._latest = NEVER
        self._waits = False

    def run(self) -> None:
        if self.path == STDIN:
            self._read_standard_input()
            return
        if self._is_read_once():
            self._pass_on(self.sums.records(self._span))
            return
        while not self._stop_reading.is_set():
            try:
                with Path(self.path).open("rb") as stream:
                    self.inodes.append(inode_of(os.fstat(stream.fileno())))
                    self.sums.begin_again()
                    tail = _Tail(stream, self.path, self._stop_reading, self._rests)
                    self._pass_on(self.sums.records_of(tail, clock=self._clock(stream)))
            except FileNotFoundError as error:
                self.sums.problem = error.strerror
                self._rests(True)
                self._stop_reading.wait(POLL)
            except OSError as error:
                self.sums.problem = what_broke(error, self.sums.lines)
                self._rests(True)
                self._stop_reading.wait(TICK)

    def _read_standard_input(self) -> None:
        try:
            with open_log(self.sums.file) as (stream, _):
                self._pass_on(self.sums.records_of(_Pipe(stream, self._stop_reading)))
        except FAULTS as error:
            self.sums.problem = what_broke(error, self.sums.lines)

    def _clock(self, stream: io.BufferedReader) -> Clock | None:
        """The clock for where it is entered: what lies before the stretch of time that is wanted is passed over."""
        if self._span == ALWAYS:
            return None
        return self.sums.enter(stream, os.fstat(stream.fileno()).st_size, Window(self._span.since)).clock

    def _is_read_once(self) -> bool:
        """Whether it is something else than a plain file of this machine, which may grow."""
        if self.sums.file.content or (Path(self.path).exists() and not Path(self.path).is_file()):
            return True
        try:
            with Path(self.path).open("rb") as stream:
                return unpacker(stream.peek(LONGEST_MAGIC)) is not None
        except OSError:
            return False

    def _rests(self, waits: bool) -> None:
        self._waits = waits

    def _pass_on(self, records: Iterator[Found]) -> None:
        for found in records:
            while True:
                try:
                    self._queue.put(found, timeout=POLL)
                    break
                except queue.Full:
                    if self._stop_reading.is_set():
                        return

    def take(self) -> bool:
        """Takes what was read; whether the file has no more for now."""
        waits = self._waits or not self.is_alive()
        while len(self.read_ahead) < MOST_AHEAD:
            try:
                found = self._queue.get_nowait()
            except queue.Empty:
                break
            event = found.record.event
            if event and event.at is not None:
                self._latest = max(self._latest, event.at)
            self.read_ahead.append((self._latest, found))
        return waits and len(self.read_ahead) < MOST_AHEAD


class _Pipe:
    """Standard input, which ends where the reading is to stop, too. A thread that hangs in it would break the exit."""

    def __init__(self, stream: Stream, stop: threading.Event) -> None:
        self._stream = stream
        self._stop = stop
        self._is_first = True  # some of it was read before, to tell whether it is an archive

    def read1(self, size: int, /) -> bytes:
        while not self._is_first and not select.select([sys.stdin], [], [], POLL)[0]:
            if self._stop.is_set():
                return b""
        self._is_first = False
        return self._stream.read1(size)


class _Tail:
    """The bytes of a file as they come. They end when the file was replaced or cut, or the reading is to stop.

    `rests` is told whether there is no more for now.
    """

    def __init__(
        self, stream: io.BufferedReader, path: str, stop: threading.Event, rests: Callable[[bool], None]
    ) -> None:
        self._stream = stream
        self._path = path
        self._stop = stop
        self._rests = rests
        self._replaced_at: float | None = None

    def read1(self, size: int, /) -> bytes:
        while not self._stop.is_set():
            if chunk := self._stream.read1(size):
                self._rests(False)
                return chunk
            if self._is_over():
                break
            self._rests(True)
            self._stop.wait(POLL)
        return b""

    def _is_over(self) -> bool:
        mine = os.fstat(self._stream.fileno())
        if mine.st_size < self._stream.tell():
            return True
        try:
            there = Path(self._path).stat()
        except OSError:
            return False  # renamed, and the new one is not there yet
        if inode_of(there) == inode_of(mine):
            return False
        self._replaced_at = self._replaced_at or time.monotonic()
        return time.monotonic() - self._replaced_at > GRACE
