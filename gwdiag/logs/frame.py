"""The events of logs as a pandas DataFrame, for notebooks."""

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
import pyarrow as pa

from gwdiag.error_classes import error_classes
from gwdiag.logs.arrow import SCHEMA, batches
from gwdiag.logs.clock import zone_of
from gwdiag.logs.join import Outcome
from gwdiag.logs.one_file import FileSums, Reading
from gwdiag.logs.reading import Read, asked_for, by_node, events, listed
from gwdiag.logs.remote import shown
from gwdiag.logs.tally import Tally
from gwdiag.model.error_class import NONE
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.report import Input

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

DTYPES = {pa.string(): pd.StringDtype("pyarrow"), pa.int16(): pd.Int16Dtype()}
"""What pandas would make objects and floats of, because some values are missing."""


def frame(
    paths: Paths,
    nodes: Mapping[str, str] | None,
    tz: str | None,
    year: int | None,
    since: str | None,
    until: str | None,
    classes: Iterable[str] | None,
) -> pd.DataFrame:
    """See `gwdiag.logs.read`."""
    wanted = None if classes is None else _known(classes)
    how = Reading(nodes=nodes or {}, zone=zone_of(tz) if tz else None, year=year, since=since, until=until, samples=0)
    events = _events(_as_list(paths), how)
    parts = batches(one for one in events if wanted is None or one.id in wanted)
    table = pa.Table.from_batches(parts, SCHEMA).unify_dictionaries()
    return table.to_pandas(types_mapper=DTYPES.get)


def _as_list(paths: Paths) -> list[str]:
    several = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [os.fspath(path) for path in several]


def _known(classes: Iterable[str]) -> frozenset[str]:
    wanted = frozenset([classes] if isinstance(classes, str) else classes)
    if unknown := sorted(wanted - {*error_classes(), NONE}):
        raise Problem(f"{', '.join(unknown)}: no such class; the classes are {NONE}, {', '.join(error_classes())}")
    return wanted


def _events(paths: list[str], how: Reading) -> Iterator[Outcome]:
    """The events of all logs, node by node. What cannot be read is a warning; Problem where nothing can be."""
    inputs = listed(paths, how, Read(Tally(0)))
    logs = [one for one in inputs if isinstance(one, FileSums)]
    if not logs:
        problems = "; ".join(f"{one.path}: {one.problem}" for one in inputs if isinstance(one, Input))
        raise Problem(problems or f"no log in {', '.join(map(shown, paths))}", Exit.NOTHING_DONE)
    span = asked_for(logs, how)
    for of_node in by_node(logs):
        yield from events(of_node, span)
    for one in (one if isinstance(one, Input) else one.as_input() for one in inputs):
        if one.problem:
            warnings.warn(f"{one.path}: {one.problem}", stacklevel=2)
