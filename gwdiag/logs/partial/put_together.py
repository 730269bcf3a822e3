"""Partial files as one: `gwdiag logs merge`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gwdiag.logs.partial.document import read_of
from gwdiag.logs.partial.file import Damaged, document_in, origin_in
from gwdiag.logs.partial.merge import add_read
from gwdiag.logs.partial.origins import Given, told_apart
from gwdiag.logs.reading import Read
from gwdiag.logs.tally import Tally
from gwdiag.model.report import Input


def put_together(paths: list[str], samples: int) -> Read:
    """What was read by those who wrote these files, each once. What is no partial file is an input with a problem."""
    result = Read(Tally(samples))
    given: dict[str, Given] = {}
    for path in paths:
        with _left_out(path, result):
            given.setdefault((origin := origin_in(Path(path))).id, Given(path, origin))
    # One after the other: the documents of hundreds of nodes would not all find room.
    for one, renamed in zip(given.values(), told_apart(list(given.values())), strict=True):
        with _left_out(one.path, result):
            add_read(result, read_of(document_in(Path(one.path)), *renamed))
    return result


@contextmanager
def _left_out(path: str, result: Read) -> Iterator[None]:
    """What cannot be read becomes a problem of an input."""
    try:
        yield
    except Damaged as why:
        result.inputs.append(Input(path=path, problem=str(why)))
    except OSError as error:
        result.inputs.append(Input(path=path, problem=error.strerror or str(error)))
    except ValueError as why:
        result.inputs.append(Input(path=path, problem=f"it is damaged: {why}"))
