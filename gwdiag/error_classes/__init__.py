"""The vocabulary of failures, and which class claims a message. One file per class; there is no order among them."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from sys import modules
from typing import NamedTuple

from gwdiag.error_classes._details import details as details
from gwdiag.error_classes._details import filled as filled
from gwdiag.error_classes._words import Index
from gwdiag.family import members
from gwdiag.model.error_class import NONE, ErrorClass
from gwdiag.model.pattern import pattern

VARYING = pattern(r":\d+->|\d\d:\d\d:\d\d|\d{6,}")
"""What differs from line to line and decides nothing: local ports, times, long numbers. A short one may be an errno."""

LONGEST = 4096
"""Characters of a message that are looked at. An error's words stand at either end of a line; the middle is payload."""


class Claim(NamedTuple):
    """The class of a message. `confidence` (0 to 1) is lower where two classes had an equal right to it."""

    id: str
    confidence: float


UNCLAIMED = Claim(NONE, 0.0)


@cache
def error_classes() -> Mapping[str, ErrorClass]:
    """All classes by id."""
    return members(modules[__name__], ErrorClass)


def claim(message: str) -> Claim:
    """The class that a message belongs to, `none` with confidence 0 where no class recognises it."""
    if len(message) > LONGEST:
        message = message[: LONGEST // 2] + message[-LONGEST // 2 :]
    if not _index().may_find(message):
        return UNCLAIMED  # nor would any pattern find something in its shape
    return _claim(shape_of(message))


def shape_of(message: str) -> str:
    """The message without what differs from line to line: those of one shape, not above LONGEST, are of one class."""
    return VARYING.sub(_same_shape, message)


def numbers_that_count(message: str) -> set[str]:
    """Numbers that would make a message one of a class, or of another, if they stood in the place of its own."""
    return _index().numbers(message)


@lru_cache(maxsize=8192)
def _claim(message: str) -> Claim:
    matching = sorted(_index().search(message))
    if not matching:
        return UNCLAIMED
    best = min(map(_rank, matching))
    first, *others = [name for name in matching if _rank(name) == best]
    return Claim(first, 0.5 if others else 0.97)


@cache
def _index() -> Index:
    return Index({name: one.pattern for name, one in error_classes().items()})


def of_status(status: int, *, upstream_answered: bool | None = None, routed: bool = True) -> Claim:
    """The class of an access record that tells no more than a status (rules 10 and 11 of the class definitions).

    `upstream_answered` None: the record does not tell. `routed` False: it shows that no upstream was chosen.
    """
    if status < 400:
        return Claim(NONE, 0.9)
    by_status = {
        401: "auth_failed",
        403: "auth_failed",
        413: "body_too_large",
        429: "rate_limited",
        499: "client_canceled",
        504: "upstream_response_timeout",
    }
    if status in by_status:
        return Claim(by_status[status], 0.7)
    if status < 500:
        return Claim("bad_client_request" if routed else "gateway_route_not_found", 0.7)
    if upstream_answered is False:
        return Claim("upstream_connect_failed", 0.4)
    return Claim("upstream_5xx", 0.7 if upstream_answered else 0.4)


def _rank(name: str) -> tuple[int, bool]:
    one = error_classes()[name]
    return one.stage, one.generic


def _same_shape(varying: re.Match[str]) -> str:
    return re.sub(r"\d+", "00", varying[0])
