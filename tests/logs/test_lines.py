"""Bytes into numbered lines, whatever the bytes are and however they arrive."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.lines import LONGEST, numbered_lines


class Pieces:
    """A stream that gives its pieces one at a time, as a pipe does, and then may raise."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self._pieces = [piece for piece in pieces if piece]
        self._error = error

    def read1(self, _: int, /) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        if self._error:
            raise self._error
        return b""


def lines(content: bytes) -> list[tuple[int, str]]:
    return list(numbered_lines(io.BytesIO(content)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b"\n", [(1, "")]),
        (b"one", [(1, "one")]),
        (b"one\n", [(1, "one")]),
        (b"one\ntwo", [(1, "one"), (2, "two")]),
        (b"one\n\nthree\n", [(1, "one"), (2, ""), (3, "three")]),
        (b"one\r\ntwo\r\n", [(1, "one"), (2, "two")]),
        (b"one\rstill one\n", [(1, "one\rstill one")]),
        (b"one\x0b\x0c\x1c\x1d\x1e\xc2\x85\xe2\x80\xa8still one\n", [(1, "one\v\f\x1c\x1d\x1e\x85\u2028still one")]),
        (b"\0\0\0\0one\ntw\0o\n", [(1, "one"), (2, "two")]),
        (b"\xef\xbb\xbfone\ntwo\n", [(1, "one"), (2, "two")]),
        ("one\ntwo\n".encode("utf-16-le"), [(1, "one"), (2, "two")]),
        ("one\ntwo\n".encode("utf-16-be"), [(1, "one"), (2, "two")]),
        (b"caf\xe9 \xff\xfe\ntwo\n", [(1, "caf\ufffd \ufffd\ufffd"), (2, "two")]),
        (b"cut in a character \xe2\x82", [(1, "cut in a character \ufffd")]),
    ],
    ids=[
        "nothing",
        "one empty line",
        "no LF at all",
        "one line",
        "no LF at the end",
        "an empty line between",
        "CRLF",
        "a CR alone ends no line",
        "nothing but LF ends a line",
        "a hole of NUL bytes",
        "UTF-8 with a byte order mark",
        "ASCII as UTF-16-LE without a mark",
        "ASCII as UTF-16-BE without a mark",
        "no UTF-8",
        "cut in the middle of a character",
    ],
)
def test_lines_end_with_lf_and_nothing_else(content, expected):
    assert lines(content) == expected


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"], ids=["little endian", "big endian"])
@pytest.mark.parametrize("first_piece", [1, 2, 3, 100])
def test_utf_16_is_known_by_its_byte_order_mark_however_it_arrives(mark, first_piece):
    content = mark + "one\r\nzwölf €\n".encode("utf-16-le" if mark == b"\xff\xfe" else "utf-16-be")

    read = list(numbered_lines(Pieces(content[:first_piece], content[first_piece:])))

    assert read == [(1, "one"), (2, "zw\xf6lf \u20ac")]


def test_of_a_line_that_is_too_long_the_beginning_is_kept_and_the_numbers_go_on():
    content = b"one\n" + b"x" * (3 * LONGEST) + b"\nthree\n" + b"y" * LONGEST + b"\n" + b"z" * (LONGEST + 1)

    assert lines(content) == [(1, "one"), (2, "x" * LONGEST), (3, "three"), (4, "y" * LONGEST), (5, "z" * LONGEST)]


def test_of_a_line_that_arrives_in_pieces_the_beginning_is_kept_too():
    pieces = [b"x" * 1000] * (2 * LONGEST // 1000)

    assert list(numbered_lines(Pieces(*pieces, b"\n", b"two"))) == [(1, "x" * LONGEST), (2, "two")]


def test_reading_stops_after_the_size_that_a_growing_file_had():
    stream = Pieces(b"one\n", b"two\n", b"thr", b"ee\n", b"four\n")

    assert list(numbered_lines(stream, most=11)) == [(1, "one"), (2, "two"), (3, "thr")]
    assert stream.read1(100) == b"ee\n"


@pytest.mark.parametrize(("most", "read"), [(4, 1), (5, 2), (8, 2), (9, 3)])
def test_reading_stops_as_soon_as_that_many_bytes_were_read(most, read):
    assert len(list(numbered_lines(Pieces(b"one\n", b"two\n", b"six\n"), most=most))) == read


def test_nothing_stops_a_stream_that_has_no_size():
    assert list(numbered_lines(Pieces(b"one\n", b"two\n"), most=None)) == [(1, "one"), (2, "two")]


def test_an_error_of_the_stream_comes_after_all_that_was_read_before_it():
    read = numbered_lines(Pieces(b"one\ntwo\nthr", error=OSError("the disk is gone")))

    assert [next(read), next(read), next(read)] == [(1, "one"), (2, "two"), (3, "thr")]
    with pytest.raises(OSError, match="the disk is gone"):
        next(read)


def test_an_error_before_the_first_byte_is_raised():
    with pytest.raises(EOFError, match="damaged"):
        list(numbered_lines(Pieces(error=EOFError("damaged"))))


def naive(content: bytes) -> list[tuple[int, str]]:
    whole = content.decode("utf-8", "replace").removeprefix("\ufeff").replace("\0", "").split("\n")
    if not whole[-1]:
        whole.pop()
    return [(number, line.rstrip("\r")) for number, line in enumerate(whole, 1)]


LOG_BYTES = st.one_of(st.binary(max_size=200), st.text("a\r\n\0\ufeff\u20ac", max_size=60).map(str.encode)).filter(
    # UTF-16, and a byte order mark that is cut
    lambda content: not content.startswith((b"\xff\xfe", b"\xfe\xff")) and content not in (b"\xef", b"\xef\xbb")
)


@settings(max_examples=300, deadline=None)
@given(LOG_BYTES)
def test_it_is_what_a_split_of_the_whole_text_gives(content):
    assert lines(content) == naive(content)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.lists(st.integers(1, 7), min_size=1))
def test_the_lines_are_the_same_whatever_pieces_the_bytes_come_in(content, sizes):
    pieces, begin = [], 0
    while begin < len(content):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(content[begin : begin + size])
        begin += size

    assert list(numbered_lines(Pieces(*pieces))) == lines(content)


@pytest.mark.parametrize("most", [4, 8, 10])
def test_not_more_is_read_than_was_asked_for(most):
    assert list(numbered_lines(io.BytesIO(b"one\ntwo\nthree\n"), most)) == lines(b"one\ntwo\nth"[:most])


def test_lines_are_numbered_from_where_the_stream_stands():
    stream = io.BytesIO(b"one\ntwo\nthree\n")
    stream.seek(4)

    assert list(numbered_lines(stream, None, 1)) == [(2, "two"), (3, "three")]
