"""One failed request, one event: a gateway's message about a request and the access line of the same request.

Tyk writes the message first and the access line right after it, in the same second or the next. Up to 5.11 the access
line of an error has neither API nor duration, and only the message has the reason; with several requests in flight
the lines of others stand between the two.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gwdiag.logs.classify import class_of
from gwdiag.logs.records import Record
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind

LONGEST_WAIT = 10.0
"""Seconds of the log between a message and its access line. A process without CPU writes the second one late."""

MOST_WAITING = 4096
"""Messages that wait at once: where access lines are switched off, none ever comes."""


class Outcome(NamedTuple):
    """What became of a request, or a notice. `id` is its class; `joined`: a message and an access line were one."""

    line: int
    text: str
    format: str
    event: Event
    id: str
    joined: bool = False


def outcomes(records: Iterable[Record]) -> Iterator[Outcome]:
    """The events of one log with their classes, pairs as one, each as soon as it is complete."""
    waiting = _Waiting()
    for line, text, name, event in records:
        if event is None or name is None:
            continue
        one = Outcome(line, text, name, event, class_of(event).id)
        yield from waiting.expired(event.at)
        if event.kind is Kind.REQUEST and event.answers and one.id != NONE:
            waiting.add(one)
        elif event.kind is Kind.ACCESS and (message := waiting.take(event)):
            yield message._replace(event=_pair(message, event), joined=True)
        else:
            yield one
    yield from waiting.rest()


class _Waiting:
    """Messages about requests whose access line may still come."""

    def __init__(self) -> None:
        self._in_order: deque[tuple[float, Outcome]] = deque()  # with the log's time when they came
        self._by_answer: defaultdict[tuple[str | None, str | None], deque[Outcome]] = defaultdict(deque)
        self._latest = 0.0

    def add(self, one: Outcome) -> None:
        self._in_order.append((self._latest, one))
        self._by_answer[one.event.answers, one.event.client].append(one)

    def take(self, access: Event) -> Outcome | None:
        """The message of the same request: the oldest that fits."""
        answer = _answer_of(access.status)
        for client in (access.client, None):
            queue = self._by_answer.get((answer, client), ())
            fitting = next((one for one in queue if _is_same_request(one.event, access)), None)
            if fitting:
                self._by_answer[answer, client].remove(fitting)
                return fitting
        return None

    def expired(self, now: float | None) -> Iterator[Outcome]:
        """The messages that have waited long enough. Log times go back and forth a little; the latest counts."""
        self._latest = max(self._latest, now or 0.0)
        while self._in_order and (
            len(self._in_order) > MOST_WAITING or self._latest - self._in_order[0][0] > LONGEST_WAIT
        ):
            yield from self._leave()

    def rest(self) -> Iterator[Outcome]:
        while self._in_order:
            yield from self._leave()

    def _leave(self) -> Iterator[Outcome]:
        _, one = self._in_order.popleft()
        queue = self._by_answer[one.event.answers, one.event.client]
        if queue and queue[0] is one:  # else it was taken
            queue.popleft()
            yield one
        if not queue:
            del self._by_answer[one.event.answers, one.event.client]


def _answer_of(status: int | None) -> str | None:
    if status is None:
        return None
    if status < 400:
        return "cut"  # the client had its status when the answer broke off
    return str(status) if status in (499, 504) else f"{status // 100}xx"


def _is_same_request(message: Event, access: Event) -> bool:
    if message.api_id and access.api_id and message.api_id != access.api_id:
        return False
    if not (message.upstream and access.upstream):
        return True
    return message.upstream.rpartition("/")[2] == access.upstream.rpartition("/")[2]


def _pair(message: Outcome, access: Event) -> Event:
    """The access line, with what only the message knows. Of "all hosts are down" it has a made-up upstream."""
    said = message.event
    return access._replace(
        message=said.message,
        claim=message.id,
        api_id=access.api_id or said.api_id,
        api=access.api or said.api,
        upstream=None if message.id == "no_healthy_upstream" else access.upstream or said.upstream,
        client=access.client or said.client,
    )
