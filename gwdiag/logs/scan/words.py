"""Eight bytes at a time: finding the end of values, hashing them and reading numbers, for thousands of lines at once.

A word is eight bytes as a little-endian number, so its lowest byte is the first. `words[n]` is the word that begins at
byte n: a view with a stride of one byte, which numpy gathers from as quickly as from aligned memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Bytes = NDArray[np.uint8]

ONES = np.uint64(0x0101010101010101)
HIGHS = np.uint64(0x8080808080808080)
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
LONGEST = 31
"""Words of a value that are looked at; a line with a longer one is read the slow way."""

MOST_DIGITS = 8


def words_of(buffer: Any, size: int) -> Words:
    """The words that begin at each byte of a buffer, but for its last seven."""
    return np.ndarray((size - 7,), "<u8", buffer, 0, (1,))


def spread(byte: int) -> np.uint64:
    """A word of eight times the same byte."""
    return ONES * np.uint64(byte)


def literal(text: bytes) -> tuple[np.uint64, np.uint64]:
    """The word that these up to eight bytes begin, and the mask of its bytes that they are."""
    return np.uint64(int.from_bytes(text[:8], "little")), np.uint64((1 << 8 * min(8, len(text))) - 1)


def rows_of(words: Words, begin: Places, some: int) -> Words:
    """So many words from each of these places on, in rows: numpy gathers 64 bytes at once as quickly as eight."""
    wide = np.ndarray((len(words) - 8 * (some - 1),), f"V{8 * some}", words.base, 0, (1,))
    return wide[begin].view(np.uint64).reshape(-1, some)


def until(words: Words, begin: Places, stop: int | Bytes, also: int | None = None, some: int = 1) -> Places:
    """How many bytes there are from `begin` up to the first byte `stop` (or `also`); -1 where they do not end.

    `some`: words that most of the values end within: these are looked at first.
    """
    lengths, is_end = _until_within(words, begin, stop, also, some)
    if is_end.all():
        return lengths
    left, number = np.flatnonzero(~is_end), some
    while len(left) and number < LONGEST:
        some = min(2 * some, MOST_AT_ONCE)
        of_left = stop if isinstance(stop, int) else stop[left]
        more, is_end = _until_within(words, begin[left] + 8 * number, of_left, also, some)
        lengths[left] += more
        left, number = left[~is_end], number + some
    lengths[left] = -1
    lengths[lengths >= 8 * LONGEST] = -1
    return lengths


def _until_within(
    words: Words, begin: Places, stop: int | Bytes, also: int | None, some: int
) -> tuple[Places, NDArray[np.bool_]]:
    """The same within so many words, of which there are as many as bits in a number; and where there is a stop."""
    lengths = below_first(stop_bits(rows_of(words, begin, some).view(np.uint8), stop, also))
    return lengths, lengths < 8 * some


def stop_bits(rows: Bytes, stop: int | Bytes, also: int | None) -> NDArray[Any]:
    """For each row of bytes a number with a bit for each byte that is a stop: quicker than arithmetic with words."""
    found = rows == (stop if isinstance(stop, int) else stop[:, None])
    if also is not None:
        found |= rows == also
    return np.packbits(found.reshape(-1), bitorder="little").view(f"<u{rows.shape[1] // 8}")


def below_first(bits: NDArray[Any]) -> Places:
    """How many bits there are below the first that is set; all of them where there is none."""
    found: Places = np.bitwise_count(~bits & (bits - bits.dtype.type(1))).astype(np.int64)
    return found


def words_in(lengths: Places) -> int:
    """Words that most values of these lengths end within: 1, 2, 4 or 8."""
    return min(MOST_AT_ONCE, 1 << (int(lengths[:SOME].max(initial=0)) >> 3).bit_length())


def numbers_until(words: Words, begin: Places, stop: int) -> tuple[Places, NDArray[np.bool_], NDArray[np.bool_]]:
    """How many bytes whole numbers have that end before the byte `stop`, where there is such a number; and a minus.

    The minus counts as a byte, and alone as a number. Only those with up to seven bytes are found.
    """
    word = words[begin]
    is_negative = word & BYTE == MINUS
    others = high_unless_digit(word ^ is_negative * MINUS_TO_ZERO)
    lengths = below_first(others) >> 3
    behind = word >> (lengths << 3).view(np.uint64)
    return lengths, (behind & BYTE == np.uint64(stop)) & (lengths > 0) & (others != 0), is_negative


def digits_before(words: Words, end: Places) -> Places:
    """How many digits stand there, up to eight."""
    return below_first(high_unless_digit(words[end - 8].byteswap())) >> 3


def high_unless_digit(word: Words) -> Words:
    """The high bits of all bytes that are no digits."""
    word = word ^ DIGITS
    # A digit is 0 to 9 now: adding 0x76 does not reach the high bit, which must not be set already.
    return ((word & ~HIGHS) + OVER_NINE | word) & HIGHS


def high_unless_hexadecimal(word: Words) -> Words:
    """The same of all bytes that are no digits, nor letters from a to f."""
    letter = word ^ BEFORE_A
    low = letter & ~HIGHS
    # A letter is 1 to 6 now: as above, and with 0x7F added only nought does not reach the high bit.
    others: Words = high_unless_digit(word) & (low + OVER_SIX | ~(low + ~HIGHS) | letter) & HIGHS
    return others


def of_bytes(words: Words, begin: Places, lengths: Places) -> Words:
    """A hash of so many bytes. It depends on them alone, not on what else is in the call."""
    hashes = _of_some(words, begin, np.minimum(lengths, MOST_BYTES))
    done = MOST_BYTES
    while len(longer := np.flatnonzero(lengths > done)):
        rest = np.minimum(lengths[longer] - done, MOST_BYTES)
        hashes[longer] = together(hashes[longer], _of_some(words, begin[longer] + done, rest))
        done += MOST_BYTES
    return hashes


def _of_some(words: Words, begin: Places, lengths: Places) -> Words:
    """The same of up to MOST_BYTES."""
    some = min(MOST_HASHED_AT_ONCE, 1 + (max(0, int(lengths.max(initial=0)) - 1) >> 3))
    rows = rows_of(words, begin, some)
    hashes = _in_place(rows[:, 0] & _masks(lengths), 0)
    for number in range(1, some):
        hashes ^= _in_place(rows[:, number] & _masks(lengths - 8 * number), number)
    left = np.flatnonzero(lengths > 8 * some)
    while len(left):
        more = min(MOST_AT_ONCE, LONGEST - some)
        begins, rest = begin[left] + 8 * some, lengths[left] - 8 * some
        rows, of_left = rows_of(words, begins, more), hashes[left]
        for number in range(more):
            of_left ^= _in_place(rows[:, number] & _masks(rest - 8 * number), some + number)
        hashes[left] = of_left
        left, some = left[rest > 8 * more], some + more
    return hashes


def _in_place(word: Words, number: int) -> Words:
    """A hash of the word of that number; of noughts nought, so that it does not count how many are looked at."""
    word *= MULTIPLIERS[number]
    word ^= word >> np.uint64(32)
    word *= MULTIPLIER
    return word


def _masks(lengths: Places) -> Words:
    """The masks of words that are the first so many bytes, at least none of them and at most all."""
    return MASKS.take(lengths, mode="clip")


def mixed(word: Words) -> Words:
    """Words with their bits spread over all of them: no two of them become one."""
    word = word * MULTIPLIER
    word ^= word >> np.uint64(29)
    return word


def together(one: Words, other: Words) -> Words:
    """One hash of two; their order counts."""
    return mixed((one ^ (one << np.uint64(1))) + other)


AT_ONCE = 1 << 12
"""Paths that are looked at together: what they take is to stay in the cache."""

BLOCK = 8
"""Words of a path whose digits are looked at together: 64 bytes, one bit each."""


def blanks(words: Words, begin: Places) -> Places:
    """How many blanks stand there, up to sixteen."""
    count = np.zeros(len(begin), np.int64)
    for _ in range(2):
        word = words[begin + count] ^ BLANKS
        lowest = word & (~word + np.uint64(1))  # of the first byte that is none; 0 where there is none
        some = np.bitwise_count(lowest - np.uint64(1)) >> 3
        count += np.where(count % 8 == 0, some, 0)
    return count


def without_numbers(words: Words, begin: Places, lengths: Places) -> Words:
    """A hash of paths that is the same whatever the digits are in segments of digits alone, and in rows of four or
    more.

    Only within BLOCK words: behind them digits count.
    """
    hashes = np.empty(len(begin), np.uint64)
    for first in range(0, len(begin), AT_ONCE):
        rows = slice(first, first + AT_ONCE)
        hashes[rows] = _without_numbers(words, begin[rows], lengths[rows])
    longer = np.flatnonzero(lengths > 8 * BLOCK)
    if len(longer):
        behind = of_bytes(words, begin[longer] + 8 * BLOCK, lengths[longer] - 8 * BLOCK)
        hashes[longer] = together(hashes[longer], behind)
    return together(hashes, lengths.view(np.uint64))


def _without_numbers(words: Words, begin: Places, lengths: Places) -> Words:
    """The same of up to BLOCK words of each."""
    some = min(BLOCK, max(1, int(lengths.max(initial=0) + 7 >> 3)))
    every = np.ascontiguousarray(rows_of(words, begin, some).T)  # numpy is quickest along many
    every &= _masks(lengths - EIGHTS[:some])
    digits = _bits(high_unless_digit(every) ^ HIGHS)
    slashes = _bits(_exactly(every, SLASHES))
    variable = _runs_of_four(digits) | _whole_segments(digits, slashes, lengths)
    of_bytes_ = variable >> EIGHTS[:some].view(np.uint64) & np.uint64(0xFF)
    every &= ~BYTES.take(of_bytes_.view(np.int64))
    every *= MULTIPLIERS[:some, None]  # a word of noughts stays so: how many are looked at does not count
    every ^= every >> np.uint64(32)
    every *= MULTIPLIER
    hashes: Words = np.bitwise_xor.reduce(every, axis=0)
    return hashes


def _bits(highs: Words) -> Words:
    """The high bits of the bytes of up to eight words, one below the other, as the bits of one."""
    bits = np.zeros((highs.shape[1], 8), np.uint8)
    bits[:, : len(highs)] = (((highs >> np.uint64(7)) * np.uint64(0x0102040810204080)) >> np.uint64(56)).T
    return bits.view(np.uint64)[:, 0]


def _exactly(word: Words, byte: np.uint64) -> Words:
    """The high bit of each byte that equals the other's."""
    other = word ^ byte
    return ~(((other & ~HIGHS) + ~HIGHS) | other | ~HIGHS)


