"""One failed request, one event: a gateway's messages about a request and the access line of the same request.

Tyk writes the message first and the access line right after it, in the same stream. Up to 5.11 the access line of an
error has neither API nor duration, and only the message has the reason; with several requests in flight the lines of
others stand between the two. nginx, Apache and Caddy write them into two files; Apache writes several messages for one
failure, nginx one for each upstream that it tried, even if the last one answered.
"""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

from gwdiag.error_classes import error_classes
from gwdiag.logs.classify import class_of
from gwdiag.logs.formats import formats
from gwdiag.logs.records import Record
from gwdiag.logs.waiting import MOST_WAITING, Held, Pool
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event, Kind

LONGEST_WAIT = 10.0
"""Seconds of the log between a message and its access line. A process without CPU writes the second one late."""

SAME_FAILURE = 0.2
"""Seconds in which a gateway that writes several messages about one failure writes them all."""


WITH_PATH, OF_SUCCESS = "with a path", "perhaps of a success"
"""Under these are messages that name a path, and those whose access line may be that of a success."""


class Found(NamedTuple):
    """A record, the file it is in, and the node that wrote it."""

    path: str
    node: str
    record: Record


class Outcome(NamedTuple):
    """What became of a request, or a notice. `id` is its class; `joined`: a message and an access line were one.

    `retried`: only a try that failed, after which the gateway asked another upstream for the same request. `after`: the
    time of the last record before it, for one that has none of its own.
    """

    path: str
    node: str
    line: int
    text: str
    format: str
    event: Event
    id: str
    joined: bool = False
    retried: bool = False
    after: float | None = None

    @property
    def at(self) -> float | None:
        """Its time, or else that of what came before it; None where nothing before it has one either."""
        return self.after if self.event.at is None else self.event.at


def outcomes(records: Iterable[Found], waiting: "Waiting", *, is_end: bool = True) -> Iterator[Outcome]:
    """The events of a node's logs with their classes, pairs as one, each as soon as it is complete.

    `waiting`: what waits for its other half. `is_end`: no more records follow these, so what still waits is given out.
    """
    for path, node, (line, text, name, event) in records:
        if event is None or name is None:
            continue
        one = Outcome(path, node, line, text, name, event, class_of(event).id, after=waiting.now)
        yield from waiting.expired(event.at)
        if event.kind is Kind.REQUEST:
            yield from waiting.message(one)
        elif event.kind is Kind.ACCESS and (one.id != NONE or waiting.may_want(event)):
            yield from waiting.access(one)
        else:
            yield one
    if is_end:
        yield from waiting.rest()


class _Access(Held):
    """A failing access line."""

    def __init__(self, one: Outcome, since: float) -> None:
        super().__init__(since)
        self.one = one


class _Message(Held):
    """A message about a failed request.

    `answered`: a success seems to be its request's. `is_whole`: no further part of it can come.
    """

    def __init__(self, one: Outcome, since: float) -> None:
        super().__init__(since)
        self.one = one
        self.answered = False
        self.is_whole = True


