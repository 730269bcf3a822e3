"""Several files of a node as one stream, in the order of their times."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.join import Found
from gwdiag.logs.merge import NEVER, InOrder
from gwdiag.logs.records import Record
from gwdiag.model.event import Event, Kind


def found(path: str, line: int, at: float | None) -> Found:
    return Found(path, "gw-1", Record(line, "", "combined", Event(at, Kind.ACCESS)))


def file(path: str, *times: float | None) -> tuple[float, Iterator[Found]]:
    first = next((at for at in times if at is not None), NEVER)
    return first, (found(path, line, at) for line, at in enumerate(times, 1))


def merged(*files: tuple[float, Iterator[Found]]) -> list[tuple[str, int]]:
    return [(one.path, one.record.line) for one in InOrder().of(list(files))]


def test_the_earlier_comes_first_and_of_two_at_once_that_of_the_first_file():
    assert merged(file("a", 1, 3, 3), file("b", 2, 3, 4)) == [
        ("a", 1),
        ("b", 1),
        ("a", 2),
        ("a", 3),
        ("b", 2),
        ("b", 3),
    ]


def test_within_a_file_nothing_changes_places():
    assert merged(file("a", 5, 1, None, 6), file("b", 2, 5.5)) == [
        ("b", 1),
        ("a", 1),
        ("a", 2),
        ("a", 3),
        ("b", 2),
        ("a", 4),
    ]


def test_a_file_without_times_comes_first():
    assert merged(file("a", 1), file("b", None, None)) == [("b", 1), ("b", 2), ("a", 1)]


def test_a_file_is_opened_when_its_time_has_come_and_not_before():
    opened: list[str] = []

    def begun(path: str, *times: float) -> Iterator[Found]:
        opened.append(path)
        yield from file(path, *times)[1]

    stream = InOrder().of([(10.0, begun("new", 10, 11)), (1.0, begun("old", 1, 2))])

    assert next(stream).path == "old"
    assert opened == ["old"]
    assert [one.path for one in stream] == ["old", "new", "new"]


def test_no_files_are_no_records():
    assert merged() == []


@given(st.lists(st.lists(st.none() | st.integers(0, 20), max_size=8), max_size=5))
def test_every_record_comes_once_and_in_the_order_of_its_file(times):
    every = merged(*(file(str(number), *of_file) for number, of_file in enumerate(times)))

    assert sorted(every) == [(str(number), line + 1) for number, one in enumerate(times) for line in range(len(one))]
    assert [[line for path, line in every if path == str(number)] for number in range(len(times))] == [
        list(range(1, len(one) + 1)) for one in times
    ]


@given(st.lists(st.lists(st.integers(0, 20), max_size=8).map(sorted), max_size=5))
def test_sorted_files_give_a_sorted_stream(times):
    stream = InOrder().of([file(str(number), *of_file) for number, of_file in enumerate(times)])

    merged_times = [one.record.event.at for one in stream]
    assert merged_times == sorted(merged_times)
