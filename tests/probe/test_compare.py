"""Reports side by side."""

import json

import pytest

from gwdiag.model.problem import Problem
from gwdiag.probe.compare import Kept, differences, findings_of, kept_in
from gwdiag.probe.report import Difference

URL = "http://orders/"


def kept(name: str, **seen: str | float) -> Kept:
    return Kept(name=name, targets={URL: {"verdict": "none", **seen}})


def test_what_is_the_same_is_not_shown():
    assert differences([kept("a", status="200"), kept("b", status="200")]) == []


def test_two_reports_have_no_odd_one():
    assert differences([kept("a"), kept("b", verdict="dns_timeout")]) == [
        Difference(target=URL, what="verdict", values={"a": "none", "b": "dns_timeout"}, odd=())
    ]


def test_of_three_the_one_that_is_unlike_the_others_is_odd():
    [one] = differences([kept("a"), kept("b", verdict="dns_timeout"), kept("c")])

    assert one.odd == ("b",)
    [finding] = findings_of([one])
    assert (finding.id, finding.severity, finding.scope.nodes) == ("reports_differ", "warning", ("b",))
    assert finding.summary == "http://orders/: verdict none (a and c), dns_timeout (b). The odd one out: b."


def test_where_each_says_something_else_nobody_is_odd():
    [one] = differences([kept("a"), kept("b", verdict="dns_timeout"), kept("c", verdict="upstream_5xx")])

    assert one.odd == ()


@pytest.mark.parametrize(
    ("times", "odd"),
    [
        ((0.010, 0.011, 0.012), None),
        ((0.010, 0.055, 0.010), None),
        ((0.010, 0.100, 0.010), ("b",)),
        ((0.200, 0.500, 0.210), None),
        ((0.200, 0.700, 0.210), ("b",)),
    ],
)
def test_times_differ_where_they_are_much_longer(times, odd):
    found = differences([kept(name, connect=time) for name, time in zip("abc", times, strict=True)])

    assert [one.odd for one in found] == ([odd] if odd else [])


def test_what_is_no_matter_of_life_and_death_is_a_note():
    [finding] = findings_of(differences([kept("a", status="200"), kept("b", status="204")]))

    assert finding.severity == "info"


def test_targets_that_only_one_of_them_has_are_left_out():
    assert differences([kept("a"), Kept(name="b", targets={"http://more/": {"verdict": "dns_timeout"}})]) == []


def report(host: str, verdict: str, **detail: object) -> str:
    stages = [{"stage": "tcp", "address": "10.0.0.7", "outcome": "ok", "detail": {"connects_ms": [1.0, 3.0, 2.0]}}]
    target = {
        "target": URL,
        "verdict": verdict,
        "stages": [*stages, {"stage": "http", "outcome": "ok", "detail": detail}],
    }
    return json.dumps({"schema": "gwdiag.report/1", "command": "probe", "host": host, "targets": [target]})


def test_files_are_called_by_their_host(tmp_path):
    (tmp_path / "one.json").write_text(report("gw-1", "none", status=200, first_byte_ms=[5.0]))
    (tmp_path / "two.json").write_text(report("gw-2", "dns_timeout"))
    (tmp_path / "three.json").write_text(report("gw-2", "none"))
    first, second, third = kept_in([tmp_path / "one.json", tmp_path / "two.json", tmp_path / "three.json"])

    assert (first.name, second.name, third.name) == ("gw-1", f"{tmp_path}/two.json", f"{tmp_path}/three.json")
    seen = first.targets[URL]
    assert (seen["verdict"], seen["status"], seen["connect"], seen["first byte"]) == ("none", "200", 0.002, 0.005)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"schema": "gwdiag.report/1", "command": "logs", "targets": []}', '{"targets": 1}']
)
def test_what_is_no_report_is_a_problem(tmp_path, content):
    (tmp_path / "x.json").write_text(content)

    with pytest.raises(Problem, match=r"x\.json: no report"):
        kept_in([tmp_path / "x.json"])


def test_odd_content_of_a_report_is_no_crash(tmp_path):
    odd = {
        "schema": "gwdiag.report/1",
        "command": "probe",
        "targets": [7, {"target": URL, "stages": [1, {"detail": 3}]}],
    }
    (tmp_path / "x.json").write_text(json.dumps(odd))

    assert kept_in([tmp_path / "x.json"])[0].targets[URL]["verdict"] == "None"
