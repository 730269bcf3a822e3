"""Lines that differ in nothing but numbers: one of them is read, and with it is known what all the others say.

Nobody can say of messages where what stands in them, as can be said of access lines. Therefore lines are put into
sorts: they are of one if they are the same with one nought for each of their numbers. Of a sort that is seen often it
is tried out which numbers tell something (`trial.py`); lines with the same of these are of one kind.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars
from gwdiag.logs.scan.codes import UNKNOWN, Codes
from gwdiag.logs.scan.page import Page
from gwdiag.logs.scan.times import EARLIEST, LATEST, Times
from gwdiag.logs.scan.trial import COUNTED, SHORT, Glimpse, Kind, Recogniser, Sort
from gwdiag.logs.scan.values import SLOW, Flags, Span
from gwdiag.logs.scan.words import LONGEST, Places, Words, of_bytes, together, words_of

BLOCK = 1 << 17
"""Bytes of lines that are looked at together: what they take, nine bytes for each, is to stay in the cache."""

OFTEN = 32
"""Lines of a sort that are seen before it is tried out, which costs as much as reading some dozens."""

FEW = 4
"""The same if its kin was, as long as most of the table of sorts is free."""

READ_FREELY = 3_000
"""So many lines may be read in trials; more of them only if as many need not be read thanks to others."""

MOST_SORTS, MOST_KINDS, MOST_UNKNOWN = 2_000, 20_000, 20_000

LONGEST_LINE = 1920
"""Bytes without numbers; longer lines are read one by one."""

TOO_LONG = np.zeros(1, np.uint64)
"""The hash of such."""

DIGIT, DIGITS, LETTER, LETTERS, SMALL, DASH = np.array([ord("0"), 10, ord("a"), 6, 0x20, ord("-")], np.uint8)
"""Where digits and hexadecimal letters begin, how many there are, the bit that small letters have, what is in UUIDs."""


class Like(NamedTuple):
    """What is known of some lines of a page: the numbers of their kinds and their times, NaN where they have none.

    `counted`: for each line where each field of COUNTED begins, and its length; 0: it is the same in all of a kind.
    """

    lines: Places
    kind: NDArray[np.int32]
    at: NDArray[np.float64]
    counted: Places

    def of(self, rows: Places | Flags) -> "Like":
        return Like(self.lines[rows], self.kind[rows], self.at[rows], self.counted[rows])


class _Rows(NamedTuple):
    """Lines of which the kind is known. `places`: where the time and the fields COUNTED begin, and their lengths."""

    lines: Places
    kind: NDArray[np.int32]
    sort: NDArray[np.int32]
    places: Places


class Alike:
    """Of the lines of one file. `clock` is the file's."""

    def __init__(self, clock: Clock, grammars: Grammars) -> None:
        self.kinds: list[Kind] = []
        self._recogniser = Recogniser(clock, grammars)
        self._times = Times(clock)
        self._sorts: list[Sort] = []
        self._sort_codes, self._kind_codes = Codes(), Codes()
        self._counted = np.empty((0, len(COUNTED), 2), np.int64)
        self._sort_codes.add(TOO_LONG, np.array([SLOW], np.int32))
        self._seen: Counter[int] = Counter()  # how often sorts came that are not tried out yet
        self._known = 0  # lines that were not read
        # By sort: where its time is, its shape among these, where its telling numbers are, each in an array of its own.
        self._time = np.empty((0, 2), np.int64)
        self._shapes: list[bytes] = []
        self._shape = np.empty(0, np.int64)
        self._is_timed = np.empty(0, bool)
        self._telling = np.empty((0, 0, 2), np.int64)

    def of(self, page: Page, lines: Places, *, was_wrapped: bool) -> Like:
        """What is known of these lines. `was_wrapped`: whether a collector wrapped the line before them."""
        self._recogniser.was_wrapped = was_wrapped
        blocks = [self._block(page, block) for block in _blocks(page, lines)]
        rows = _Rows(*map(np.concatenate, zip(*blocks, strict=True)))
        at = np.full(len(rows.lines), np.nan)
        shapes = self._shape[rows.sort]
        for number, shape in enumerate(self._shapes):
            if shape and len(of_shape := np.flatnonzero(shapes == number)):
                at[of_shape] = self._times.of(page, Span(*rows.places[of_shape, 0].T))
        fit = np.where(self._is_timed[rows.sort], (at >= EARLIEST) & (at < LATEST), True)
        fit &= ~self._may_be_cut(page, lines, rows, fit)
        self._known += len(fit)
        every = Like(rows.lines, rows.kind, at, rows.places[:, 1:])
        return every if fit.all() else every.of(fit)

    def glance(self, line: bytes) -> Glimpse:
        """What a line is by itself."""
        return self._recogniser.glance(line)

    def _may_be_cut(self, page: Page, lines: Places, rows: "_Rows", fit: Flags) -> Flags:
        """Which may be the end of a record that a collector cut: that looks like any line that it wrapped."""
        is_whole = np.ones(len(page.begins) + 1, bool)  # of the line before
        is_whole[lines + 1] = False
        is_whole[rows.lines[fit] + 1] = True
        is_whole[0] = False
        are_wrapped: Flags = np.array([one.is_wrapped for one in self.kinds], bool)[rows.kind]
        return are_wrapped & ~is_whole[rows.lines]

    def _block(self, page: Page, lines: Places) -> "_Rows":
        """What is known of some lines, but for the time."""
        bare = _without_numbers(page, lines)
        sorts = self._sort_codes.of(bare.hashes)
        if (sorts == UNKNOWN).any():
            self._learn(page, lines, bare, sorts)
            sorts = self._sort_codes.of(bare.hashes)
        rows = np.flatnonzero(sorts >= 0)
        sorts, first, hashes = sorts[rows], bare.begins[rows], bare.hashes[rows]
        for telling in self._telling:
            some = np.flatnonzero(telling[sorts, 1])
            number = bare.places(first[some], telling[sorts[some]])
            hashes[some] = together(hashes[some], of_bytes(page.words, *number.T))
        time = bare.places(first, self._time[sorts])
        hashes = together(hashes, time[:, 1].view(np.uint64))  # a number of other digits may make it none
        kinds = self._kind_codes.of(hashes)
        if len(unknown := np.flatnonzero(kinds == UNKNOWN)):
            _, at_first = np.unique(hashes[unknown], return_index=True)
            some = unknown[at_first[: MOST_KINDS - len(self._kind_codes)]]
            codes = [self._kind(page.raw(int(lines[rows[row]])), self._sorts[int(sorts[row])]) for row in some.tolist()]
            self._kind_codes.add(hashes[some], np.array(codes, np.int32))
            self._counted = _longer(self._counted, [one.places for one in self.kinds[len(self._counted) :]])
            kinds = self._kind_codes.of(hashes)
        known = np.flatnonzero(kinds >= 0)
        rows, sorts, first, kinds = rows[known], sorts[known], first[known], kinds[known]
        counted = bare.places(first[:, None], self._counted[kinds])
        return _Rows(lines[rows], kinds, sorts, np.concatenate((time[known, None], counted), axis=1))

    def _learn(self, page: Page, lines: Places, bare: "_Bare", sorts: NDArray[np.int32]) -> None:
        """Tries out sorts that came often enough."""
        unknown = np.flatnonzero(sorts == UNKNOWN)
        hashes, first, counts = np.unique(bare.hashes[unknown], return_index=True, return_counts=True)
        codes: dict[int, int] = {}
        for hash_, row, count in zip(hashes.tolist(), unknown[first].tolist(), counts.tolist(), strict=True):
            if len(self._seen) < MOST_UNKNOWN or hash_ in self._seen:
                self._seen[hash_] += count
            is_worth_it = self._recogniser.reads < READ_FREELY + self._known
            known = len(self._sort_codes) + len(codes)
            few = FEW if 2 * known < MOST_SORTS else OFTEN
            if self._seen[hash_] < few or not is_worth_it or known >= MOST_SORTS:
                continue
            line = page.raw(int(lines[row]))
            if self._seen[hash_] >= OFTEN or self._recogniser.has_kin(line):
                del self._seen[hash_]
                codes[hash_] = self._sort(line)
        if codes:
            self._sort_codes.add(np.array(list(codes), np.uint64), np.array(list(codes.values()), np.int32))
            self._tabulate()

    def _sort(self, line: bytes) -> int:
        sort = self._recogniser.sort(line)
        if sort is None:
            return SLOW
        self._sorts.append(sort)
        return len(self._sorts) - 1

    def _kind(self, line: bytes, sort: Sort) -> int:
        kind = self._recogniser.kind(line, sort)
        if kind is None:
            return SLOW
        self.kinds.append(kind)
        return len(self.kinds) - 1

    def _tabulate(self) -> None:
        """What is known of the sorts that are new into arrays: where the time is, where the telling numbers are …"""
        new = self._sorts[len(self._time) :]
        numbers = max((len(one.telling) for one in new), default=0)
        more = max(0, numbers - len(self._telling))
        self._telling = np.pad(self._telling, ((0, more), (0, len(new)), (0, 0)))
        for sort, one in enumerate(new, len(self._time)):
            if one.telling:
                self._telling[: len(one.telling), sort] = one.telling
            if one.time_shape not in self._shapes:
                self._shapes.append(one.time_shape)
        self._time = _longer(self._time, [one.time for one in new])
        self._shape = _longer(self._shape, [self._shapes.index(one.time_shape) for one in new])
        self._is_timed = _longer(self._is_timed, [bool(one.time_shape) for one in new])


