"""What changed just before the onset, and what was too early, elsewhere or part of something else."""

import pytest

from gwdiag.logs.analysis.changes import CHANGES, ChangeBefore, changes_before
from gwdiag.logs.tally import Place
from tests.logs.from_lines import answers_of, class_in, view_of
from tests.logs.small_logs import Timed, failures, log, successes
from tests.tyk_log import message

ONSET = 99
"""The second at which the failures below began."""


def at(second: float, text: str = "API reload complete") -> Timed:
    return [(second, message(second, text))]


def found(*stretches: Timed, other_node: Timed | None = None) -> list[tuple[str, float]]:
    """What changed, and how many seconds ahead of the onset."""
    logs = {"gw-1": log(successes(0, 100), failures(100, 160), *stretches)}
    if other_node is not None:
        logs["gw-2"] = log(successes(0, 160), other_node)
    view = view_of(logs)
    return [(one.what, one.ahead) for one in changes_before(view, class_in(view, "upstream_dial_refused"))]


def test_a_change_with_its_place():
    view = view_of({"gw-1": log(at(97), successes(97, 100), failures(100, 160), successes(0, 97))})

    assert changes_before(view, class_in(view, "upstream_dial_refused")) == [
        ChangeBefore("reload", "API reload complete", 2.0, ("gw-1",), Place("gw-1.log", 195))
    ]


@pytest.mark.parametrize("second", [ONSET - 60, ONSET - 1, ONSET, ONSET + 3])
def test_a_reload_around_the_onset(second):
    assert found(at(second)) == [("reload", ONSET - second)]


@pytest.mark.parametrize("second", [ONSET - 61, ONSET + 4])
def test_a_reload_too_early_or_too_late(second):
    assert found(at(second)) == []


@pytest.mark.parametrize(("second", "expected"), [(ONSET - 20, [("process start", 20)]), (ONSET - 21, [])])
def test_a_start_takes_effect_at_once(second, expected):
    assert found(at(second, "Tyk API Gateway v5.14.0")) == expected


def test_the_reload_that_belongs_to_a_start_is_none():
    start = at(ONSET - 10, "Tyk API Gateway v5.14.0")

    assert found(start, at(ONSET - 9)) == [("process start", 10)]
    assert found(start, at(ONSET + 3)) == [("process start", 10)]


def test_a_reload_long_after_a_start_counts():
    assert found(at(ONSET - 50, "Tyk API Gateway v5.14.0"), at(ONSET - 29)) == [("reload", 29)]


def test_what_changed_on_a_node_that_does_not_fail_is_none():
    assert found(other_node=at(ONSET - 2)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Shutdown signal received", "shutdown"),
        ("[HOST CHECKER MANAGER] Host is DOWN: http://10.20.0.31:9001", "upstream marked down"),
        ("[PROXY] [CIRCUIT BREAKER] Breaker tripped for path: /items", "circuit breaker tripped"),
    ],
)
def test_other_changes(text, what):
    assert found(at(ONSET - 5, text)) == [(what, 5)]


def test_of_each_kind_the_nearest_and_the_nearest_kind_first():
    assert found(at(ONSET - 50), at(ONSET - 8), at(ONSET - 30, "Shutdown signal received")) == [
        ("reload", 8),
        ("shutdown", 30),
    ]


def test_a_reload_in_several_steps_is_one_from_its_first_line_on():
    assert found(at(ONSET - 6, "reload: initiating"), at(ONSET - 4), at(ONSET - 3)) == [("reload", 6)]


def test_a_reload_of_several_nodes_names_them_all():
    logs = {
        node: log(successes(0, 100), failures(100, 160), at(second)) for node, second in (("gw-1", 97), ("gw-2", 98))
    }
    view = view_of(logs)

    [one] = changes_before(view, class_in(view, "upstream_dial_refused"))

    assert (one.nodes, one.ahead) == (("gw-1", "gw-2"), 2)


def new_address(first_seen: float, known_since: float) -> list[tuple[str, float]]:
    view = view_of(
        {
            "gw-1": log(
                successes(known_since, 100, every=0.1),
                failures(100, 160, every=0.1),
                successes(first_seen, 160, upstream="http://new.internal:9001", latency=0),
            )
        }
    )
    return [(one.text, one.ahead) for one in changes_before(view, class_in(view, "upstream_dial_refused"))]


NEW = "Orders used http://new.internal:9001 for the first time"


@pytest.mark.parametrize(
    ("first_seen", "expected"), [(ONSET - 60, [(NEW, 60)]), (ONSET - 61, []), (ONSET + 3, [(NEW, -3)]), (ONSET + 4, [])]
)
def test_a_new_upstream_address_around_the_onset(first_seen, expected):
    assert new_address(first_seen, known_since=0) == expected


@pytest.mark.parametrize(("known_since", "expected"), [(90, []), (89, [(NEW, 0.0)])])
def test_an_address_is_new_where_its_api_was_in_use_without_it(known_since, expected):
    assert new_address(ONSET, known_since) == expected


def test_at_most_three_changes_are_told():
    texts = ["API reload complete", "Shutdown signal received", "[HOST CHECKER MANAGER] Host is UP: x", "Host is DOWN"]
    changes = [at(ONSET - 5 - number, text) for number, text in enumerate(texts)]
    changes.append(at(ONSET - 30, "[PROXY] [CIRCUIT BREAKER] Breaker tripped"))
    view = view_of({"gw-1": log(successes(0, 100), failures(100, 160), *changes)})

    assert [one.title for one in CHANGES.answer(view)] == [
        "Reload 5.0 s before the onset",
        "Shutdown 6.0 s before the onset",
        "Upstream marked up 7.0 s before the onset",
    ]


def test_no_change_is_told_only_where_one_could_have_been_seen():
    without_marks = view_of({"gw-1": log(successes(0, 100), failures(100, 160))})
    with_marks = view_of({"gw-1": log(at(0, "Tyk API Gateway v5.14.0"), successes(0, 100), failures(100, 160))})

    assert answers_of(CHANGES.answer(without_marks)) == []
    assert [id_ for id_, _ in answers_of(CHANGES.answer(with_marks))] == ["nothing_changed"]


def test_what_was_there_from_the_start_has_nothing_before_it():
    view = view_of({"gw-1": log(at(0), failures(0, 60), successes(0, 60))})

    assert answers_of(CHANGES.answer(view)) == []
