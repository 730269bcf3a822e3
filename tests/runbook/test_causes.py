"""The pages of root causes: none is missing, each goes the whole way, and what they say of log lines is true."""

import re
from importlib import import_module
from importlib.util import find_spec

import pytest

from gwdiag.error_classes import claim, error_classes
from gwdiag.runbook import Runbook, read_runbooks
from gwdiag.shipped import shipped
from tests.conftest import ROOT
from tests.runbook.causes import CAUSES

RUNBOOKS = read_runbooks(shipped("runbooks"))
PAGES = {name: one for name, one in RUNBOOKS.items() if one.of_a_cause}
WAY = ["what-it-looks-like", "what-it-is-not", "three-checks", "fix", "verify", "escalate"]
MESSAGE = re.compile(r'^    (?:level=\w+ message="((?:[^"\\]|\\.)*)"|(http: .*))', re.MULTILINE)
"""A message in a page: of a line of Tyk's, or one alone."""


def section_of(page: Runbook, heading: str) -> str:
    return page.headings()[heading]


def items(text: str, mark: str) -> list[str]:
    """The items of a list: what begins with `mark` at the margin, up to the next."""
    return re.split(rf"^(?:{mark}) ", text, flags=re.MULTILINE)[1:]


def test_every_cause_has_its_page_and_every_page_is_of_a_cause():
    assert tuple(PAGES) == CAUSES


def test_every_cause_of_triage_has_its_page_with_all_that_it_is_confused_with():
    if not find_spec("gwdiag.triage"):
        pytest.skip("there is no triage yet")
    of_triage = import_module("gwdiag.triage.causes").causes()

    assert set(of_triage) - set(PAGES) == set()
    for name, cause in of_triage.items():
        section = section_of(PAGES[name], "what-it-is-not")
        assert [other for other in cause.confused_with if f"]({other}.md)" not in section] == [], name


def test_the_causes_are_those_of_the_vocabulary(shared):
    table = (shared / "lab/README.md").read_text("utf-8")

    assert sorted([*re.findall(r"^\| (\w+) \|", table, re.MULTILINE)[1:], "unknown"]) == list(CAUSES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_goes_the_whole_way(name):
    assert [heading for heading in PAGES[name].headings() if heading in WAY] == WAY


@pytest.mark.parametrize("name", PAGES)
def test_three_checks_decide_and_each_says_what_to_expect(name):
    checks = items(section_of(PAGES[name], "three-checks"), r"\d\.")

    assert len(checks) == 3
    if name != "unknown":  # nothing to be for or against
        assert [re.search(r"\bFor\b", one) is not None for one in checks] == [True] * 3
    assert [one.count("```") >= 2 for one in checks] == [True] * 3


@pytest.mark.parametrize("name", PAGES)
def test_it_names_what_it_is_confused_with(name):
    confused = re.findall(r"\]\((\w+)\.md\)", section_of(PAGES[name], "what-it-is-not"))

    assert confused
    assert set(confused) <= set(CAUSES) - {name}


@pytest.mark.parametrize("name", PAGES)
def test_what_changes_state_says_so_and_how_to_undo_it(name):
    fixes = items(section_of(PAGES[name], "fix"), "-")

    assert [one for one in fixes if "hanges state**" in one and "Undo" not in one] == []


@pytest.mark.parametrize("name", PAGES)
def test_escalation_says_what_to_attach(name):
    assert "\ngwdiag triage incident/ " in section_of(PAGES[name], "escalate")
    assert f" --why {name} " in section_of(PAGES[name], "escalate") or name in ("healthy", "unknown")


@pytest.mark.parametrize("name", sorted({*PAGES} - {"healthy"}))  # that one shows noise
def test_the_lines_it_shows_are_of_the_classes_that_lead_to_it(name):
    shown = [line or alone for line, alone in MESSAGE.findall(section_of(PAGES[name], "what-it-looks-like"))]
    classes = {claim(message).id for message in shown} - {"none"}

    assert classes <= {*PAGES[name].triggers}
    assert classes or name in ("firewall_reject", "unknown", "upstream_5xx")  # a table, and an access line


@pytest.mark.parametrize("name", PAGES)
def test_a_class_that_leads_to_it_has_a_page_that_names_it(name):
    silent = [
        one
        for one in PAGES[name].triggers
        if f"](causes/{name}.md)" not in RUNBOOKS[error_classes()[one].runbook.partition("#")[0]].text
    ]

    assert silent == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_short_and_names_public_sources(name):
    text = (ROOT / f"runbooks/causes/{name}.md").read_text("utf-8")

    assert text.count("\n") <= 105
    assert "\nSources: " in text
    assert not re.search(r"shared|/work|reference/", text)
