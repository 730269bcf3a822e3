"""`journalctl -o export`: a block of FIELD=value lines per record, an empty line after it.

Source: systemd's "Journal Export Formats". A value with control characters is written as the field's name on a line of
its own, eight bytes of length (little endian) and the value.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from gwdiag.logs.lines import LONGEST
from gwdiag.model.pattern import pattern

CURSOR = "__CURSOR="
EXPORT = CURSOR.encode()
"""How an export and each of its records begins."""

FIELD = pattern(r"([A-Z_][A-Z0-9_]*)=(.*)", re.DOTALL)


class JournalLine(NamedTuple):
    """A line, or the message of a journal record with the host that it came from."""

    number: int
    text: str
    host: str | None = None


def without_journal_fields(lines: Iterator[tuple[int, str]]) -> Iterator[JournalLine]:
    """The lines, each block of an export replaced by its message. All other lines pass through as they are."""
    for number, line in lines:
        if line.startswith(CURSOR):
            yield from _message(lines)
        else:
            yield JournalLine(number, line)


def _message(lines: Iterator[tuple[int, str]]) -> Iterator[JournalLine]:
    message, message_number, host, is_binary = "", 0, None, False
    for number, line in lines:
        length_goes_on = is_binary and number == message_number + 1  # a byte of it may be an LF
        if not line and not length_goes_on:
            break
        seen = FIELD.fullmatch(line)
        if is_binary and not seen:
            message += f"{line}\n" if len(message) < LONGEST else ""
        elif line == "MESSAGE":
            is_binary, message_number = True, number
        elif seen:
            message, is_binary = _without_length(message) if is_binary else message, False
            if seen[1] == "MESSAGE":
                message, message_number = seen[2], number
            elif seen[1] == "_HOSTNAME":
                host = seen[2]
    message = _without_length(message) if is_binary else message
    if message:
        yield JournalLine(message_number, message, host)


def _without_length(value: str) -> str:
    """The value behind its length, of which as many bytes are left as are not zero: NUL bytes are gone."""
    value = value.removesuffix("\n")
    for left in (1, 2, 3):
        text = value[left:]
        written = [byte for byte in len(text.encode()).to_bytes(8, "little") if byte]
        if len(written) == left and all(map(_shows, value, written)):
            return text
    return value[1:]


def _shows(character: str, byte: int) -> bool:
    return ord(character) == byte or (byte > 127 and character == "\ufffd")
