"""Messages whose access line is the very next line: what the two say together, asked once for each kind of pair."""

import numpy as np

from gwdiag.logs.clock import Clock
from gwdiag.logs.join import LONGEST_WAIT, Waiting, outcomes
from gwdiag.logs.join import Found as Joinable
from gwdiag.logs.records import Record
from gwdiag.logs.scan.found import JOINED, Found
from gwdiag.logs.scan.lane import Lane
from gwdiag.logs.scan.page import Anchors, Page
from gwdiag.logs.scan.scanner import Known, Rows, Scanner
from gwdiag.logs.scan.spec import Keyed
from gwdiag.logs.scan.sums import distinct
from gwdiag.logs.scan.values import OTHER, SLOW, Span
from gwdiag.model.event import Event, Kind

NO_PATHS, EQUAL, END, DIFFERENT = range(4)
"""What the path of a message is to that of an access line: more of them does not decide whether they are one."""


class Pairs:
    """Of a lane, whose format says where `messages` have their fields."""

    def __init__(self, lane: Lane, messages: Keyed, clock: Clock) -> None:
        self._lane = lane
        self._spec = messages
        self._scanner = Scanner(messages, lane.event, clock, None, None, is_joinable)
        self._kinds: dict[int, int] = {}  # of a message, an access line and the relation of their paths
        self._same: dict[int, bool] = {}  # whether messages call a client as access lines do, by its code

    def join(self, page: Page, anchors: Anchors, found: Found) -> None:
        """Makes one of messages and access lines: the message is JOINED then, the row below it is of another kind."""
        slow = np.flatnonzero(found.where[:-1] == SLOW)
        slow = slow[found.where[slow + 1] >= 0]
        for messages in self._scanner.rows(page, anchors, slow) if len(slow) else ():
            number = found.where[messages.line + 1]
            for one in distinct(number).tolist():
                lane, rows = found.rows[one]
                if lane is self._lane:
                    self._join(page, messages.of(number == one), rows, found)

    def _join(self, page: Page, messages: Rows, rows: Rows, found: Found) -> None:
        if messages.client_text is None or rows.client_text is None or rows.client is None:
            return
        below = found.index[messages.line + 1]
        wait = rows.at[below] - messages.at
        client, other = messages.client_text, rows.client_text.of(below)
        fit = (wait >= 0) & (wait <= LONGEST_WAIT) & (client.lengths == other.lengths)
        fit &= client.hashes(page) == other.hashes(page)
        same = [self._is_same(code, page, other, row) for row, code in enumerate(rows.client[below].tolist())]
        rest = np.flatnonzero(fit & np.array(same, bool))
        if not len(rest):
            return
        messages, below = messages.of(rest), below[rest]
        pairs = messages.kind.astype(np.int64) << 34 | rows.kind[below].astype(np.int64) << 2
        if messages.path_text:
            paths = ((_path(page, messages, row), _path(page, rows, of)) for row, of in enumerate(below.tolist()))
            pairs |= np.array([_relation(path, of_row) for path, of_row in paths], np.int64)
        different, first, whose = np.unique(pairs, return_index=True, return_inverse=True)
        for pair, row in zip(different.tolist(), first.tolist(), strict=True):
            if pair not in self._kinds:
                text = other.text(page, int(rest[row]))
                said = self._scanner.kinds[messages.kind[row]].event
                said = said._replace(client=text, path=_path(page, messages, row) or None)
                access = self._lane.scanner.kinds[rows.kind[below[row]]].event
                access = access._replace(client=text, path=_path(page, rows, below[row]) or None, at=said.at)
                self._kinds[pair] = self._together(said, access)
        kinds = np.array([self._kinds[pair] for pair in different.tolist()], np.int32)[whose]
        joined = kinds != SLOW
        rows.kind[below[joined]] = kinds[joined]
        found.where[messages.line[joined]] = JOINED

    def _is_same(self, code: int, page: Page, clients: Span, row: int) -> bool:
        if code == OTHER or code not in self._same:
            text = clients.text(page, row)
            self._same[code] = self._spec.client_of(text) == text
        return self._same[code]

    def _together(self, *events: Event) -> int:
        """The kind that a message and an access line make together; SLOW where they are not of one request."""
        lane = self._lane
        records = (Record(0, "", lane.format, event) for event in events)
        of_node = [Joinable(lane.file.path, lane.node(record.event), record) for record in records if record.event]
        together = list(outcomes(of_node, Waiting()))
        if len(together) != 1 or not together[0].joined:
            return SLOW
        return lane.scanner.add(Known(together[0].event, together[0].id, joined=True))


def is_joinable(event: Event) -> bool:
    """Whether it is a message about a request that failed, and says with which API."""
    return event.kind is Kind.REQUEST and event.answers is not None and not event.mark and event.api_id is not None


def _path(page: Page, rows: Rows, row: int) -> str:
    return rows.path_text.text(page, row) if rows.path_text else ""


def _relation(path: str, other: str) -> int:
    if not path or not other:
        return NO_PATHS
    if path == other:
        return EQUAL
    return END if path.endswith(other) or other.endswith(path) else DIFFERENT
