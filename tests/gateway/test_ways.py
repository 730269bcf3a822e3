"""What is remembered of request lines, and for how long."""

from gwdiag.gateway.memo import Memo
from gwdiag.gateway.ways import LONGEST_LINE, MOST_WAYS, Ways


def nobody(path: str) -> None:
    """Whose a path is."""


def test_a_line_that_came_twice_is_not_looked_at_again():
    asked: list[str] = []
    ways = Ways(lambda path: asked.append(path))  # type: ignore[func-returns-value]

    first, second, third = (ways.of_line(b"GET /a?b=1 HTTP/1.1") for _ in range(3))

    assert first is not second
    assert second is third
    assert asked == ["/a", "/a"]


def test_a_line_that_is_not_plain_is_nobodys():
    ways = Ways(nobody)

    for line in (b"GET /a HTTP/1.2", b"GET  /a HTTP/1.1", b"GET /a#b HTTP/1.1", b"GET /\xff HTTP/1.1", b""):
        assert ways.of_line(line) is None


def test_as_many_lines_as_one_likes_take_no_more_memory():
    ways = Ways(nobody)
    lines = [b"GET /%d HTTP/1.1" % number for number in range(MOST_WAYS)]
    kept = [(ways.of_line(line), ways.of_line(line))[1] for line in lines]
    assert all(ways.of_line(line) is way for line, way in zip(lines, kept, strict=True))

    for _ in range(2):
        ways.of_line(b"GET /one/more HTTP/1.1")

    assert ways.of_line(lines[0]) is not kept[0]


def test_a_very_long_line_is_not_remembered():
    ways = Ways(nobody)
    line = b"GET /" + b"x" * LONGEST_LINE + b" HTTP/1.1"

    first, second, third = (ways.of_line(line) for _ in range(3))

    assert first is not second
    assert second is not third


def test_a_memo_begins_anew_when_it_is_full():
    asked: list[int] = []
    memo = Memo[int, int](lambda number: asked.append(number) or -number, 2)  # type: ignore[func-returns-value]

    assert [memo[1], memo[2], memo[1], memo[3], memo[1]] == [-1, -2, -1, -3, -1]
    assert asked == [1, 2, 3, 1]
