"""What a run can end with."""

from gwdiag.model.problem import Exit, Problem, Unavailable


def test_the_exit_statuses_are_public():
    assert {one.name: one.value for one in Exit} == {
        "OK": 0,
        "FINDINGS": 1,
        "USAGE": 2,
        "NOTHING_DONE": 3,
        "PARTIAL": 4,
        "INTERRUPTED": 130,
    }


def test_a_problem_is_its_line_and_its_status():
    wrong, unread = Problem("--top 0: give at least 1"), Problem("gw.log: Permission denied", Exit.NOTHING_DONE)

    assert (str(wrong), wrong.status) == ("--top 0: give at least 1", 2)
    assert (str(unread), unread.status) == ("gw.log: Permission denied", 3)


def test_what_could_not_be_examined_is_a_value():
    assert Unavailable("no conntrack here") == Unavailable("no conntrack here")
    assert Unavailable("no conntrack here") != Unavailable("no procfs here")
