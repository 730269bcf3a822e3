"""`-o html` of every command: one page that is whole and leads nowhere; and what lists and checks are as JSON."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.render.page import Page
from tests.triage.small_case import case

DEFINITIONS = "sample_logs/cases/broken-by-a-reload/nodes/gw-prod-1/apps"


@pytest.mark.parametrize(
    ("args", "shown"),
    [
        (("explain", "connection refused"), "upstream_dial_refused: The upstream refused the connection"),
        (("explain", "fd.soft_low"), "fd.soft_low: Limit of open files of the process"),
        (("limits", "--window", "0", "--only", "mem.host_available"), "gwdiag limits"),
        (("probe", "127.0.0.1:1"), "upstream_dial_refused"),
        (("logs", "{log}"), "Requests and failures, 5.0 s each"),
        (("triage", "{case}"), "1. The upstream is down: nobody listens"),
        (("gateway", "check", "--apps", DEFINITIONS), "all 3 served"),
        (("lab", "list"), "gwdiag lab list"),
        (("runbook", "list"), "There are 50 runbooks."),
        (("runbook", "show", "upstream_down"), "What it looks like"),
        (("runbook", "for", "dns_timeout"), "No answer"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_a_page(here, log, tmp_path, monkeypatch, args, shown):
    monkeypatch.chdir(ROOT)
    places = {"{log}": str(log("many failures")), "{case}": str(case(tmp_path / "case"))}
    out = tmp_path / "page.html"
    ended = here(*(places.get(one, one) for one in args), "-o", "html", "--output-file", out)
    page = out.read_text("utf-8")

    assert (ended.status in (0, 1), ended.out) == (True, "")
    assert page.startswith("<!doctype html>\n")
    assert shown in Page(page).texts


@pytest.mark.parametrize("command", ["lab run", "heap top", "heap diff", "heap trend", "heap capture"])
def test_what_takes_longer_offers_it_too(here, command):
    assert "text|json|md|html" in here(*command.split(), "--help").out


def test_refused_definitions_are_a_finding_with_their_places(here, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"api_id": "a",\n "proxy": {"listen_path": 7}}')
    ended = here("gateway", "check", "--apps", tmp_path, "-o", "json")
    report = json.loads(ended.out)
    [finding] = report["findings"]

    assert (ended.status, report["status"], report["summary"]) == (1, "error", "0 served, 1 refused")
    assert finding["id"] == "definition_refused"
    assert finding["evidence"][0]["source"] == {"path": str(bad), "line": 2}


def test_a_runbook_as_json(here):
    report = json.loads(here("runbook", "for", "dns_timeout", "-o", "json").out)

    assert (report["runbook"]["name"], report["section"], report["runbook"]["about"]) == ("dns", "no-answer", "symptom")
    assert report["text"].startswith("## No answer\n")


def test_the_list_of_runbooks_is_that_of_their_files(here):
    report = json.loads(here("runbook", "list", "-o", "json").out)

    assert {one["name"] for one in report["runbooks"]} == {one.stem for one in Path(ROOT, "runbooks").rglob("*.md")}
