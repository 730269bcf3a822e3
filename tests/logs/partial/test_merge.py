"""Sums that are put together are the sums of all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.join import Outcome
from gwdiag.logs.one_file import Reading
from gwdiag.logs.partial.document import Document, document_of, read_of
from gwdiag.logs.partial.file import as_json, of_json
from gwdiag.logs.partial.merge import add_read, add_tally
from gwdiag.logs.reading import Read, read
from gwdiag.logs.tally import MOST_MARKS, MarkSeen, Place, Tally
from gwdiag.model.event import Mark
from tests.logs.from_lines import outcomes_of
from tests.logs.partial.sums import sums_of
from tests.tyk_log import access, message, old_access, old_proxy_error

ERRORS = ("dial tcp 10.20.0.31:9001: connect: connection refused", "context canceled", "unexpected EOF")


def request(second: int, node: int, kind: int, size: int) -> list[Outcome]:
    """A request, a failure, a start, an error of no class, at that second."""
    lines = {
        0: [access(second, latency=size, path=f"/orders/{size}/a")],
        1: [access(second, status=504, flag="URT", latency=size)],
        2: [old_proxy_error(second, ERRORS[size % 3]), old_access(second, status=500)],
        3: [old_proxy_error(second, ERRORS[size % 3])],
        4: [message(second, "Tyk API Gateway v5.8.5", prefix="main")],
        5: [message(second, f"Something went {size} times wrong", level="error", prefix="main")],
        6: [access(second, api=f"Api{size % 4}", latency=size, upstream=f"https://other{size % 4}:9443")],
    }[kind]
    return outcomes_of(lines, f"gw-{node}")


@st.composite
def logs(draw: st.DrawFn) -> list[list[Outcome]]:
    """The outcomes of requests, each on a line of its own."""
    drawn = draw(
        st.lists(
            st.builds(request, st.integers(0, 300), st.integers(1, 3), st.integers(0, 6), st.integers(0, 5000)),
            max_size=25,
        )
    )
    return [[one._replace(line=number * 2 + one.line) for one in some] for number, some in enumerate(drawn)]


def tally_of(parts: list[list[Outcome]]) -> Tally:
    tally = Tally(samples=2)
    for part in parts:
        for one in part:
            tally.add(one)
    return tally


@given(logs(), st.randoms(use_true_random=False), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_any_split_in_any_order_makes_the_whole(requests, random, parts):
    whole = tally_of(requests)
    shared: list[list[list[Outcome]]] = [[] for _ in range(parts)]
    for one in requests:
        random.choice(shared).append(one)
    tallies = [tally_of(some) for some in shared]
    random.shuffle(tallies)
    while len(tallies) > 1:  # in any order, and any two of them first
        first = tallies.pop(random.randrange(len(tallies)))
        add_tally(first, tallies.pop(random.randrange(len(tallies))))
        tallies.append(first)

    assert sums_of(tallies[0]) == sums_of(whole)


@given(logs())
@settings(max_examples=30, deadline=None)
def test_a_document_has_all_of_the_sums(requests):
    whole = tally_of(requests)
    written = as_json(document_of(Read(whole), "1", "host"))

    found = Tally(samples=2)
    add_tally(found, read_of(of_json(Document, written), {}, {}).tally)

    assert sums_of(found) == sums_of(whole)


def test_what_is_added_is_left_as_it_was():
    one, other = (tally_of([request(second, 1, kind, 30) for kind in range(7)]) for second in (5, 50))
    before = sums_of(tally_of([request(50, 1, kind, 30) for kind in range(7)]))
    add_tally(one, other)
    add_tally(one, other)

    assert sums_of(other) == before


def test_of_too_many_marks_the_first_are_kept_in_order():
    tally = Tally()
    for number in reversed(range(MOST_MARKS + 5)):
        tally.mark(MarkSeen(float(number), "gw-1", Mark.START, "", Place("a.log", number)))

    assert [mark.at for mark in tally.marks] == [float(number) for number in range(MOST_MARKS)]


def test_what_else_was_read_is_put_together(tmp_path):
    for node, last in (("gw-1", 40), ("gw-2", 20)):
        folder = tmp_path / "nodes" / node
        folder.mkdir(parents=True)
        lines = [*(access(second) for second in range(last)), *["unexpected EOF somewhere"] * 2]
        (folder / "gateway.log").write_text("\n".join(lines))
    whole = read([str(tmp_path)], Reading(year=2026))
    parts = [read([str(tmp_path / "nodes" / node)], Reading(year=2026)) for node in ("gw-1", "gw-2")]

    merged = Read(Tally())
    for one in parts:
        add_read(merged, one)

    assert merged.inputs == whole.inputs
    assert merged.unparsed == whole.unparsed
    assert [one.place.line for one in merged.unparsed] == [41, 42, 21]
    assert merged.unparsed_classes == whole.unparsed_classes
    assert merged.latest == whole.latest
    assert sums_of(merged.tally) == sums_of(whole.tally)
