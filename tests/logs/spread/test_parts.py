"""A log that is read in parts gives what it gives as a whole, wherever it is cut."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.one_file import FileSums, Reading
from gwdiag.logs.reading import Read, by_node, listed, read
from gwdiag.logs.spread import parts as cutting
from gwdiag.logs.spread import share_out as sharing
from gwdiag.logs.spread.parts import parts
from gwdiag.logs.spread.share_out import share_out
from gwdiag.logs.spread.work import Done, Task, do
from gwdiag.logs.tally import Tally
from tests.logs.partial.sums import sums_of
from tests.tyk_log import BEGIN, access, message, old_access, old_proxy_error, proxy_error

IN_2026 = Reading(year=2026, at_once_from=0, page=3000)


class Here:
    """Workers that are this process."""

    number = 10

    def map(self, tasks: list[Task]) -> Iterator[Done]:
        return map(do, tasks)


def in_parts(path: Path, how: Reading) -> Read:
    result = Read(Tally(how.samples))
    inputs = listed([str(path)], how, result)
    result.tally = Tally(how.samples, result.routes())
    logs = [one for one in inputs if isinstance(one, FileSums)]
    share_out(by_node(logs), Here(), result)
    result.settle()
    result.add_inputs(inputs)
    return result


def assert_same(found: Read, whole: Read) -> None:
    sums, expected = sums_of(found.tally), sums_of(whole.tally)
    assert {name: one for name, one in sums.items() if one != expected[name]} == {}
    assert found.inputs == whole.inputs
    assert found.unparsed == whole.unparsed
    assert found.unparsed_classes == whole.unparsed_classes
    assert found.latest == whole.latest


@st.composite
def logs(draw: st.DrawFn) -> list[str]:
    """Lines of a node, in the order of their times."""
    lines: list[tuple[float, int, list[str]]] = []
    at = 0.0
    drawn = draw(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40), st.integers(0, 3)), min_size=30, max_size=90)
    )
    for number, (kind, size, pause) in enumerate(drawn):
        at += pause
        client = f"203.0.113.{size % 9}"
        error = ("dial tcp 10.20.0.31:9001: connect: connection refused", "context canceled", "unexpected EOF")[
            size % 3
        ]
        status = 499 if size % 3 == 1 else 500
        if kind == 0:
            lines.append((at, number, [old_proxy_error(at, error, client=client)]))
            lines.append((at + size % 14, number, [old_access(at + size % 14, status=status, client=client)]))
        elif kind == 1:
            lines.append((at, number, [proxy_error(at, error), access(at, status=status, flag="URR")]))
        elif kind == 2:
            lines.append((at, number, [message(at, "odd"), "no format knows this", "\tnor this", ""]))
        elif kind == 3:
            frames = ["goroutine 7 [running]:", "main.serve(0x1)", "\t/src/main.go:7 +0x1d"]
            lines.append((at, number, [message(at, "panic: oh", level="panic"), *frames]))
        elif kind == 4:
            lines.append(
                (at, number, [message(at, "Tyk API Gateway v5.8.5"), message(at, f"odd {size}", level="error")])
            )
        elif kind == 5:
            lines.append((at, number, [old_access(at, client=client)]))
        else:
            lines.append((at, number, [access(at, latency=size * 100, client=client)]))
    return [line for _, _, some in sorted(lines, key=lambda one: one[:2]) for line in some]


@given(logs(), st.sampled_from([700, 2000, 6000]), st.sampled_from([(0, 1), (3, 500), (30, 1000)]))
@settings(max_examples=25, deadline=None)
def test_the_sums_are_those_of_the_whole(lines, part, lead):
    how = replace(IN_2026, part=part)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "LEAD", lead[0])
        patch.setattr(cutting, "SHORTEST_LEAD", lead[1])
        path = Path(folder, "gw.log")
        path.write_text("\n".join(lines) + "\n")

        assert_same(in_parts(path, how), read([str(path)], how))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three hours of a node, 1.5 MB."""
    path = tmp_path / "gw.log"
    lines = []
    for second in range(0, 10_800, 3):
        lines.append(access(second, latency=second % 900))
        if second % 60 == 0:
            lines += [proxy_error(second, "unexpected EOF"), access(second, status=500)]
    path.write_text("\n".join(lines) + "\n")
    return path


