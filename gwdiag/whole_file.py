"""Files that are written whole or not at all: beside the old one first, then in its place."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from gwdiag.model.problem import Exit, Problem


@contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """A file to write to. It takes its place when all is done, and vanishes if anything is raised.

    Raises Problem where that cannot be; what writing to it raises is left to `cannot_be_written`.
    """
    with cannot_be_written(file):
        # Replacing a pipe or a device would take it away from everybody else: `/dev/null`, for root.
        is_replaced = not file.exists() or file.is_file()
        place = file.resolve()
        new = place.with_name(f".{place.name}.{os.getpid()}.new") if is_replaced else place
        stream = new.open("wb")
    try:
        yield stream
        with cannot_be_written(file):
            stream.close()
            if is_replaced:
                new.replace(place)
    except BaseException:
        with suppress(OSError):  # what is left in its buffer could not be written either
            stream.close()
        if is_replaced:
            new.unlink(missing_ok=True)
        raise


@contextmanager
def cannot_be_written(file: Path) -> Iterator[None]:
    """Raises Problem in place of what the system says."""
    try:
        yield
    except OSError as error:
        raise Problem(f"{file}: cannot be written: {error.strerror or error}", Exit.NOTHING_DONE) from None
