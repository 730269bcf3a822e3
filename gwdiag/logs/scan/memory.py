"""Memory that is free goes back to the kernel: what pages leave lies between what is kept, and the peak would grow.

Source: malloc_trim(3). Where there is no glibc nothing is done.
"""

import ctypes
from contextlib import suppress

OFTEN = 16
"""Pages after which it is done: it takes a millisecond, and what it gave back is soon wanted again."""


def give_back() -> None:
    """What is free, within the heap as well."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
