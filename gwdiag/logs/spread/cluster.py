"""Workers of a Dask cluster that is there already, with the same gwdiag installed. Logs must be where all workers see
them: at an address (`s3://...`) or in a folder that all of them have.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

from gwdiag.logs.spread.work import Done, Task, do
from gwdiag.model.problem import Exit, Problem

CONNECT_S = 10

RETRIES = 3
"""Times that a task is given to another worker when its own is lost, or fails for want of memory or disk."""


class Cluster:
    """The workers of the scheduler at an address. A context manager. Raises Problem where it cannot be reached."""

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            raise Problem("--scheduler needs the package distributed: pip install 'gwdiag[dask]'") from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it is said here
        try:
            connect: Any = distributed.Client
            self._client = connect(address, timeout=CONNECT_S, set_as_default=False)
            self.number = sum(self._client.nthreads().values())
        except (OSError, ValueError) as error:
            why = " ".join(str(error).split())[:200] or "it does not answer"
            raise Problem(f"--scheduler {address}: {why}", Exit.NOTHING_DONE) from None
        if not self.number:
            self._client.close()
            raise Problem(f"--scheduler {address}: it has no workers", Exit.NOTHING_DONE)

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def map(self, tasks: list[Task]) -> Iterator[Done]:
        """What each task gave, in their order. What was lost with a worker is done by another."""
        from distributed import KilledWorker

        futures = self._client.map(do, tasks, pure=False, retries=RETRIES)
        for task, future in zip(tasks, futures, strict=True):
            try:
                yield future.result()
            except (
                KilledWorker,
                CancelledError,
                OSError,
            ):  # a task that takes workers down; the scheduler is gone
                yield do(task)
            except (ImportError, RuntimeError) as error:
                raise Problem(f"--scheduler: a worker cannot read logs, has it the same gwdiag? {error}") from None
