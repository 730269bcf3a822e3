"""Rows of events as Arrow tables, for Parquet and pandas."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from gwdiag.logs.columns import COLUMNS, Column, Kind, Value, row
from gwdiag.logs.join import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROWS = 50_000
"""Rows of a batch: some 50 MB while they are gathered."""

TYPES = {
    Kind.TIME: pa.timestamp("us", tz="UTC"),
    Kind.CATEGORY: pa.dictionary(pa.int32(), pa.string()),
    Kind.TEXT: pa.string(),
    Kind.SHORT: pa.int16(),
    Kind.COUNT: pa.int64(),
    Kind.MILLISECONDS: pa.float64(),
    Kind.FLAG: pa.bool_(),
}

SCHEMA = pa.schema([pa.field(one.name, TYPES[one.kind]) for one in COLUMNS])


def batches(events: "Iterable[Outcome]") -> "Iterator[pa.RecordBatch]":
    """The events in tables of ROWS."""
    rows: list[tuple[Value, ...]] = []
    for one in events:
        rows.append(row(one))
        if len(rows) == ROWS:
            yield batch(rows)
            rows = []
    if rows:
        yield batch(rows)


def batch(rows: list[tuple[Value, ...]]) -> Any:
    """The rows as a pyarrow.RecordBatch."""
    return pa.record_batch(list(map(_array, COLUMNS, zip(*rows, strict=True))), schema=SCHEMA)


def _array(column: Column, values: tuple[Value, ...]) -> Any:
    if column.kind is Kind.TIME:
        microseconds = [None if at is None else round(float(at) * 1e6) for at in values]
        return pa.array(microseconds, pa.int64()).cast(TYPES[Kind.TIME])
    return pa.array(values, TYPES[column.kind])
