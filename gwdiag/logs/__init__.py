"""Files -> lines -> records -> events -> sums -> findings. In a notebook: `gwdiag.logs.read(...)`, a DataFrame."""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def read(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    nodes: Mapping[str, str] | None = None,
    tz: str | None = None,
    year: int | None = None,
    since: str | None = None,
    until: str | None = None,
    classes: Iterable[str] | None = None,
) -> "pd.DataFrame":
    """The events of logs, a row for each, in the order of time within a node. Columns: see docs/frames.md.

    `paths` are what `gwdiag logs` takes: files, folders, globs, archives, addresses. The options mean the same, too:
    `nodes` names of nodes by path, `tz` and `year` of times that lack them, `since` and `until` a stretch of time
    (`"14:05"`, `"-30m"`, ISO 8601), `classes` error classes to keep (`"none"` for what did not fail).

    Times are in UTC (`datetime64[us, UTC]`), durations in milliseconds (`float64`), statuses `Int16`, names and classes
    `category`, other words `string`; what a record does not say is missing (`NaT`, `NaN`, `<NA>`).

    A message and the access record of one request are one row. What cannot be read is a warning; `Problem` is raised
    where nothing can be, or where an option is wrong.
    """
    from gwdiag.logs.frame import frame

    return frame(paths, nodes=nodes, tz=tz, year=year, since=since, until=until, classes=classes)
