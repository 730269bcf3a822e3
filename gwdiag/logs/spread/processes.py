"""Workers that are processes of this machine."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess

from gwdiag.logs.spread.work import Done, Task, do

MOST_DEATHS = 3
"""So many times workers are started anew. A task that takes its worker down each time is done in this process."""

LOADED_ONCE = ["gwdiag.logs.spread.work", "gwdiag.logs.scan.reader", "gwdiag.logs.partial.merge"]


class Processes:
    """So many processes. A context manager: none is left behind it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._started: set[BaseProcess] = set()
        # Not fork: it would copy the threads' locks of this process. Each is forked off a process that has no threads,
        # therefore numpy is to start none there.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(LOADED_ONCE)
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        forkserver.ensure_running()  # it loads while this process looks where to cut

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._started:
            one.kill()
        for one in self._started:
            one.join()

    def map(self, tasks: list[Task]) -> Iterator[Done]:
        """What each task gave, in their order. What a worker was doing when it died is done again."""
        waiting = deque(tasks)
        deaths = 0
        while waiting and deaths <= MOST_DEATHS:
            pool = ProcessPoolExecutor(min(self.number, len(waiting)), self._context, _ignore_interrupts)
            try:
                futures = self._submitted(pool, waiting)
                while futures:
                    yield futures[0].result()
                    futures.popleft()  # it holds what it gave
                    waiting.popleft()
            except BrokenProcessPool:  # killed, by the system where memory is short
                deaths += 1
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        yield from map(do, waiting)

    def _submitted(self, pool: ProcessPoolExecutor, tasks: deque[Task]) -> deque[Future[Done]]:
        before = set(multiprocessing.active_children())
        futures = deque(pool.submit(do, task) for task in tasks)
        self._started |= set(multiprocessing.active_children()) - before
        return futures


def _ignore_interrupts() -> None:
    """Ctrl-C goes to all processes of a terminal; the one that was started decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