class Waiting:
    """Messages whose access line may still come; of `several_files` also failing access lines without their message."""

    def __init__(self, *, several_files: bool = False) -> None:
        self._several_files = several_files
        self._messages: Pool[_Message] = Pool()
        self._accesses: Pool[_Access] = Pool()
        self._in_parts: deque[_Message] = deque()  # messages that are not whole yet
        self._latest = 0.0
        self.now: float | None = None  # the last time that was read

    @property
    def has_messages(self) -> bool:
        return bool(self._messages)

    @property
    def wants_successes(self) -> bool:
        """Whether a message waits that the access line of a success may belong to."""
        return self._messages.has(OF_SUCCESS)

    @property
    def latest(self) -> float:
        """The latest time so far; nothing that waits has begun to wait later."""
        return self._latest

    def may_want(self, success: Event) -> bool:
        """Whether a message may belong to a success: to one with a success for its status only few do."""
        return self.has_messages and (self.wants_successes or not 100 <= (success.status or 0) < 400)

    def may_take(self, node: str, answer: str | None, client: str | None, is_path: Callable[[str], bool]) -> bool:
        """Whether an access line may belong to a message that waits. `is_path`: whether a path may be the line's."""
        if self._messages.has((node, answer, client)) or self._messages.has((node, answer, None)):
            return True
        return any(is_path(held.one.event.path or "") for held in self._messages.under(WITH_PATH))

    def move_lines(self, by: int) -> None:
        """Lines get other numbers: they were counted from another place of the same log."""
        for held in (*self._messages, *self._accesses):
            held.one = held.one._replace(line=held.one.line + by)

    def state(self) -> tuple[object, ...]:
        """What decides which of the following records go together; the same where it is equal."""
        messages = [(held.one, held.since, held.answered, held.is_whole) for held in self._messages]
        return messages, [(held.one, held.since) for held in self._accesses], self._latest, self.now

    def see(self, now: float, latest: float) -> None:
        """Records up to then have been, the last of that time, which none of these messages belong to."""
        self.now = now
        self._latest = max(self._latest, latest)

    def message(self, one: Outcome) -> Iterator[Outcome]:
        in_parts = is_in_parts(one.format)
        if in_parts and (earlier := self._same_failure(one)):
            earlier.one = _together(earlier.one, one)
            self._messages.more_keys(earlier, _keys(earlier.one))
        elif one.id == NONE or not one.event.answers:
            yield one
        elif not in_parts and (access := self._access_of(one)):
            self._accesses.take(access)
            yield _pair(one, access.one)
        else:
            held = _Message(one, self._latest)
            self._messages.add(held, _keys(one))
            if in_parts:
                held.is_whole = False
                self._in_parts.append(held)

    def access(self, one: Outcome) -> Iterator[Outcome]:
        if tries := self._tries_of(one):
            yield from self._paired(tries, one)
        elif one.id != NONE and not one.event.message and self._several_files:
            self._accesses.add(_Access(one, self._latest), _keys(one))
        else:
            yield one

    def _paired(self, tries: list[_Message], access: Outcome) -> Iterator[Outcome]:
        """The last try with the access line; those before it are only tries."""
        for held in tries:
            self._messages.take(held)
        yield from (held.one._replace(retried=True) for held in tries[:-1])
        yield _pair(tries[-1].one, access)

    def expired(self, now: float | None) -> Iterator[Outcome]:
        """What has waited long enough. Log times go back and forth a little; the latest counts."""
        if now is not None:
            self.see(now, now)
        return self._left(self._latest) if self._messages or self._accesses else iter(())

    def rest(self) -> Iterator[Outcome]:
        yield from self._left(None)

    def _left(self, now: float | None) -> Iterator[Outcome]:
        yield from self._whole(now)
        for message in self._messages.leave(now, LONGEST_WAIT):
            yield message.one._replace(retried=message.answered)
        for access in self._accesses.leave(now, 2 * LONGEST_WAIT):
            yield access.one

    def _whole(self, now: float | None) -> Iterator[Outcome]:
        """Messages that have all their parts, with access lines that came before them."""
        while self._in_parts:
            held = self._in_parts[0]
            is_fresh = now is not None and now - held.since <= SAME_FAILURE
            if is_fresh and len(self._in_parts) <= MOST_WAITING:
                return
            self._in_parts.popleft()
            held.is_whole = True
            if not held.is_taken and (access := self._access_of(held.one)):
                self._accesses.take(access)
                yield from self._paired(_tries(held, self._messages.under(_request_key(held.one))), access.one)

    def _same_failure(self, one: Outcome) -> _Message | None:
        """An earlier message about the same failure of the same request; of another upstream it is another try."""
        if not one.event.request_id:
            return None
        for held in reversed(list(self._messages.under(_request_key(one)))):
            is_same_try = _agree(held.one.event.upstream, one.event.upstream)
            if (
                self._latest - held.since <= SAME_FAILURE
                and is_same_try
                and _agree(held.one.event.path, one.event.path)
                and _agree(held.one.event.client, one.event.client)  # a thread soon serves the next one
            ):
                return held
        return None

    def _tries_of(self, access: Outcome) -> list[_Message]:
        """The messages of the same request, one for each upstream that was tried: those with its path, else the oldest
        one that fits.
        """
        event, answer = access.event, answer_to(access.event.status)
        if event.path:
            about = self._messages.under((access.node, event.path))
            fitting = [held for held in about if held.is_whole and _is_same_request(held.one.event, event)]
            first = _nearest([held for held in fitting if held.one.event.answers == answer], event.client)
            if first is None and answer not in ("cut", None):  # a limit may answer with any status
                first = next((held for held in fitting if held.one.event.client == event.client), None)
            if first:
                return _tries(first, fitting)
            if answer == "cut":
                # Maybe another request for the same path went well: the failure's own line may still come.
                tries = [held for held in fitting if held.one.event.request_id and not held.answered]
                if answered := _nearest(tries, event.client):
                    answered.answered = True
        for client in (event.client, None):
            about = self._messages.under((access.node, answer, client))
            for held in sorted(about, key=lambda held: held.one.event.answers != answer):
                if held.is_whole and _may_answer(held.one, access, answer):
                    return _tries(held, self._messages.under(_request_key(held.one)))
        return []

    def _access_of(self, message: Outcome) -> _Access | None:
        """The failing access line of the same request in another file."""
        event = message.event
        keys: list[Hashable] = [(message.node, event.path)] if event.path else []
        keys += [(message.node, event.answers, event.client), (message.node, event.answers)]
        for key in keys:
            for held in self._accesses.under(key):
                access = held.one.event
                if (
                    held.one.path != message.path
                    and answer_to(access.status) == event.answers
                    and _is_same_request(event, access)
                ):
                    return held
        return None


def is_in_parts(format_: str) -> bool:
    """Whether lines of that format may tell of one failure in several messages."""
    known = formats().get(format_)
    return known is not None and known.in_parts


