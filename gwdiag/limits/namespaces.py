"""Reading from within another process's network namespace, where we may enter it."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

CLONE_NEWNET = 0x40000000


class Inside:
    """A thread that has entered a namespace; the rest of this program stays where it is. Source: setns(2)."""

    def __init__(self, path: str) -> None:
        """Raises OSError where it may not be entered: it takes CAP_SYS_ADMIN."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inside")
        self._thread.submit(_enter, path).result()

    def ask(self, question: Callable[[], T]) -> T:
        """What the function gives when it is called in there."""
        return self._thread.submit(question).result()


def _enter(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        if hasattr(os, "setns"):
            os.setns(handle, CLONE_NEWNET)
        else:  # Python 3.11
            _setns(handle)
    finally:
        os.close(handle)


def _setns(handle: int) -> None:
    import ctypes

    if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
