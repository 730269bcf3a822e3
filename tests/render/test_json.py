"""JSON: the report's own names and figures."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from gwdiag.model.finding import Severity
from gwdiag.render.json import as_json, render
from tests.render.reports import EMPTY, FULL, HOSTILE, STRANGE


@dataclass(frozen=True)
class Named:
    """A value with a name that Python does not allow."""

    class_: str
    nodes: tuple[str, ...]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Severity.ERROR, "error"),
        (datetime(2026, 11, 20, 8, 0, 0, tzinfo=UTC), "2026-11-20T08:00:00Z"),
        (datetime(2026, 11, 20, 8, 0, 0, 250_000, tzinfo=UTC), "2026-11-20T08:00:00.250000Z"),
        (Named("dns_timeout", ("a",)), {"class": "dns_timeout", "nodes": ["a"]}),
        ({404: (1, 2)}, {"404": [1, 2]}),
        (0.1 + 0.2, 0.30000000000000004),
        (None, None),
    ],
)
def test_a_value_as_json_has_it(value, written):
    assert as_json(value) == written


def test_an_empty_report():
    assert json.loads(render(EMPTY, None)) == {
        "schema": "gwdiag.report/1",
        "command": "logs",
        "version": "0.1.0",
        "created": "2026-11-20T08:00:00Z",
        "host": "gw",
        "inputs": [],
        "findings": [],
        "causes": [],
        "status": "ok",
        "summary": "Nothing is wrong.",
        "interrupted": False,
    }


def test_a_finding():
    found = json.loads(render(FULL, 80))["findings"][0]

    assert found == {
        "id": "dns_timeout",
        "severity": "error",
        "title": "The resolver did not answer",
        "summary": "7 of 9 requests failed so.",
        "evidence": [
            {"statement": "7 failed requests", "value": 7, "unit": "requests", "source": None, "sample": None},
            {
                "statement": "lookup: i/o timeout",
                "value": None,
                "unit": None,
                "source": {"path": "gw.log", "line": 3},
                "sample": "the line itself",
            },
        ],
        "about": "dns_timeout",
        "scope": {"nodes": ["gw-1"], "apis": [], "upstreams": [], "clients": []},
        "window": {
            "onset": "2026-11-20T08:00:00Z",
            "onset_at_start": False,
            "first": "2026-11-20T08:00:00Z",
            "last": "2026-11-20T08:00:00Z",
        },
        "remedies": [
            {"text": "Ask the nameserver", "command": "dig orders.internal", "changes_state": False},
            {"text": "Restart it", "command": "systemctl restart named", "changes_state": True},
            {"text": "Wait", "command": None, "changes_state": False},
        ],
        "runbook": "dns#no-answer",
    }


def test_text_of_strangers_comes_through_whole():
    assert json.loads(render(HOSTILE, None))["summary"] == STRANGE