def _runs_of_four(digits: Words) -> Words:
    run = digits & (digits >> np.uint64(1))
    run &= run >> np.uint64(2)
    run |= run << np.uint64(1)
    run |= run << np.uint64(2)
    return run


def _whole_segments(digits: Words, slashes: Words, lengths: Places) -> Words:
    """Segments of one to three digits and nothing else."""
    one = np.uint64(1)
    ends = slashes | np.where(lengths < 64, one << lengths.view(np.uint64), np.uint64(0))
    first = (slashes << one) & digits
    second = first & (digits >> one)
    third = second & (digits >> np.uint64(2))
    of_one = first & (ends >> one)
    of_two = second & (ends >> np.uint64(2))
    of_three = third & (ends >> np.uint64(3))
    found: Words = of_one | of_two | of_two << one | of_three | of_three << one | of_three << np.uint64(2)
    return found


def whole_numbers(words: Words, begin: Places, lengths: Places) -> tuple[Places, NDArray[np.bool_]]:
    """The whole numbers of up to eight digits there, and which are numbers at all."""
    shift = REST.take(lengths, mode="clip")
    # Moved to the end of the word, with noughts in front: "42" becomes "00000042".
    word = (words[begin] << shift) | (np.uint64(0x3030303030303030) & ~(ALL << shift))
    high, low = np.uint64(0xF0F0F0F0F0F0F0F0), np.uint64(0x0606060606060606)
    are = ((word & high) | (((word + low) & high) >> np.uint64(4))) == np.uint64(0x3333333333333333)
    are &= (lengths > 0) & (lengths <= MOST_DIGITS)
    word &= np.uint64(0x0F0F0F0F0F0F0F0F)
    word = (word * np.uint64(10) + (word >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    word = (word * np.uint64(100) + (word >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    word = (word * np.uint64(10000) + (word >> np.uint64(32))) & np.uint64(0xFFFFFFFF)
    return word.view(np.int64), are


def decimals(words: Words, begin: Places, lengths: Places) -> tuple[Places, Places, NDArray[np.bool_]]:
    """Numbers such as 12.345 without their point, how many digits stood behind it, and which are numbers at all."""
    number, are = whole_numbers(words, begin, lengths)
    if are.all():
        return number, np.zeros_like(begin), are
    whole = until(words, begin, POINT)
    has_point = (whole >= 0) & (whole < lengths)
    whole = np.where(has_point, whole, lengths)
    number, are = whole_numbers(words, begin, np.minimum(whole, MOST_DIGITS))
    more = whole - MOST_DIGITS
    if (more > 0).any():
        rest, are_rest = whole_numbers(words, begin + MOST_DIGITS, more)
        are &= (more <= 0) | (are_rest & ~has_point & (more < MOST_DIGITS))
        number = np.where(more > 0, number * TENS[np.clip(more, 0, MOST_DIGITS)] + rest, number)
    if not has_point.any():
        return number, np.zeros_like(begin), are
    behind = np.where(has_point, lengths - whole - 1, 0)
    first, are_first = whole_numbers(words, begin + whole + 1, np.minimum(behind, MOST_DIGITS))
    rest, are_rest = whole_numbers(words, begin + whole + 1 + MOST_DIGITS, behind - MOST_DIGITS)
    are &= ~has_point | (are_first & (behind <= MOST_BEHIND) & ((behind <= MOST_DIGITS) | are_rest))
    number = number * TENS[np.minimum(np.maximum(behind, 0), MOST_DIGITS)] + np.where(behind > 0, first, 0)
    more = np.clip(behind - MOST_DIGITS, 0, MOST_BEHIND - MOST_DIGITS)
    return number * TENS[more] + np.where(more > 0, rest, 0), np.maximum(behind, 0), are


POINT = b"."[0]

MOST_BEHIND = 10
"""Digits behind a point. With eight before it the whole number has no more than a double holds."""

TENS = 10 ** np.arange(MOST_BEHIND + 1)

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
DIGITS, SLASHES, BLANKS = spread(b"0"[0]), spread(b"/"[0]), spread(b" "[0])
OVER_NINE, OVER_SIX = spread(0x80 - 10), spread(0x80 - 7)
BEFORE_A = spread(b"a"[0] - 1)
BYTE, MINUS = np.uint64(0xFF), np.uint64(b"-"[0])
MINUS_TO_ZERO = MINUS ^ np.uint64(b"0"[0])
BYTES = np.array([sum(0xFF << 8 * bit for bit in range(8) if bits >> bit & 1) for bits in range(256)], np.uint64)
"""Eight bits as eight bytes, each all ones or noughts."""

SOME = 64
"""Values that show how long most are."""

MOST_AT_ONCE = 8
"""Words of a value that are looked at in one go, after one, two and four."""

MOST_BYTES = 8 * LONGEST
"""Bytes of which each word has a multiplier of its own."""

MOST_HASHED_AT_ONCE = 4
"""Words of a value that are hashed in one go: few have more."""

EIGHTS = 8 * np.arange(BLOCK)[:, None]
MULTIPLIERS = np.array([int(MULTIPLIER) * (2 * n + 1) ** 5 & (1 << 64) - 1 for n in range(1, LONGEST + 1)], np.uint64)
"""Odd numbers, one for each word."""

MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)

REST = np.array([64 - 8 * max(1, n) for n in range(MOST_DIGITS + 1)], np.uint64)
"""Bits of a word behind so many digits."""
