"""The published schema: valid by itself, true of every report, and broken reports do not get by."""

import json
from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator

from gwdiag.schema import REPORTS, json_schema
from tests.conftest import ROOT, SAMPLES
from tests.probe.servers import OK, answers, closed_port, tcp_server

INCIDENTS = sorted(path.name for path in (SAMPLES / "incidents").iterdir())
Json = dict[str, object]


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    whole = json_schema()
    Draft202012Validator.check_schema(whole)
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_command_prints_the_schema(gwdiag):
    run = gwdiag("schema")

    assert json.loads(run.stdout) == json_schema()
    assert (run.returncode, run.stderr) == (0, "")


def test_every_command_that_writes_reports_has_its_part():
    whole = json_schema()

    assert whole["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert whole["title"] == "gwdiag.report/1"
    assert [one["properties"]["command"]["const"] for one in whole["oneOf"]] == list(REPORTS)
    assert list(REPORTS) == [
        "logs", "explain", "limits", "probe", "triage", "heap top", "heap diff", "heap trend", "heap capture",
        "gateway check", "lab list", "lab run", "runbook list", "runbook show",
    ]  # fmt: skip


def test_names_are_those_of_json_and_not_of_python():
    text = json.dumps(json_schema())

    assert '"class"' in text
    assert "class_" not in text


@pytest.mark.parametrize("incident", INCIDENTS)
def test_the_report_of_an_incident_is_valid(schema, gwdiag, incident):
    run = gwdiag("logs", f"sample_logs/incidents/{incident}", "-o", "json", "--by", "client", cwd=ROOT)
    report = json.loads(run.stdout)

    assert [error.message for error in schema.iter_errors(report)] == []
    assert report["command"] == "logs"
    assert run.returncode == (0 if incident == "nothing-wrong" else 1)


def test_a_report_without_times_requests_and_failures_is_valid(schema, gwdiag, tmp_path):
    (tmp_path / "gw.log").write_text("http: Server closed\nand something else\n")
    (tmp_path / "empty.log").write_text("")
    run = gwdiag("logs", tmp_path / "gw.log", tmp_path / "empty.log", "-o", "json")
    report = json.loads(run.stdout)

    assert [error.message for error in schema.iter_errors(report)] == []
    assert (report["series"]["start"], report["classes"], report["status"]) == (None, [], "incomplete")


def test_the_report_of_explain_is_valid(schema, gwdiag):
    run = gwdiag("explain", "--input", SAMPLES / "formats/logrus_text.log", "-o", "json")
    report = json.loads(run.stdout)

    assert [error.message for error in schema.iter_errors(report)] == []
    assert report["command"] == "explain"


def test_the_report_of_a_probe_is_valid(schema, gwdiag, tmp_path):
    with tcp_server(answers(OK)) as port, closed_port() as closed:
        targets = [f"http://127.0.0.1:{port}/", f"http://localhost:{closed}/", f"redis://127.0.0.1:{closed}"]
        run = gwdiag("probe", *targets, "--idle", "0.2", "--save", tmp_path / "a.json", "-o", "json")
        again = gwdiag("probe", targets[0], "--compare", tmp_path / "a.json", "-o", "json")
    report = json.loads(run.stdout)

    assert [error.message for error in schema.iter_errors(report)] == []
    assert [error.message for error in schema.iter_errors(json.loads(again.stdout))] == []
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == report
    assert [one["verdict"] for one in report["targets"]] == ["none", "upstream_dial_refused", "storage_down"]


def dropped(*keys: str) -> Callable[[Json], None]:
    def damage(report: Json) -> None:
        at: object = report
        for key in keys[:-1]:
            at = at[int(key) if isinstance(at, list) else key]  # type: ignore[index]
        del at[keys[-1]]  # type: ignore[attr-defined]

    return damage


def replaced(value: object, *keys: str) -> Callable[[Json], None]:
    def damage(report: Json) -> None:
        at: object = report
        for key in keys[:-1]:
            at = at[int(key) if isinstance(at, list) else key]  # type: ignore[index]
        at[keys[-1]] = value  # type: ignore[index]

    return damage


@pytest.mark.parametrize(
    "damage",
    [
        dropped("status"),
        dropped("findings"),
        dropped("classes"),
        dropped("totals", "requests"),
        dropped("findings", "0", "evidence"),
        dropped("classes", "0", "class"),
        replaced("explain", "command"),
        replaced("bad", "findings", "0", "severity"),
        replaced("fine", "status"),
        replaced("gwdiag.report/2", "schema"),
        replaced(7, "created"),
        dropped("inputs", "0", "problem"),
        replaced("1.5", "classes", "0", "share"),
        replaced([], "series"),
        replaced({"a": "b"}, "classes", "0", "nodes"),
    ],
)
def test_a_broken_report_is_not_valid(schema, gwdiag, damage):
    report = json.loads((ROOT / "tests/golden/one-node-cut-off.json").read_text("utf-8"))
    report["created"] = "2026-11-20T09:00:00Z"  # the golden file leaves it out
    assert schema.is_valid(report)

    damage(report)

    assert not schema.is_valid(report)
