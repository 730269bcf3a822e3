"""`gwdiag logs`: what each option changes in the report."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import tyk_log
from tests.conftest import ROOT, SAMPLES

INCIDENT = SAMPLES / "incidents/one-node-cut-off"


def report(here: Any, *args: object) -> dict[str, Any]:
    ended = here("logs", *args, "-o", "json")
    whole: dict[str, Any] = json.loads(ended.out)
    return whole


def test_node_names_a_file_and_all_of_a_folder(here, log):
    file = log("healthy")

    assert report(here, file)["inputs"][0]["node"] == "healthy"
    assert report(here, file, "--node", f"gw-1={file}")["inputs"][0]["node"] == "gw-1"
    assert report(here, file, "--node", f"gw-2={file.parent}")["inputs"][0]["node"] == "gw-2"
    assert report(here, file, "--node", f"gw-1={file.parent}/other.log")["inputs"][0]["node"] == "healthy"


def test_class_leaves_the_other_classes_out(here):
    whole = report(here, INCIDENT)
    one = report(here, INCIDENT, "--class", "client_canceled")
    two = report(here, INCIDENT, "--class", "client_canceled", "--class", "upstream_dial_timeout")

    assert [it["class"] for it in whole["classes"]] == [
        "upstream_dial_timeout",
        "bad_client_request",
        "client_canceled",
        "upstream_response_timeout",
    ]
    assert [it["class"] for it in one["classes"]] == ["client_canceled"]
    assert [it["class"] for it in two["classes"]] == ["upstream_dial_timeout", "client_canceled"]
    assert (whole["status"], one["status"], two["status"]) == ("error", "ok", "error")
    assert list(two["series"]["by_class"]) == ["upstream_dial_timeout", "client_canceled"]


def test_nothing_of_the_classes_asked_for_does_not_mean_that_nothing_is_wrong(here, log):
    found = report(here, log("many failures"), "--class", "dns_timeout")

    assert found["summary"] == "No trouble with dns_timeout in 180 requests of 1 node; other classes were left out."


def test_interval_is_the_step_of_the_series(here, log):
    file = log("many failures")

    series = [report(here, file, "--interval", step)["series"] for step in ("30s", "1m", "1h")]
    assert [one["interval_s"] for one in series] == [30.0, 60.0, 3600.0]
    # A request counts when it began: those logged on the minute began 20 ms before it.
    assert series[1]["requests"] == [62, 118]
    assert series[1]["by_class"] == {"upstream_dial_refused": [1, 59]}
    assert report(here, file)["series"]["interval_s"] == 5.0


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("api", [("Orders", 180, 60)]),
        ("node", [("many-failures", 180, 60)]),
        ("upstream", [("http://orders.internal:9001", 180, 60)]),
        ("status", [("500", 60, 60), ("200", 120, 0)]),
        ("path", [("GET /orders/items/*", 180, 60)]),
    ],
)
def test_by_groups_requests_and_failures(here, log, by, groups):
    found = report(here, log("many failures"), "--by", by)["grouping"]

    assert found["by"] == by
    assert [(one["name"], one["requests"], one["errors"]) for one in found["groups"]] == groups


def test_without_by_there_is_no_grouping(here, log):
    assert report(here, log("healthy"))["grouping"] is None


def test_top_is_the_number_of_rows_of_a_grouping(here, log):
    file = log("many failures")

    lengths = [len(report(here, file, "--by", "client", "--top", top)["grouping"]["groups"]) for top in (1, 3, 100)]
    assert lengths == [1, 3, 20]


def test_samples_is_the_number_of_lines_kept_of_a_class(here, log):
    file = log("many failures")

    kept = [len(report(here, file, "--samples", count)["classes"][0]["samples"]) for count in (0, 1, 5)]
    assert kept == [0, 1, 5]
    assert len(report(here, file)["classes"][0]["samples"]) == 3


def test_year_and_zone_are_of_times_that_lack_them(here, tmp_path):
    old, new = tmp_path / "old.log", tmp_path / "new.log"
    old.write_text('time="Nov 20 08:41:03" level=info msg="Tyk API Gateway v5.8.5" prefix=main\n')
    new.write_text(tyk_log.message(0, "Tyk API Gateway v5.14.0") + "\n")

    def first(*args: object) -> str:
        return str(report(here, *args)["inputs"][0]["first"])

    assert first(old, "--year", 2019) == "2019-11-20T08:41:03Z"
    assert first(old, "--year", 2019, "--tz", "+02:00") == "2019-11-20T06:41:03Z"
    assert first(old, "--year", 2019, "--tz", "UTC") == "2019-11-20T08:41:03Z"
    assert first(new, "--year", 2019, "--tz", "+02:00") == "2026-11-20T08:00:00Z"


def test_quiet_keeps_warnings_to_itself(here, log, tmp_path):
    paths = [log("healthy"), tmp_path / "gone"]

    loud, quiet = here("logs", *paths, "-o", "prom"), here("logs", *paths, "-o", "prom", "-q")
    assert loud.err == f"gwdiag: {tmp_path}/gone: No such file or directory\n"
    assert quiet.err == ""
    assert (loud.status, quiet.status) == (4, 4)


def test_standard_input_is_a_log_like_any_other(gwdiag, log):
    run = gwdiag("logs", "-", "-o", "json", input=log("many failures").read_text())

    found = json.loads(run.stdout)
    assert run.returncode == 1
    assert [(one["path"], one["node"], one["lines"]) for one in found["inputs"]] == [("-", "stdin", 240)]
    assert [(one["class"], one["count"]) for one in found["classes"]] == [("upstream_dial_refused", 60)]


def test_standard_input_can_have_a_name_and_stand_beside_files(gwdiag, log):
    run = gwdiag("logs", "-", log("healthy"), "--node", "gw-1=-", "-o", "json", input=log("many failures").read_text())

    assert [one["node"] for one in json.loads(run.stdout)["inputs"]] == ["gw-1", "healthy"]


def test_compressed_standard_input_is_read_too(tmp_path):
    with Path(INCIDENT / "node03.log.gz").open("rb") as packed:
        command = [sys.executable, "-m", "gwdiag", "logs", "-", "-o", "json"]
        run = subprocess.run(command, stdin=packed, capture_output=True, check=False, cwd=ROOT, timeout=60)

    assert json.loads(run.stdout)["findings"][0]["id"] == "upstream_dial_timeout"
