"""The events of logs written to a file as they come: Parquet, CSV, or a JSON object for each line."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from gwdiag.logs.columns import COLUMNS, Kind, Value, row
from gwdiag.logs.join import Outcome
from gwdiag.model.problem import Problem
from gwdiag.whole_file import cannot_be_written, whole_file

NAMES = [one.name for one in COLUMNS]
TIMES = [place for place, one in enumerate(COLUMNS) if one.kind is Kind.TIME]


class _Writer(Protocol):
    """Writes rows to a stream; `end` writes what is left, after `abandon` nothing more is written."""

    def add(self, values: tuple[Value, ...]) -> None: ...

    def end(self) -> None: ...

    def abandon(self) -> None: ...


class Export:
    """A file of events, one row for each, whose ending says how it is written. It is there whole or not at all.

    Raises Problem where the ending is none of WRITERS, at once, and where the file cannot be written.
    """

    def __init__(self, file: Path) -> None:
        if file.suffix.lower() not in WRITERS:
            raise Problem(f"--export {file}: the name must end with {', '.join(WRITERS)}")
        self._file = file
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        stream = self._stack.enter_context(whole_file(self._file))
        self._writer = WRITERS[self._file.suffix.lower()](stream)
        return self

    def add(self, one: Outcome) -> None:
        """Writes a row, now or with those that follow."""
        values = row(one)
        with cannot_be_written(self._file):
            self._writer.add(values)

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._writer.abandon()
            self._stack.__exit__(type_, error, trace)
            return
        with self._stack, cannot_be_written(self._file):
            try:
                self._writer.end()
            except BaseException:
                self._writer.abandon()
                raise


class _Csv:
    """RFC 4180, with a header; times as in ISO 8601, nothing for what is not known, `true` and `false`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(NAMES)

    def add(self, values: tuple[Value, ...]) -> None:
        self._writer.writerow([str(one).lower() if isinstance(one, bool) else one for one in _with_times(values)])

    def end(self) -> None:
        self._text.detach()

    def abandon(self) -> None:
        pass


class _Lines:
    """A JSON object on each line, with all columns; null for what is not known."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def add(self, values: tuple[Value, ...]) -> None:
        named = dict(zip(NAMES, _with_times(values), strict=True))
        self._stream.write(json.dumps(named, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def end(self) -> None:
        pass

    def abandon(self) -> None:
        pass


class _Parquet:
    """Row groups compressed with Zstandard; categories are dictionaries."""

    def __init__(self, stream: BinaryIO) -> None:
        from pyarrow.parquet import ParquetWriter

        from gwdiag.logs.arrow import ROWS, SCHEMA, batch

        self._rows: list[tuple[Value, ...]] = []
        self._most, self._batch = ROWS, batch
        self._parquet = ParquetWriter(stream, SCHEMA, compression="zstd")

    def add(self, values: tuple[Value, ...]) -> None:
        self._rows.append(values)
        if len(self._rows) == self._most:
            self._write()

    def end(self) -> None:
        if self._rows:
            self._write()
        self._parquet.close()

    def abandon(self) -> None:
        self._parquet.is_open = False  # else it writes the file's end when it is deleted

    def _write(self) -> None:
        self._parquet.write_batch(self._batch(self._rows))
        self._rows = []


def _with_times(values: tuple[Value, ...]) -> list[Value]:
    written = list(values)
    for place in TIMES:
        at = written[place]
        if isinstance(at, float | int):
            moment = datetime.fromtimestamp(at, UTC)
            written[place] = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return written


WRITERS: dict[str, Callable[[BinaryIO], _Writer]] = {".parquet": _Parquet, ".csv": _Csv, ".jsonl": _Lines}
"""How a file is written, by the ending of its name."""
