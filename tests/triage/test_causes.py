"""What is written down of causes and facts: whole, telling, general, and nothing in it that does not exist."""

import ast
import json
import re
import shlex
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import pytest

from gwdiag.cli import main
from gwdiag.triage.cause import COMMON, OCCASIONAL, RARE, UNCOMMON, Cause
from gwdiag.triage.causes import causes
from gwdiag.triage.diagnosis import faults
from gwdiag.triage.fact import Fact
from gwdiag.triage.facts import errors, facts, probes
from gwdiag.triage.rank import odds
from tests.conftest import ROOT, SAMPLES
from tests.runbook.causes import CAUSES

IDS = [id_ for id_ in CAUSES if id_ != "unknown"]  # that is the answer where none of them fits

PLACEHOLDERS = {
    "upstream": "http://127.0.0.1:1",
    "target": "127.0.0.1:1",
    "host": "127.0.0.1",
    "port": "1",
    "api": "Orders",
    "node": "gw-1",
    "logs": str(SAMPLES / "formats/tyk.log"),
}

TOLD = re.compile(r"(?:^|: )(gwdiag [^:]*(?::[^ ][^:]*)*?)(?=$|: )")
"""A command, at the beginning or the end of a text: what stands before or behind a colon says what it is for."""

FIGURES = {"prior": (COMMON, OCCASIONAL, UNCOMMON, RARE), "strength": (0.95, 0.8, 0.4, 0.1)}


def texts(cause: Cause) -> list[str]:
    return [cause.check.text, *(one.text for one in cause.fix), *cause.confused_with.values()]


def commands() -> list[str]:
    """All commands that causes and facts tell people to run, as they are written."""
    remedies = [remedy for one in causes().values() for remedy in (one.check, *one.fix)]
    apart = [text for one in causes().values() for text in one.confused_with.values()]
    every = {*(one.command or "" for one in (*remedies, *facts().values())), *apart}
    return sorted({seen[1] for one in every if (seen := TOLD.search(one))})


def test_the_causes_are_those_of_the_list():
    assert list(causes()) == IDS
    assert list(faults()) == [one for one in IDS if one != "healthy"]


@pytest.mark.parametrize("id_", IDS)
def test_a_cause_says_all_that_somebody_in_need_of_it_asks(id_):
    cause = causes()[id_]

    assert cause.title
    assert cause.title[-1] != "."
    assert cause.means.endswith(".")
    assert cause.check.text
    assert cause.check.command
    assert cause.fix
    assert all(text and text[-1] != "." for text in texts(cause))
    assert id_ == "healthy" or cause.confused_with


def test_what_a_cause_is_confused_with_exists_and_is_another_one():
    wrong = [
        (id_, other) for id_, one in causes().items() for other in one.confused_with if other not in IDS or other == id_
    ]

    assert wrong == []


def test_priors_and_strengths_are_the_words_that_there_are():
    assert {one.prior for one in causes().values()} <= set(FIGURES["prior"])
    assert {strength for one in causes().values() for strength in one.explains.values()} <= set(FIGURES["strength"])


def test_a_fact_that_a_cause_explains_it_does_not_deny():
    assert [id_ for id_, one in causes().items() if set(one.explains) & set(one.denies)] == []


def test_no_two_causes_explain_and_deny_the_same_facts():
    alike = [
        (one, other)
        for (one, its), (other, others) in combinations(faults().items(), 2)
        if (dict(its.explains), set(its.denies)) == (dict(others.explains), set(others.denies))
    ]

    assert alike == []


def apart(its: Cause, others: Cause) -> float:
    """The most that one answer makes one cause likelier than another: a factor."""
    every = {*its.explains, *its.denies, *others.explains, *others.denies}
    return max(odds(fact, is_so, [its]) / odds(fact, is_so, [others]) for fact in every for is_so in (True, False))


def test_of_any_two_causes_one_answer_makes_the_one_at_least_three_times_as_likely_as_the_other():
    weak = [(one, other) for (one, its), (other, others) in permutations(faults().items(), 2) if apart(its, others) < 3]

    assert weak == []


def test_every_fact_speaks_for_or_against_some_cause():
    used = {fact.id for one in causes().values() for fact in (*one.explains, *one.denies)}

    assert sorted(set(facts()) - used) == []
    assert sorted(used - set(facts())) == []


def test_every_fault_has_a_fact_that_speaks_clearly_for_it():
    weak = [id_ for id_, one in faults().items() if not any(odds(fact, True, [one]) >= 10 for fact in one.explains)]

    assert weak == []


@pytest.mark.parametrize("fact", facts().values(), ids=facts())
def test_a_fact_asks_a_question(fact):
    assert re.fullmatch(r"[A-Z][^?]+\?", fact.asks)
    assert 0 < fact.false_alarm <= 0.5
    assert fact.seconds > 0


def test_no_two_facts_ask_the_same():
    asked = [one.asks for one in facts().values()]

    assert sorted(one for one in asked if asked.count(one) > 1) == []


def test_a_fact_of_that_name_again_is_an_error(monkeypatch):
    monkeypatch.setattr(probes, "another", replace(errors.refused), raising=False)
    facts.cache_clear()
    try:
        with pytest.raises(TypeError, match=r"probes\.py: there is another fact called fails_upstream_dial_refused"):
            facts()
    finally:
        monkeypatch.undo()
        facts.cache_clear()
    assert all(isinstance(one, Fact) for one in facts().values())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands run: with the configuration of a gateway, as on a node."""
    (tmp_path / "tyk.conf").write_text(
        json.dumps({"listen_port": 8080, "storage": {"type": "redis", "host": "127.0.0.1", "port": 1}})
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", commands())
def test_a_command_that_is_told_is_valid(command, folder, monkeypatch, capsys):
    filled = re.sub(r"\{(\w+)\}", lambda seen: PLACEHOLDERS[seen[1]], command)
    args = shlex.split(filled)
    args += {"limits": ["--window", "0.1"]}.get(args[1], [])
    monkeypatch.setattr("sys.argv", args)
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code in (0, 1, 3, 4), capsys.readouterr().err


def test_placeholders_are_those_that_are_filled_in():
    written = [
        word
        for one in causes().values()
        for text in [*texts(one), *(remedy.command or "" for remedy in (one.check, *one.fix))]
        for word in re.findall(r"\{(\w+)\}", text)
    ]

    assert set(written) <= set(PLACEHOLDERS)


# A name, address or number of a recorded case in the source would be knowledge of that case, and of no other.
OF_A_CASE = re.compile(
    r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|\.(internal|local|example|svc)\b|\b(gw|tgw|px|node)-?\w*\d\b"
    r"|\b(orders|payments|parcels|tariffs|bikes|stations|depots|labels|inventory|catalog)\b|\b[dtvw]\d\d\b",
    re.IGNORECASE,
)


def strings(file: Path) -> list[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


@pytest.mark.parametrize(
    "file",
    sorted((ROOT / "gwdiag/triage").rglob("*.py")),
    ids=lambda file: str(file.relative_to(ROOT / "gwdiag/triage")),
)
def test_no_source_knows_a_case(file):
    assert [text for text in strings(file) if OF_A_CASE.search(text)] == []


def test_a_source_that_knew_one_would_be_noticed(tmp_path):
    file = tmp_path / "cause.py"
    file.write_text('TARGET = "http://orders.internal:9001"\nWORDS = "in order"\nADDRESS = "10.20.0.53"\n')

    assert [text for text in strings(file) if OF_A_CASE.search(text)] == ["http://orders.internal:9001", "10.20.0.53"]
