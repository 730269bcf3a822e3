"""The events of logs as rows: what `--export` writes and `gwdiag.logs.read` gives."""

import math
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from gwdiag.logs.join import Outcome
from gwdiag.redact import redacted

Value = float | int | str | bool | None

LARGEST_SHORT = (1 << 15) - 1


class Kind(Enum):
    """What a column holds."""

    TIME = "time"  # seconds since the epoch, UTC
    CATEGORY = "category"  # one of few texts
    TEXT = "text"
    SHORT = "short"  # -32768 to 32767
    COUNT = "count"
    MILLISECONDS = "milliseconds"
    FLAG = "flag"


class Column(NamedTuple):
    """A column of the table: its name, what it holds, in which unit, and where that comes from."""

    name: str
    kind: Kind
    says: str
    of: Callable[[Outcome], Value]


def _text(text: str | None) -> str | None:
    """Without secrets, and without what is no Unicode: a file's name may be any bytes, JSON may have half a pair."""
    return _shown(text) if text else None


@lru_cache(maxsize=4096)
def _shown(text: str) -> str:
    return redacted(text.encode("utf-8", "replace").decode("utf-8"))


def _short(number: int | None) -> int | None:
    return number if number is not None and abs(number) <= LARGEST_SHORT else None


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


COLUMNS = (
    Column("time", Kind.TIME, "when the record was written: the end of a request", lambda one: _finite(one.event.at)),
    Column("node", Kind.CATEGORY, "the gateway that wrote it", lambda one: _text(one.node)),
    Column("file", Kind.CATEGORY, "the file it is in", lambda one: _text(one.path)),
    Column("line", Kind.COUNT, "the line it begins on, from 1", lambda one: one.line),
    Column("format", Kind.CATEGORY, "see `gwdiag logs --list-formats`", lambda one: one.format),
    Column(
        "kind",
        Kind.CATEGORY,
        "`access` (one request), `request` (a message about one), `notice` (anything else)",
        lambda one: one.event.kind.value,
    ),
    Column("class", Kind.CATEGORY, "error class; `none` where nothing failed", lambda one: one.id),
    Column("status", Kind.SHORT, "HTTP status, as the record prints it", lambda one: _short(one.event.status)),
    Column("duration_ms", Kind.MILLISECONDS, "the whole request", lambda one: _finite(one.event.duration_ms)),
    Column("upstream_ms", Kind.MILLISECONDS, "what the upstream took", lambda one: _finite(one.event.upstream_ms)),
    Column("api", Kind.CATEGORY, "name of the API, as the record has it", lambda one: _text(one.event.api)),
    Column("api_id", Kind.CATEGORY, "id of the API", lambda one: _text(one.event.api_id)),
    Column("upstream", Kind.CATEGORY, "`scheme://host:port` or a name", lambda one: _text(one.event.upstream)),
    Column("client", Kind.TEXT, "address of the client", lambda one: _text(one.event.client)),
    Column("method", Kind.CATEGORY, "HTTP method", lambda one: _text(one.event.method)),
    Column("path", Kind.TEXT, "path of the request, without its query", lambda one: _text(one.event.path)),
    Column("flag", Kind.CATEGORY, "response flag, termination state", lambda one: _text(one.event.flag)),
    Column("level", Kind.CATEGORY, "`info`, `warning`, `error`, ...", lambda one: _text(one.event.level)),
    Column(
        "mark",
        Kind.CATEGORY,
        "a change in the gateway's life: a start, a reload, ...",
        lambda one: one.event.mark.value if one.event.mark else None,
    ),
    Column("request_id", Kind.TEXT, "what the gateway calls the request", lambda one: _text(one.event.request_id)),
    Column(
        "message", Kind.TEXT, "the words that decide the class, without secrets", lambda one: _text(one.event.message)
    ),
    Column("detail", Kind.TEXT, "what else the record says of it", lambda one: _text(one.event.detail)),
    Column("joined", Kind.FLAG, "a message and an access record of one request", lambda one: one.joined),
    Column("retried", Kind.FLAG, "a failed try only: another upstream was asked after it", lambda one: one.retried),
)


def row(one: Outcome) -> tuple[Value, ...]:
    """The values of an event in the order of COLUMNS."""
    return tuple(column.of(one) for column in COLUMNS)