class _Bare(NamedTuple):
    """Lines with one nought for each number: hashes of them, where each begins, where their bytes are in the page."""

    hashes: Words
    begins: Places
    source: Places

    def places(self, first: Places, spans: Places) -> Places:
        """Where in the page these pieces of lines without numbers begin, and how long they are there."""
        begin = self.source[first + spans[..., 0]]
        return np.stack((begin, self.source[first + spans[..., 1]] - begin), axis=-1)


def _longer(known: NDArray[Any], more: Sequence[object]) -> NDArray[Any]:
    """The array with more rows."""
    return np.concatenate((known, np.array(more, known.dtype).reshape(-1, *known.shape[1:])))


def _blocks(page: Page, lines: Places) -> Iterator[Places]:
    """The lines some at a time."""
    number = np.cumsum(page.ends[lines] - page.begins[lines]) // BLOCK
    yield from np.split(lines, np.flatnonzero(np.diff(number)) + 1)


def _without_numbers(page: Page, lines: Places) -> _Bare:
    every, begins, shift = _bytes_of(page, lines)
    is_digit = _of_numbers(every)
    source = np.flatnonzero(_stays(is_digit))
    text = np.zeros(len(source) + 8 * LONGEST + 8, np.uint8)
    text[: len(source)] = _with_noughts(every, is_digit)[source]
    ends = np.searchsorted(source, begins + (page.ends[lines] - page.begins[lines]))
    begins = np.searchsorted(source, begins)
    source += np.repeat(shift, np.diff(np.append(begins, len(source)))) if shift[0] != shift[-1] else shift[0]
    return _Bare(_hashes(words_of(text, len(text)), begins, ends - begins), begins, source)


