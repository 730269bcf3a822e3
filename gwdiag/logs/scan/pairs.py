"""Messages whose access line is the very next line: what the two say together, asked once for each kind of pair."""

import copy
import re
from typing import NamedTuple

from gwdiag.logs.clock import Clock
from gwdiag.logs.join import LONGEST_WAIT, Found, Waiting, outcomes
from gwdiag.logs.records import Record
from gwdiag.logs.scan.lane import Lane
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.scanner import Known, Rows
from gwdiag.logs.scan.values import SLOW
from gwdiag.logs.tally import Place, Sample
from gwdiag.logs.window import Window
from gwdiag.model.event import Event, Kind

MOST_MESSAGES = 20_000

PORT = re.compile(rb":\d+(?=->)")
"""This node's port of a connection, as Go prints it: it differs each time, and tells nothing of what happened."""


class Message(NamedTuple):
    """A message. `kind`: the number of all that are the same but for `at`, `client` and a port; `like` is one of them.

    `is_exact`: it has no such port.
    """

    format: str
    kind: int
    like: Event
    at: float
    client: str
    is_exact: bool

    @property
    def event(self) -> Event:
        return self.like._replace(at=self.at, client=self.client)


class Pairs:
    """Of a lane, whose format says what varies between messages that are otherwise the same."""

    def __init__(self, lane: Lane, clock: Clock, span: Window) -> None:
        time, client = lane.scanner.spec.varies or ("", "")
        self._time, self._client = re.compile(time.encode()), re.compile(client.encode())
        self._lane = lane
        self._clock = clock
        self._span = span
        self._messages: dict[bytes, tuple[int, Event] | None] = {}
        self._kinds: dict[tuple[int, int], int] = {}
        self._read: tuple[bytes, float | None] = (b"", None)

    def message(self, page: Page, line: int) -> Message | None:
        """The message on a line, if one like it was read before."""
        raw = page.raw(line)
        time, client = self._time.search(raw), self._client.search(raw)
        if not time or not client or not raw.isascii():
            return None
        (begin, end), (from_, to) = time.span(1), client.span(1)
        around = (raw[:begin], raw[end:from_], raw[to:]) if end <= from_ else (raw[:from_], raw[to:begin], raw[end:])
        key = PORT.sub(b":", b"\0".join(around))
        known = self._messages[key] if key in self._messages else self._learn(key, page.text(line), client[1])
        if self._read[0] != time[1]:
            self._read = time[1], self._clock.read(time[1].decode())
        at = self._read[1]
        if known is None or at is None:
            return None
        return Message(self._lane.format, *known, at, client[1].decode(), is_exact=b"->" not in raw)

    def joined(self, page: Page, line: int, message: Message, rows: Rows, row: int) -> bool:
        """Whether the next line, which is that row, is the message's access line. The row gets another kind then."""
        if not 0 <= rows.at[row] - message.at <= LONGEST_WAIT or self._lane.client(page, rows, row) != message.client:
            return False
        pair = message.kind, int(rows.kind[row])
        kind = self._kinds[pair] if pair in self._kinds else self._join(page, line, pair)
        if kind == SLOW:
            return False
        rows.kind[row] = kind
        self._show(page, line, kind, float(rows.at[row]))
        return True

    def _learn(self, key: bytes, text: str, client: bytes) -> tuple[int, Event] | None:
        if len(self._messages) >= MOST_MESSAGES:
            return None
        event = self._lane.form.read(text, copy.copy(self._clock))
        is_whole = event and event.kind is Kind.REQUEST and not event.path and not event.mark
        same = (len(self._messages), event) if event and is_whole and event.client == client.decode() else None
        self._messages[key] = same
        return same

    def _join(self, page: Page, line: int, pair: tuple[int, int]) -> int:
        """The kind that a message and an access line make together; SLOW where they are not of one request."""
        clock, lane = copy.copy(self._clock), self._lane
        found = []
        for one in (line, line + 1):
            text = page.text(one)
            event = lane.form.read(text, clock)
            record = Record(page.number + one + 1, text, lane.format, event)
            found.append(Found(lane.file.path, lane.node(event) if event else "", record))
        together = list(outcomes(found, Waiting()))
        kind = SLOW
        if len(together) == 1 and together[0].joined:
            kind = lane.scanner.add(Known(together[0].event, together[0].id, joined=True))
        self._kinds[pair] = kind
        return kind

    def _show(self, page: Page, line: int, kind: int, at: float) -> None:
        """Keeps the message as a sample, if it is one of the first of its class."""
        event, id_, _ = self._lane.scanner.kinds[kind]
        place = Place(self._lane.file.path, page.number + line + 1)
        if self._lane.tally.wants_sample(id_, at, place) and self._span.has(at):
            text = page.text(line)
            said = self._lane.form.read(text, copy.copy(self._clock))
            sample = Sample(place, self._lane.node(event), text, said.message if said else "")
            self._lane.tally.sample(id_, at, sample)
