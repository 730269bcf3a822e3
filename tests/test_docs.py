"""What the guide pages show, tried."""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.given import grammars
from gwdiag.logs.custom.regex import GROUPS
from gwdiag.logs.formats import LogFormat
from gwdiag.model.event import Event, Kind
from tests.conftest import ROOT

PAGE = (ROOT / "docs/formats.md").read_text("utf-8")


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[number]


def test_the_format_of_the_guide_reads_the_line_of_the_guide():
    names: dict[str, object] = {}
    exec(block("python"), names)
    [format_] = [one for one in names.values() if isinstance(one, LogFormat)]

    assert format_.read(block("text").strip(), Clock()) == Event(
        at=1795163868.118,
        kind=Kind.ACCESS,
        message="connection refused",
        claim="upstream_dial_refused",
        status=502,
        duration_ms=1503.0,
        api="orders",
        upstream="10.20.0.31:9001",
        method="GET",
        path="/orders/1",
        request_id="7f3a",
    )


def test_the_settings_of_the_guide_are_formats(tmp_path, monkeypatch):
    (tmp_path / "gwdiag.toml").write_text(block("toml"))
    monkeypatch.chdir(tmp_path)

    assert list(grammars(None).own) == ["orders", "edge"]


def test_every_description_of_the_guide_is_a_format(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = re.findall(r"--format '([^']+)'", PAGE)

    assert [one.partition(":")[0] for one in given] == ["nginx", "envoy", "haproxy", "apache", "re"]
    assert [len(grammars(one).own) for one in given] == [1, 1, 1, 1, 1]


def test_the_groups_that_the_guide_names_are_all_there_are():
    said = PAGE[PAGE.index("Groups: ") : PAGE.index("One of `status` and `message`")]
    units = [f"{name}_{unit}" for name in ("duration", "upstream") for unit in ("s", "ms", "us", "ns")]
    named = {
        word
        for word in re.findall(r"`([a-z_]+)`", said)
        if word not in ("duration_", "upstream_", "s", "ms", "us", "ns")
    }

    assert {*named, *units} == GROUPS