def _bytes_of(page: Page, lines: Places) -> tuple[NDArray[np.uint8], Places, Places]:
    """The bytes of these lines, maybe with others between them; where each begins, and how far that is in the page."""
    begins = page.begins[lines]
    first, last = int(begins[0]), int(page.ends[lines[-1]]) + 1
    sizes = page.ends[lines] + 1 - begins
    if 2 * sizes.sum() > last - first:
        return page.bytes[first:last], begins - first, np.full_like(begins, first)
    gathered = b"\n".join([*map(page.raw, lines.tolist()), b""])
    there = np.cumsum(sizes) - sizes
    return np.frombuffer(gathered, np.uint8), there, begins - there


def _of_numbers(every: NDArray[np.uint8]) -> Flags:
    """What is of a number, decimal or hexadecimal, or of a UUID: as `trial.NUMBER` finds them."""
    is_digit = every - DIGIT < DIGITS
    is_hexadecimal = is_digit | ((every | SMALL) - LETTER < LETTERS)
    found: Flags = is_digit
    for are, least in ((is_hexadecimal, 8), (is_hexadecimal | (every == DASH), 32)):
        many = _where_many(are, least)
        if many.any():
            found = found | _all_of(many, least)
    return found


def _with_noughts(every: NDArray[np.uint8], is_digit: Flags) -> NDArray[np.uint8]:
    """As np.where(is_digit, DIGIT, every), in a tenth of the time."""
    is_other = is_digit.view(np.uint8) - np.uint8(1)  # all bits or none
    found: NDArray[np.uint8] = (every & is_other) | (~is_other & DIGIT)
    return found


def _stays(is_digit: Flags) -> Flags:
    """All but what follows the first digit of a number; of a long one another stays."""
    follows = is_digit.copy()
    follows[1:] &= is_digit[:-1]
    follows[0] = False
    is_late = follows.copy()  # after SHORT others, at least
    for before in range(1, SHORT):
        is_late[before:] &= follows[:-before]
    stays: Flags = ~follows
    stays[SHORT:] |= is_late[SHORT:] & ~follows[:-SHORT]
    return stays


def _hashes(words: Words, begins: Places, lengths: Places) -> Words:
    hashes = of_bytes(words, begins, np.minimum(lengths, LONGEST_LINE))
    hashes[lengths >= LONGEST_LINE] = TOO_LONG
    return hashes


def _where_many(are: Flags, least: int) -> Flags:
    """Where so many of them, a power of two, stand in a row."""
    begins, some = are.copy(), 1
    while some < least:
        begins[:-some] &= begins[some:]
        begins[-some:] = False
        some *= 2
    return begins


def _all_of(begins: Flags, least: int) -> Flags:
    """All that are within so many from there."""
    all_, some = begins, 1
    while some < least:
        all_ = all_.copy()
        all_[some:] |= all_[:-some].copy()
        some *= 2
    return all_
