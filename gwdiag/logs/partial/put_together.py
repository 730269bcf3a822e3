"""Partial files as one: `gwdiag logs merge`."""

from pathlib import Path

from gwdiag.logs.partial.document import read_of
from gwdiag.logs.partial.file import Damaged, opened
from gwdiag.logs.partial.merge import add_read
from gwdiag.logs.partial.origins import Given, told_apart
from gwdiag.logs.reading import Read
from gwdiag.logs.tally import Tally
from gwdiag.model.report import Input


def put_together(paths: list[str], samples: int) -> Read:
    """What was read by those who wrote these files, each once. What is no partial file is an input with a problem."""
    result = Read(Tally(samples))
    given: dict[str, Given] = {}
    for path in map(Path, paths):
        try:
            document = opened(path)
        except Damaged as why:
            result.inputs.append(Input(path=str(path), problem=str(why)))
        except OSError as error:
            result.inputs.append(Input(path=str(path), problem=error.strerror or str(error)))
        else:
            given.setdefault(document.id, Given(str(path), document))
    for one, renamed in zip(given.values(), told_apart(list(given.values())), strict=True):
        try:
            add_read(result, read_of(one.document, *renamed))
        except ValueError as why:
            result.inputs.append(Input(path=one.path, problem=f"it is damaged: {why}"))
    return result
