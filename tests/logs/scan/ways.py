"""Reading a log quickly and slowly, and all that came of it."""

import io
from collections import Counter
from pathlib import Path

from generate import generate

from gwdiag.logs.one_file import Reading
from gwdiag.logs.reading import Read, read
from gwdiag.logs.scan.reader import Reader
from gwdiag.logs.timeline import Timeline

NEVER_AT_ONCE = 1 << 40

NO_SUMS = frozenset(("routes", "_upstreams", "_values", "_requests_by", "_failures_by"))
"""What is no sum, and what waits to be counted under its public name."""


def lines_of(name: str, size: int, seed: int = 1) -> list[bytes]:
    """Lines of a format, without their ends."""
    out = io.BytesIO()
    generate(name, size, seed, out)
    return out.getvalue().splitlines()


def slowly(path: Path) -> Read:
    return read([str(path)], Reading(at_once_from=NEVER_AT_ONCE))


def quickly(path: Path, page: int) -> Read:
    return read([str(path)], Reading(at_once_from=0, page=page))


def outcome(one: Read) -> dict[str, object]:
    """All that came of reading: every sum, every file, and what could not be read."""
    sums = {name: _plain(value) for name, value in vars(one.tally).items() if name not in NO_SUMS}
    return sums | {
        "requests_by": _plain(one.tally.requests_by),
        "failures_by": _plain(one.tally.failures_by),
        "inputs": one.inputs,
        "unparsed": one.unparsed,
        "unparsed_classes": one.unparsed_classes,
        "interrupted": one.interrupted,
    }


def _plain(value: object) -> object:
    if isinstance(value, Timeline):
        return value.width, {key: dict(value.of(key)) for key in value if value.of(key)}
    if isinstance(value, dict):
        # What was only looked up is as if it were not there.
        return {key: dict(of) if isinstance(of, Counter) else of for key, of in value.items() if of or of == 0}
    return value


def differences(path: Path, pages: tuple[int, ...]) -> list[tuple[int, str, object, object]]:
    """Where the quick way says something else: page size, what, slow, quick."""
    slow = outcome(slowly(path))
    found = []
    for page in pages:
        quick = outcome(quickly(path, page))
        for name, value in slow.items():
            if value != quick[name]:
                found.append((page, name, value, quick[name]))
    return found


class Slow:
    """Counts the lines that are read one by one."""

    def __init__(self) -> None:
        self.lines = 0

    def __enter__(self) -> "Slow":
        self._record = original = Reader._record

        def counting(reader, page, line, found):
            self.lines += found.record(line) is None
            return original(reader, page, line, found)

        Reader._record = counting
        return self

    def __exit__(self, *_) -> None:
        Reader._record = self._record
