"""Failures that are known by others like them into the sums, as `Tally.add` would have counted each."""

from collections import Counter
from collections.abc import Iterator
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.scan.alike import Like
from gwdiag.logs.scan.bulk import Bulk
from gwdiag.logs.scan.codes import groups_of
from gwdiag.logs.scan.found import Found
from gwdiag.logs.scan.lane import Counted
from gwdiag.logs.scan.trial import COUNTED, Kind
from gwdiag.logs.scan.words import Places, of_bytes, together, without_numbers
from gwdiag.logs.tally import Cell, FirstSight, Place, Sample, is_cut
from gwdiag.model.event import Kind as EventKind

UPSTREAM, CLIENT, PATH = map(COUNTED.index, ("upstream", "client", "path"))


class _Group(NamedTuple):
    """Lines of one kind, with one upstream, and one path but for its numbers."""

    kind: Kind
    cell: Cell
    rows: Places


def count_failures(found: Found, like: Like, after: NDArray[np.float64], file: Counted, bulk: Bulk) -> None:
    """Counts these lines of a page. `after`: when they were, NaN where that is not known."""
    tally, requests = bulk.tally, np.zeros(len(like.lines), bool)
    numbers = np.zeros(len(like.lines), np.uint64)
    is_known = ~np.isnan(after)
    for kind, cell, rows in _groups(found, like, file, bulk):
        event, format_ = kind.event, kind.record.format or ""
        is_request = event.kind is EventKind.REQUEST
        numbers[rows] = bulk.cell(kind.class_, cell)
        tally.formats[cell.node].add(format_)
        tally.named(event)
        if event.at is None:
            file.counted_undated(format_, [cell.node], len(rows))
        else:
            file.counted(format_, [cell.node], len(rows), float(after[rows].min()), float(after[rows].max()))
        known = rows[is_known[rows]]
        if len(known) < len(rows):
            undated = tally.undated if is_request else tally.undated_notices
            undated[kind.class_, cell] += len(rows) - len(known)
        if not is_request:
            continue
        requests[rows] = True
        tally.alone[cell.api] += len(rows)
        if is_cut(kind.class_, event):
            tally.cut_answers[cell] += len(rows)
        if len(known):
            first = int(known[after[known].argmin()])
            place = Place(file.path, found.page.number + int(like.lines[first]) + 1)
            tally.sight(cell.api, cell.upstream, FirstSight(float(after[first]), cell.node, place))
        path = _text(found, like, kind, PATH, int(rows[0]))
        clients = _clients(found, like, kind, rows)
        tally.count_values((cell.api, None, event.method, path, event.status, kind.class_), clients)
    own = like.at[~np.isnan(like.at)]
    tally.events += len(like.at) - len(own)
    if len(own):
        tally.saw(len(own), float(own.min()), float(own.max()))
    for some, are_requests in ((requests & is_known, True), (~requests & is_known, False)):
        if some.any():
            bulk.fail(numbers[some], after[some], are_requests=are_requests)
    _show(found, like, file, bulk)


def _groups(found: Found, like: Like, file: Counted, bulk: Bulk) -> Iterator[_Group]:
    words = found.page.words
    upstreams, paths = like.counted[:, UPSTREAM].T, like.counted[:, PATH].T
    hashes = together(of_bytes(words, *upstreams), without_numbers(words, *paths))
    hashes = together(hashes, like.kind.astype(np.uint64))
    _, whose = np.unique(hashes, return_inverse=True)
    for rows in groups_of(whose):
        kind = found.kinds[int(like.kind[rows[0]])]
        event = kind.event
        node = file.node_told or event.host or file.default_node
        path = _text(found, like, kind, PATH, int(rows[0]))
        api = event.api or event.api_id or bulk.tally.api_of(kind.record.format or "", path)
        upstream = bulk.tally.address(_text(found, like, kind, UPSTREAM, int(rows[0])))
        yield _Group(kind, Cell(node, api, upstream), rows)


def _text(found: Found, like: Like, kind: Kind, field: int, row: int) -> str | None:
    """A field of a line."""
    begin, length = like.counted[row, field].tolist()
    if not length:
        same: str | None = getattr(kind.event, COUNTED[field])
        return same
    return found.page.buffer[begin : begin + length].decode("utf-8", "replace")


def _clients(found: Found, like: Like, kind: Kind, rows: Places) -> Counter[str | None]:
    """How many of these lines have which client."""
    begins, lengths = like.counted[rows, CLIENT].T
    if not lengths.any():
        return Counter({kind.event.client: len(rows)})
    buffer = found.page.buffer
    ends = (begins + lengths).tolist()
    return Counter(
        buffer[begin:end].decode("utf-8", "replace") for begin, end in zip(begins.tolist(), ends, strict=True)
    )


def _show(found: Found, like: Like, file: Counted, bulk: Bulk) -> None:
    """Keeps the first lines of each class to be shown; those without a time come last."""
    tally, when = bulk.tally, np.where(np.isnan(like.at), inf, like.at)
    of_class: dict[str, list[NDArray[np.int64]]] = {}
    for rows in groups_of(like.kind):
        number = int(like.kind[rows[0]])
        first = rows[np.argsort(when[rows], kind="stable")[: tally.most_samples]]
        of_class.setdefault(found.kinds[number].class_, []).append(first)
    for id_, several in of_class.items():
        rows = np.sort(np.concatenate(several))
        for row in rows[np.argsort(when[rows], kind="stable")[: tally.most_samples]].tolist():
            line, at = int(like.lines[row]), None if when[row] == inf else float(when[row])
            place = Place(file.path, found.page.number + line + 1)
            if tally.wants_sample(id_, at, place) and (known := found.record(line)) and known[0].event:
                event = known[0].event
                node = file.node_told or event.host or file.default_node
                tally.sample(id_, at, Sample(place, node, known[0].text, event.message))
