"""Pages have the lines that are read one by one: with their numbers, whatever the bytes and their sizes are."""

from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.lines import LONGEST, numbered_lines
from gwdiag.logs.scan.page import LONGEST_LINE, pages


class Stream:
    def __init__(self, data: bytes, at_once: int = 1 << 30, error: Exception | None = None) -> None:
        self._data, self._at_once, self._error = data, at_once, error

    def read1(self, size: int, /) -> bytes:
        size = min(size, self._at_once)
        data, self._data = self._data[:size], self._data[size:]
        if not data and self._error:
            raise self._error
        return data


def lines(data: bytes, size: int, at_once: int = 1 << 30, before: int = 0) -> list[tuple[int, str]]:
    found = []
    for page in pages(Stream(data, at_once), None, before, size):
        found += [(page.number + line + 1, page.text(line)) for line in range(len(page.begins))]
    return found


BYTES = st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\0", b"\xff", "é".encode(), b"\t", b'"', b"x=1 "])).map(
    b"".join
)


@given(BYTES, st.integers(1, 20), st.integers(1, 7), st.integers(0, 3))
def test_the_same_lines(data: bytes, size: int, at_once: int, before: int):
    assert lines(data, size, at_once, before) == list(numbered_lines(Stream(data), None, before))


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    assert lines(b"\xef\xbb\xbfone\ntwo", 4) == [(1, "one"), (2, "two")]


def test_of_a_long_line_the_beginning_is_kept():
    data = b"short\n" + b"x" * (2 * LONGEST_LINE) + b"\nlast\n"

    assert lines(data, 1000) == [(1, "short"), (2, "x" * LONGEST), (3, "last")]


def test_of_a_line_longer_than_a_page_the_beginning_is_kept():
    size = 3 * LONGEST_LINE
    data = b"short\n" + b"x" * (size + 5) + b"\n" + b"last\n" * (size // 5)

    assert lines(data, size) == [(1, "short"), (2, "x" * LONGEST), *((3 + line, "last") for line in range(size // 5))]


def test_only_so_many_bytes():
    found = [page.text(0) for page in pages(Stream(b"one\ntwo\nthree\n"), 6, 0, 4)]

    assert found == ["one", "tw"]


def test_lines_with_control_characters_and_wide_blanks_are_known():
    data = b"a\nb\tb\nc\r\n\x1b[0m\nd\n" + "e\u2028e\nf\u00e9\n".encode()
    [page] = pages(Stream(data))

    assert page.controls.tolist() == [1, 2, 3]
    assert page.wide.tolist() == [5]


def test_an_error_comes_after_the_lines_before_it():
    found = []
    try:
        for page in pages(Stream(b"one\ntwo\nthr", 5, OSError("gone")), None, 0, 8):
            found += [page.text(line) for line in range(len(page.begins))]
    except OSError as error:
        found.append(str(error))

    assert found == ["one", "two", "thr", "gone"]