def cut(log: Path, how: Reading) -> list[tuple[int, int, int]]:
    [file] = listed([str(log)], how, Read(Tally()))
    assert isinstance(file, FileSums)
    return [(one.lead, one.begin, one.end) for one in parts(file, 4)]


def test_parts_follow_each_other_from_line_to_line(log):
    found = cut(log, replace(IN_2026, part=200_000))
    data = log.read_bytes()

    assert found[0][:2] == (0, 0)
    assert found[-1][2] == len(data)
    assert [begin for _, begin, _ in found[1:]] == [end for _, _, end in found[:-1]]
    assert all(data[place - 1] == 10 for lead, begin, _ in found[1:] for place in (lead, begin))
    assert len(found) == 4
    for lead, begin, _ in found[1:]:
        assert 260_000 < begin - lead < 265_000


def test_what_is_not_worth_it_or_cannot_be_cut_is_read_as_a_whole(log, tmp_path):
    utf_16 = tmp_path / "utf16.log"
    utf_16.write_text(log.read_text(), "utf-16")

    assert cut(log, IN_2026) == []
    assert cut(utf_16, replace(IN_2026, part=200_000)) == []


def test_it_is_seldom_read_again(log, monkeypatch):
    again = []
    monkeypatch.setattr(sharing, "_again", lambda *args, real=sharing._again: again.append(args) or real(*args))
    how = replace(IN_2026, part=200_000, page=1 << 20)

    assert_same(in_parts(log, how), read([str(log)], how))
    assert again == []


def test_a_part_whose_begin_was_not_as_supposed_is_read_again(log, monkeypatch):
    again = []
    monkeypatch.setattr(sharing, "_again", lambda *args, real=sharing._again: again.append(args) or real(*args))
    with log.open("a") as more:
        more.write("\n".join(access(second) for second in range(10_800, 12_000, 3)))
    far = log.read_text().splitlines()
    far.insert(len(far) // 2, access(10 * 86_400))  # after this time none is later
    log.write_text("\n".join(far))
    how = replace(IN_2026, part=200_000, page=1 << 20)

    assert_same(in_parts(log, how), read([str(log)], how))
    assert len(again) > 2


def test_times_without_a_year_go_on_through_new_year(tmp_path):
    path = tmp_path / "gw.log"
    new_year = 1_798_761_600 - BEGIN
    path.write_text("\n".join(old_access(new_year + second * 60) for second in range(-4000, 4000)))
    how = replace(IN_2026, part=200_000, page=1 << 20)

    found = in_parts(path, how)

    assert_same(found, read([str(path)], how))
    assert [(str(one.first)[:4], str(one.last)[:4]) for one in found.inputs] == [("2026", "2027")]


def test_a_stretch_of_time(tmp_path, log):
    how = replace(IN_2026, part=100_000, since="2026-11-20T09:00:00Z", until="2026-11-20T10:00:00Z")
    whole = read([str(log)], how)

    assert_same(read([str(log)], replace(how, jobs=2)), whole)
    assert whole.tally.events == 1262


def test_apis_by_path_beyond_their_number(tmp_path):
    path = tmp_path / "access.log"
    line = '10.0.0.9 - - [20/Nov/2026:08:{:02}:{:02} +0000] "GET /{}/1 HTTP/1.1" 200 9 "-" "-"'
    names = [f"{chr(97 + number // 26)}{chr(97 + number % 26)}x" for number in range(90)]
    path.write_text("\n".join(line.format(n // 60, n % 60, names[n // 35]) for n in range(3000)))
    how = replace(IN_2026, part=20_000)

    assert_same(in_parts(path, how), read([str(path)], how))
