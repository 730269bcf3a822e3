"""Lines that are texts of JSON strings, without the backslashes, thousands at once."""

import numpy as np

from gwdiag.logs.scan.bits import PIECE
from gwdiag.logs.scan.page import Page, places_of_byte
from gwdiag.logs.scan.sums import distinct
from gwdiag.logs.scan.values import Flags
from gwdiag.logs.scan.words import Places

QUOTE, BACKSLASH, SLASH, UNICODE, ZERO = b'"\\/u0'
FIRST, LAST = b" ~"
"""The printable characters of ASCII: what else an escape stands for is left to the slow way."""

LAST_DIGIT = 5
"""Where it is in `\\u0026`."""

HEX = np.full(256, -1, np.int64)
HEX[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
HEX[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)


def without_escapes(
    page: Page, begins: Places, ends: Places, lines: Places
) -> tuple[bytearray, Places, Places, Places]:
    """The page's bytes, those of these lines unescaped; where the lines begin and end then; which cannot be read so.

    `begins` and `ends`: of the texts in the page. RFC 8259 section 7 has the escapes.
    """
    some = np.zeros(len(begins), bool)
    some[lines] = True
    escapes, of_line = _within(page, begins, ends, some, BACKSLASH)
    is_start = _starts(escapes)
    escapes, of_line = escapes[is_start], of_line[is_start]
    what = page.bytes[escapes + 1]
    is_unicode = what == UNICODE
    is_plain = (what == QUOTE) | (what == BACKSLASH) | (what == SLASH)
    codes = escapes[is_unicode]
    values = HEX[page.bytes[codes + 4]] * 16 + HEX[page.bytes[codes + 5]]
    fit = (page.bytes[codes + 2] == ZERO) & (page.bytes[codes + 3] == ZERO) & (values >= FIRST) & (values <= LAST)
    is_plain[is_unicode] = fit
    is_plain &= escapes + np.where(is_unicode, LAST_DIGIT, 1) < ends[of_line]
    _, of_quote = _within(page, begins, ends, some, QUOTE)
    bare = np.bincount(of_quote, minlength=len(begins)) != np.bincount(of_line[what == QUOTE], minlength=len(begins))
    damaged = distinct(np.concatenate((of_line[~is_plain], np.flatnonzero(bare))))

    codes, values = codes[is_plain[is_unicode]], values[is_plain[is_unicode]]
    dropped = np.concatenate([escapes[is_plain], *(codes + shift for shift in range(1, LAST_DIGIT))])
    dropped.sort()
    buffer = bytearray(len(page.bytes))
    every = np.frombuffer(buffer, np.uint8)
    end = 0
    for begin in range(0, len(page.bytes), PIECE):
        piece = page.bytes[begin : begin + PIECE]
        stays = np.ones(len(piece), bool)
        stays[dropped[slice(*np.searchsorted(dropped, (begin, begin + PIECE)))] - begin] = False
        rest = piece[stays]
        every[end : end + len(rest)] = rest
        end += len(rest)

    def moved(places: Places) -> Places:
        return places - np.searchsorted(dropped, places)

    every[moved(codes + LAST_DIGIT)] = values
    return buffer, moved(begins), moved(ends), damaged


def _within(page: Page, begins: Places, ends: Places, lines: Flags, byte: int) -> tuple[Places, Places]:
    """Where that byte stands in the texts of these lines, and in which of them."""
    places = places_of_byte(page, byte)
    of_line = np.searchsorted(page.ends, places)
    within = lines[of_line] & (places >= begins[of_line]) & (places < ends[of_line])
    return places[within], of_line[within]


def _starts(backslashes: Places) -> Flags:
    """Which of them are no other one's escaped byte: every second of those in a row."""
    numbers = np.arange(len(backslashes))
    begins = np.ones(len(backslashes), bool)
    begins[1:] = np.diff(backslashes) != 1
    are: Flags = (numbers - np.maximum.accumulate(np.where(begins, numbers, 0))) % 2 == 0
    return are