def _keys(one: Outcome) -> list[Hashable]:
    """Under what it is found: its path, its kind of answer, the gateway's own number of it."""
    event = one.event
    keys: list[Hashable] = [(one.node, event.path)] if event.path else []
    if event.kind is Kind.REQUEST:
        keys.append((one.node, event.answers, event.client))
        if event.answers == "5xx":
            keys.append((one.node, "504", event.client))
        if event.request_id:
            keys.append(_request_key(one))
        if event.path:
            keys.append(WITH_PATH)
        if event.answers == "cut" or (event.request_id and event.path):
            keys.append(OF_SUCCESS)
    else:
        answer = answer_to(event.status)
        keys += [(one.node, answer, event.client), (one.node, answer)]
    return keys


def _request_key(one: Outcome) -> Hashable:
    return one.node, "request", one.event.request_id


def answer_to(status: int | None) -> str | None:
    """The kind of answer that a status is, as messages know theirs (`Event.answers`)."""
    if status is None:
        return None
    if status < 100:
        return "nonsense"  # an upstream that speaks no HTTP was passed on as it is
    if status < 400:
        return "cut"  # the client had its status when the answer broke off
    return str(status) if status in (499, 504) else f"{status // 100}xx"


def _nearest(fitting: list[_Message], client: str | None) -> _Message | None:
    """The oldest of the same client, else the oldest."""
    return next((held for held in fitting if held.one.event.client == client), next(iter(fitting), None))


def _is_same_request(message: Event, access: Event) -> bool:
    if not _agree(message.api_id, access.api_id) or not _agree(message.method, access.method):
        return False
    if message.status and access.status and message.status != access.status:
        return False
    if message.path and access.path and not _is_end_of_other(message.path, access.path):
        return False
    upstreams = [one for one in (access.upstream, *access.tried) if one]
    return not (message.upstream and upstreams) or any(_may_be_one(message.upstream, one) for one in upstreams)


def _may_answer(message: Outcome, access: Outcome, answer: str | None) -> bool:
    """Whether the access line may be of the message's request. A 504 for another 5xx must give the same reason."""
    said = message.event
    if said.answers != answer and message.id != access.id:
        return False
    return _is_same_request(said, access.event) and (answer != "cut" or _is_of_an_api(said))


def _may_be_one(upstream: str, other: str) -> bool:
    """Whether two upstreams may be one: one of them may have the name, and the other the address it is resolved to."""
    host, _, port = upstream.rpartition("/")[2].rpartition(":")
    other_host, _, other_port = other.rpartition("/")[2].rpartition(":")
    return port == other_port and (host == other_host or _is_address(host) != _is_address(other_host))


def _is_address(host: str) -> bool:
    return host.startswith("[") or host.replace(".", "").isdigit()


def _is_of_an_api(message: Event) -> bool:
    """Whether it tells more than that some answer broke off: the access lines of such are those of successes."""
    return bool(message.api_id or message.path or message.upstream)


def _tries(first: _Message, others: Iterable[_Message]) -> list[_Message]:
    """All tries of that request in their order. The same upstream once more is the connection's next request."""
    upstreams: dict[str | None, _Message] = {}
    for held in others:
        event, said = held.one.event, first.one.event
        is_later = is_in_parts(held.one.format) and abs(held.since - first.since) > SAME_FAILURE
        if not event.request_id or event.request_id != said.request_id or event.path != said.path or is_later:
            continue
        if event.upstream in upstreams:
            break
        upstreams[event.upstream] = held
    return list(upstreams.values()) if first in upstreams.values() else [first]


def _agree(one: str | None, other: str | None) -> bool:
    return not (one and other) or one == other


def _is_end_of_other(path: str, other: str) -> bool:
    """Whether two paths may be of one request: the gateway may have taken the listen path off one of them."""
    return path.endswith(other) or other.endswith(path)


def _together(first: Outcome, second: Outcome) -> Outcome:
    """Two messages about one failure: the class that says more, and what either of them knows."""
    better = min((first, second), key=_exactness)
    one, other = first.event, second.event
    event = one._replace(
        message=better.event.message,
        claim=better.event.claim,
        answers=one.answers or other.answers,
        upstream=one.upstream or other.upstream,
        client=one.client or other.client,
        method=one.method or other.method,
        path=one.path or other.path,
        api=one.api or other.api,
    )
    return first._replace(event=event, id=better.id, line=better.line, text=better.text)


def _exactness(one: Outcome) -> tuple[bool, int, bool]:
    found = error_classes().get(one.id)
    return (False, found.stage, found.generic) if found else (True, 0, False)


def _pair(message: Outcome, access: Outcome) -> Outcome:
    """The access line, with what only the message knows. Of "all hosts are down" it has a made-up upstream."""
    said, event = message.event, access.event
    event = event._replace(
        message=said.message,
        claim=message.id,
        duration_ms=said.duration_ms if event.duration_ms is None else event.duration_ms,
        api_id=event.api_id or said.api_id,
        api=event.api or said.api,
        upstream=None if message.id == "no_healthy_upstream" else event.upstream or said.upstream,
        client=event.client or said.client,
    )
    return message._replace(event=event, joined=True)
