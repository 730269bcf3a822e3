"""What holds for all questions, present and future."""

import pytest

from gwdiag.logs.analysis import questions
from gwdiag.model.finding import Severity
from tests.logs.from_lines import view_of
from tests.logs.small_logs import failures, log, successes
from tests.tyk_log import message

QUESTIONS = questions()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_ends_with_a_question_mark(name):
    assert QUESTIONS[name].asks.endswith("?")


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("lines", [[], [message(0, "x")], log(successes(0, 120))], ids=["nothing", "a line", "health"])
def test_nothing_wrong_answers_no_question(name, lines):
    assert list(QUESTIONS[name].answer(view_of({"gw-1": lines}))) == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_tells_more_of_a_class_is_about_it_and_alarms_nobody_a_second_time(name):
    logs = {"gw-1": log(successes(0, 120), failures(60, 120)), "gw-2": log(successes(0, 120))}

    for one in QUESTIONS[name].answer(view_of(logs)):
        assert one.about in ("upstream_dial_refused", None)
        assert one.id == one.about or one.severity is Severity.INFO
        assert one.evidence
