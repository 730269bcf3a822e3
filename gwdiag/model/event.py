"""One record of a log, in the terms that all gateways share."""

from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a record is about."""

    ACCESS = "access"  # one request, written when it ended
    REQUEST = "request"  # a message about one request, which may have an access record as well
    NOTICE = "notice"  # anything else: the life of the process, its store, its configuration


class Mark(Enum):
    """A change in the life of a gateway that may explain what begins soon after."""

    START = "process start"
    VERSION = "version"
    RELOAD = "reload"
    CONFIGURATION = "configuration error"
    SHUTDOWN = "shutdown"
    HOST_DOWN = "upstream marked down"
    HOST_UP = "upstream marked up"
    BREAKER = "circuit breaker tripped"


class Event(NamedTuple):
    """A record of a log. What the record does not say is None (for words: empty).

    A NamedTuple because one is made for every line: a frozen dataclass costs three times as much.
    """

    at: float | None  # seconds since the epoch, UTC: when the record was written
    kind: Kind
    level: str = ""
    message: str = ""  # the text that decides the class
    claim: str | None = None  # the class that the record's own structure (a flag, a status) stands for
    status: int | None = None  # as the record prints it
    answers: str | None = None  # of a message: the kind of status its request got: "499", "504", "5xx", "4xx", "cut"
    duration_ms: float | None = None  # whole time of the request; None where the record cannot be trusted
    upstream_ms: float | None = None
    host: str | None = None  # the machine that wrote it, where the record or its wrapper says so
    api_id: str | None = None
    api: str | None = None
    upstream: str | None = None  # scheme://host:port, or host:port where no scheme is known
    client: str | None = None
    method: str | None = None
    path: str | None = None
    flag: str | None = None
    detail: str | None = None
    mark: Mark | None = None
    request_id: str | None = None  # what the gateway itself calls this request, or the connection or thread it is on
    tried: tuple[str, ...] = ()  # upstreams that failed for this request before `upstream` was asked
