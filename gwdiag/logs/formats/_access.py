"""What access logs of all kinds write in the same few ways: request lines, numbers, durations, addresses."""

import re

from gwdiag.model.pattern import pattern

LONGEST_CONNECTION = 30 * 86_400_000
"""Milliseconds: websockets stay open for days. What is longer is no duration."""

CLF_MOMENT = r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: [+-]\d{4})?"
"""The time of the Common Log Format, for a pattern of a whole line."""

LONGEST_PEER = 64
"""Characters of an address that every format takes for one."""

NOT_OF_A_PEER = frozenset(' ,"[\\')
"""None of these is in an address that is no more than that."""

REQUEST_LINE = pattern(r"([A-Z][A-Z-]{1,19}) (\S+)")
ORIGIN = pattern(r"(?:[a-z][a-z0-9+.-]*://)?[^/?#\s,;]+")
ABSOLUTE = pattern(r"[a-z][a-z0-9+.-]*://[^/?#]*")


def method_and_path(request: str) -> tuple[str | None, str | None]:
    """Method and path of a request line, `GET /a?b HTTP/1.1`; (None, None) for what is none."""
    seen = REQUEST_LINE.match(request)
    return (seen[1], path_of(seen[2])) if seen else (None, None)


def path_of(target: str | None) -> str | None:
    """The path of a request target (RFC 9112 section 3.2), without query and fragment: they may hold secrets."""
    if not target:
        return None
    if seen := ABSOLUTE.match(target):
        target = target[seen.end() :]
    return re.split("[?#]", target, maxsplit=1)[0] or "/"


def whole(text: object) -> int | None:
    """A whole number as logs write it; None for `-`, words, and what is too long to be one."""
    value = str(text)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def status_of(text: object) -> int | None:
    """An HTTP status; None for `-`, 0 and what is none."""
    number = whole(text)
    return number if number and number < 1000 else None


def answer_of(status: int | None) -> str | None:
    """The kind of answer that a failed request's status is, for `Event.answers`; None for a success."""
    if status is None or status < 400:
        return None
    return str(status) if status in (499, 504) else f"{status // 100}xx"


def milliseconds(text: object, factor: float = 1.0) -> float | None:
    """A duration times `factor` (1000 for seconds, 0.001 for microseconds); None for `-`, NaN, negative ones."""
    try:
        value = float(str(text)) * factor
    except ValueError:
        return None
    if not value.is_integer():
        value = round(value, 6)  # 1.001 s are 1001 ms
    return value if 0 <= value <= LONGEST_CONNECTION else None


def origin(address: str | None) -> str | None:
    """`scheme://host:port` of an upstream address, `host:port` where it has no scheme; None for a path or nothing."""
    if not address or address in ("-", "--") or address.startswith("/"):
        return None
    seen = ORIGIN.match(address)
    return seen[0] if seen else None


def host_of(peer: str | None) -> str | None:
    """The address of a peer, without its port: `10.0.0.9:4711`, `[::1]:80`; a bare IPv6 address stays as it is."""
    if not peer or peer == "-":
        return None
    if peer.startswith("["):
        return peer[1:].partition("]")[0]
    return peer.partition(":")[0] if peer.count(":") == 1 else peer


def client_as_it_is(text: str) -> str | None:
    """What `host_of` makes of a peer that is no more than an address; None for what else it may be."""
    is_plain = len(text) <= LONGEST_PEER and text.isprintable() and NOT_OF_A_PEER.isdisjoint(text)
    return (host_of(text) or "") if is_plain else None


def address_as_it_is(text: str) -> str | None:
    """The same of an address that had a port behind it: of no other than version 4."""
    return text if text.count(".") == 3 and text.replace(".", "").isdecimal() and text.isascii() else None


def first_address(text: str) -> str | None:
    """The first of a chain of forwarded addresses; None for what else it may be."""
    return client_as_it_is(text.partition(",")[0].strip()) if "\\" not in text else None


def path_as_it_is(text: str) -> str | None:
    """The path of a request target as it stands in a line; None for one that is escaped."""
    return path_of(text) or "" if text.isprintable() and "\\" not in text else None


def word(value: object) -> str | None:
    """A word, None where the log says that there is none."""
    text = "" if value is None else str(value)
    return text if text not in ("", "-", "--") else None
