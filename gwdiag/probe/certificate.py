"""A certificate, read as it came: whether or not anybody trusts it.

The ssl module tells of certificates only after it has verified them; a broken one must be told about all the more.
Source: RFC 5280, section 4.1 (Certificate), 4.2.1.6 (subject alternative names); X.690 for DER.
"""

import hashlib
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

COMMON_NAME, ORGANIZATION = "2.5.4.3", "2.5.4.10"
ALTERNATIVE_NAMES = "2.5.29.17"
SEQUENCE, SET, OBJECT_ID, UTC_TIME, GENERALIZED_TIME = 0x30, 0x31, 0x06, 0x17, 0x18
VERSION, EXTENSIONS = 0xA0, 0xA3
DNS_NAME, IP_ADDRESS = 0x82, 0x87
BMP_STRING = 0x1E
OCTET_STRING = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """`names`: DNS names and addresses that it is valid for. `sha256`: of the whole, hexadecimal."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    is_self_signed: bool
    sha256: str


def parsed(der: bytes) -> Certificate:
    """The certificate in DER form. Raises ValueError where it is none."""
    try:
        return _parsed(der)
    except (IndexError, StopIteration, ValueError) as error:
        raise ValueError(f"not a certificate: {error}") from None


def _parsed(der: bytes) -> Certificate:
    [(_, whole)] = _elements(der)
    body = next(_elements(whole))[1]
    fields = [one for one in _elements(body) if one[0] != VERSION]
    _serial, _algorithm, (_, issuer), (_, validity), (_, subject), *_rest = fields
    begins, ends = (_time(tag, value) for tag, value in _elements(validity))
    extensions = [value for tag, value in fields if tag == EXTENSIONS]
    return Certificate(
        subject=_name(subject),
        issuer=_name(issuer),
        names=tuple(name for one in extensions for name in _alternative_names(one)),
        not_before=begins,
        not_after=ends,
        is_self_signed=subject == issuer,
        sha256=hashlib.sha256(der).hexdigest(),
    )


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and contents, one after the other. Raises ValueError where a length leads out of it."""
    at = 0
    while at < len(der):
        tag, size = der[at], der[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(der[at : at + count])
            at += count
        if at + size > len(der):
            raise ValueError("cut")
        yield tag, der[at : at + size]
        at += size


def _name(der: bytes) -> str:
    """The common name, or the organization where there is none; else all of it."""
    found: dict[str, str] = {}
    for _, group in _elements(der):
        for _, pair in _elements(group):
            (_, kind), (tag, value) = _elements(pair)
            found.setdefault(_object_id(kind), _string(tag, value))
    return found.get(COMMON_NAME) or found.get(ORGANIZATION) or ", ".join(found.values())


def _string(tag: int, value: bytes) -> str:
    return value.decode("utf-16-be" if tag == BMP_STRING else "utf-8", "replace")


def _object_id(der: bytes) -> str:
    numbers = [der[0] // 40, der[0] % 40]
    value = 0
    for byte in der[1:]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    return ".".join(map(str, numbers))


def _time(tag: int, value: bytes) -> datetime:
    """RFC 5280, 4.1.2.5: two digits of a year below 50 are of this century."""
    text = value.decode("ascii").rstrip("Z")
    if tag == UTC_TIME:
        text = ("20" if int(text[:2]) < 50 else "19") + text
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _alternative_names(der: bytes) -> Iterator[str]:
    for _, extensions in _elements(der):
        for _, extension in _elements(extensions):
            (_, kind), *_, (_, value) = _elements(extension)
            if _object_id(kind) == ALTERNATIVE_NAMES:
                for tag, name in _elements(next(_elements(value))[1]):
                    if tag == DNS_NAME:
                        yield name.decode("ascii", "replace")
                    elif tag == IP_ADDRESS and len(name) in (4, 16):
                        yield str(ipaddress.ip_address(name))


def is_valid_for(names: tuple[str, ...], host: str) -> bool:
    """Whether one of the names is the host's. A wildcard stands for one whole label, the first (RFC 6125, 6.4.3)."""
    wanted = host.lower().rstrip(".")
    rest = wanted.partition(".")[2]
    every = {one.lower().rstrip(".") for one in names}
    return wanted in every or (bool(rest) and f"*.{rest}" in every)
