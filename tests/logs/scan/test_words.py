"""Eight bytes at a time are what they are one at a time."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.scan.numbers import since_epoch
from gwdiag.logs.scan.words import (
    LONGEST,
    blanks,
    decimals,
    numbers_until,
    of_bytes,
    until,
    whole_numbers,
    without_numbers,
    words_of,
)
from gwdiag.logs.tally import templated

ROOM = 8 * LONGEST + 64
WORDS = st.lists(st.text("abc019 .-/=", max_size=150), min_size=1, max_size=20)


def laid_out(texts: list[str], behind: str = "\n"):
    """The words of texts that stand behind each other, where each begins, and its length."""
    raw = "".join(f"{text}{behind}" for text in texts).encode()
    buffer = bytearray(raw) + bytearray(ROOM)
    lengths = np.array([len(text) for text in texts])
    begins = np.concatenate(([0], np.cumsum(lengths + len(behind))[:-1]))
    return words_of(buffer, len(buffer)), begins.astype(np.int64), lengths.astype(np.int64)


@given(WORDS, st.sampled_from([None, "="]), st.sampled_from((1, 2, 4, 8)))
def test_a_value_ends_at_the_first_stop(texts: list[str], also: str | None, some: int):
    words, begins, _ = laid_out(texts)

    lengths = until(words, begins, ord("\n"), ord(also) if also else None, some)

    whole = [re.split(f"[\n{also or ''}]", text)[0] for text in texts]
    assert lengths.tolist() == [len(one) for one in whole]


@pytest.mark.parametrize("some", [1, 2, 4, 8])
def test_a_value_that_is_longer_than_is_looked_at_has_no_end(some: int):
    words, begins, _ = laid_out(["a" * (8 * LONGEST - 1), "a" * 8 * LONGEST])

    assert until(words, begins, ord("\n"), some=some).tolist() == [8 * LONGEST - 1, -1]


@given(st.lists(st.text("0189/:a.-", max_size=10), min_size=1))
def test_numbers_up_to_a_stop(texts: list[str]):
    words, begins, _ = laid_out(texts, behind="/")

    lengths, are, are_negative = numbers_until(words, begins, ord("/"))

    whole = [text.split("/")[0] for text in texts]
    is_number = [bool(re.fullmatch(r"-\d{0,6}|\d{1,7}", one)) for one in whole]
    assert are.tolist() == is_number
    assert are_negative.tolist() == [f"{text}/".startswith("-") for text in texts]
    assert lengths[are].tolist() == [len(one) for one, is_one in zip(whole, is_number, strict=True) if is_one]


@given(WORDS, WORDS)
def test_a_hash_is_of_the_bytes_alone(texts: list[str], others: list[str]):
    words, begins, lengths = laid_out([*texts, *others])

    alone = of_bytes(words, begins[: len(texts)], lengths[: len(texts)])
    together = of_bytes(words, begins, lengths)

    assert alone.tolist() == together[: len(texts)].tolist()
    assert len(set(together.tolist())) == len({*texts, *others})


def test_hashes_of_long_texts():
    texts = [b"9" * many + end for many in (239, 240, 248, 249, 500, 5000) for end in (b"", b"0", b"1")]
    begins = np.cumsum([0, *map(len, texts)])[:-1]
    buffer = np.frombuffer(b"".join(texts) + bytes(ROOM), np.uint8)

    hashes = of_bytes(words_of(buffer, len(buffer)), begins, np.array([*map(len, texts)]))

    assert len({*hashes.tolist()}) == len({*texts})


@given(st.lists(st.text("0123456789a.-", max_size=12), min_size=1))
def test_whole_numbers(texts: list[str]):
    words, begins, lengths = laid_out(texts)

    numbers, are = whole_numbers(words, begins, lengths)

    assert are.tolist() == [bool(re.fullmatch(r"\d{1,8}", text)) for text in texts]
    assert [number for number, is_one in zip(numbers.tolist(), are, strict=True) if is_one] == [
        int(text) for text, is_one in zip(texts, are, strict=True) if is_one
    ]


@given(st.lists(st.from_regex(r"\A(?:[0-9]{1,15}|[0-9]{1,8}\.[0-9]{0,10}|[0-9.a-]{0,12})\Z"), min_size=1))
def test_decimals(texts: list[str]):
    words, begins, lengths = laid_out(texts)

    numbers, behind, are = decimals(words, begins, lengths)

    for text, number, digits, is_one in zip(texts, numbers.tolist(), behind.tolist(), are.tolist(), strict=True):
        seen = re.fullmatch(r"(\d{1,15})|(\d{1,8})\.(\d{1,10})", text)
        if is_one and seen:
            assert (number, digits) == (int(text.replace(".", "")), len(seen[3] or ""))
        assert is_one == bool(seen) or text.endswith(".")


@given(st.lists(st.integers(0, 16), min_size=1))
def test_blanks_are_counted(counts: list[int]):
    words, begins, _ = laid_out([" " * count + "x" for count in counts])

    assert blanks(words, begins).tolist() == counts


PATHS = st.lists(st.text("/a1234567.", max_size=140).map(lambda text: f"/{text}"), min_size=1, max_size=20)


@given(PATHS)
def test_paths_with_one_hash_are_one_when_numbers_are_left_out(paths: list[str]):
    words, begins, lengths = laid_out(paths)

    hashes = without_numbers(words, begins, lengths).tolist()

    by_hash: dict[int, set[str]] = {}
    for path, value in zip(paths, hashes, strict=True):
        by_hash.setdefault(value, set()).add(templated(path))
    assert [names for names in by_hash.values() if len(names) > 1] == []


def test_paths_that_differ_in_a_number_have_one_hash():
    words, begins, lengths = laid_out(
        ["/orders/17/a", "/orders/42/a", "/orders/42/b", "/x/20261120-a", "/x/20251231-a"]
    )

    first, second, other, dated, dated_too = without_numbers(words, begins, lengths).tolist()

    assert first == second != other
    assert dated == dated_too


def test_moments_since_the_epoch():
    texts = ["1795140000", "1795140000123", "1795140000.123456", "1795140000123456", "179514000", "1795140000.", "x"]
    words, begins, lengths = laid_out(texts)

    found = since_epoch(words, begins, lengths).tolist()

    assert found[:4] == [1795140000.0, 1795140000.123, 1795140000.123456, 1795140000.123456]
    assert np.isnan(found[4:]).all()
