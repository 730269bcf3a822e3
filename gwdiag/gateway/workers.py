"""Several processes that share a port: the kernel spreads connections over them. Each counts and limits alone."""

import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass, field

from gwdiag.gateway.rounds import run as run_in_rounds
from gwdiag.gateway.server import Running, listen, say, say_listening, say_ready, serve

RESTART_AFTER = 1.0


@dataclass(slots=True)
class _Group:
    """The workers by process id, and the signal with which all are to end."""

    workers: dict[int, int] = field(default_factory=dict)
    is_ending: bool = False


def supervise(running: Running) -> None:
    """Starts the workers, passes signals on, and starts anew one that ends by itself. Raises Problem."""
    sockets = [listen(running.host, running.port, is_shared=True)]
    port = sockets[0].getsockname()[1]
    sockets += [listen(running.host, port, is_shared=True) for _ in range(running.workers - 1)]
    say_listening(running.host, sockets[0])
    group = _Group()
    told, tell = os.pipe()
    alive, mine = os.pipe()  # open for as long as this process lives, whatever ends it

    def start(index: int) -> None:
        pid = os.fork()
        if pid:
            group.workers[pid] = index
            return
        status = 1
        try:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)
            os.close(told)
            os.close(mine)
            for other, one in enumerate(sockets):
                if other != index:
                    one.close()
            run_in_rounds(lambda rounds: serve(running, sockets[index], rounds, lambda: _ready(tell, alive)))
            status = 0
        except Exception:
            import traceback

            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)

    def pass_on(number: int, frame: object) -> None:  # noqa: ARG001
        group.is_ending = group.is_ending or number != signal.SIGHUP
        for pid in group.workers:
            os.kill(pid, number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, pass_on)
    for index in range(running.workers):
        start(index)
    for _ in range(running.workers):
        os.read(told, 1)
    say_ready(sockets[0])
    while group.workers:
        pid, status = os.wait()
        index = group.workers.pop(pid, -1)
        if index >= 0 and not group.is_ending:
            say(f"worker {pid} ended with {os.waitstatus_to_exitcode(status)}, another takes its place")
            time.sleep(RESTART_AFTER)
            start(index)


def _ready(tell: int, alive: int) -> None:
    """This worker serves; without the process that started it, it ends."""
    os.write(tell, b"1")
    os.close(tell)
    loop = asyncio.get_running_loop()

    def alone() -> None:
        loop.remove_reader(alive)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(alive, alone)
