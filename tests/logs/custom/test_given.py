"""What `--format` and gwdiag.toml may say."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.given import grammars
from gwdiag.logs.formats import ALL_BUILT_IN, Grammars, formats
from gwdiag.model.problem import Exit, Problem

MINE = r"(?P<time>\S+) (?P<status>\d+)"
LINE = "2026-11-20T08:37:48Z 502"
SETTINGS = f"""
[formats.mine]
re = '{MINE}'

[formats.edge]
nginx = '$time_iso8601 $status'
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder of one's own, without settings anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def statuses(found: Grammars, line: str = LINE) -> dict[str, int | None]:
    """The status that each of the user's own formats finds in the line."""
    return {name: event.status for name, one in found.own.items() if (event := one.read(line, Clock(year=2026)))}


def test_without_anything_all_built_in_formats_are_used():
    assert grammars(None) == ALL_BUILT_IN
    assert grammars(None).built_in() == formats()


def test_a_built_in_format_by_its_name_is_the_only_one():
    assert list(grammars("logrus_text").built_in()) == ["logrus_text"]


def test_an_expression_comes_before_the_built_in_formats():
    found = grammars(f"re:{MINE}")

    assert statuses(found) == {"re": 502}
    assert found.built_in() == formats()


def test_settings_that_may_not_be_looked_for_are_none(here, monkeypatch):
    monkeypatch.setattr(Path, "stat", Mock(side_effect=PermissionError(13, "Permission denied")))

    assert grammars(None) == ALL_BUILT_IN


def test_a_user_without_a_home_has_no_settings(monkeypatch):
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", Mock(side_effect=KeyError))  # as in a container with a user of its own number

    assert grammars(None) == ALL_BUILT_IN


@pytest.mark.parametrize("folder", [Path(), Path("config/gwdiag")])
def test_formats_of_gwdiag_toml_are_used_without_being_asked_for(here, folder):
    (here / folder).mkdir(parents=True, exist_ok=True)
    (here / folder / "gwdiag.toml").write_text(SETTINGS)

    assert statuses(grammars(None)) == {"mine": 502, "edge": 502}
    assert statuses(grammars("mine")) == {"mine": 502}
    assert statuses(grammars("logrus_text")) == {}


def test_the_settings_of_the_folder_win_over_those_of_the_user(here):
    for folder, name in ((here, "near"), (here / "config/gwdiag", "far")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "gwdiag.toml").write_text(f"[formats.{name}]\nre = '{MINE}'\n")

    assert list(grammars(None).own) == ["near"]


def test_an_nginx_conf_gives_all_its_formats(here):
    (here / "nginx.conf").write_text("http { log_format main '$time_iso8601 '\n '$status'; }")

    assert statuses(grammars("nginx.conf")) == {"main": 502}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("formats = 3", "gwdiag.toml: formats is no table; write [formats.NAME]"),
        ("[formats.x]\nre = 3", "gwdiag.toml: formats.x: give it one of re, nginx, apache, envoy, haproxy, a string"),
        ("[formats.x]\nregex = 'a'", "gwdiag.toml: formats.x: give it one of re, nginx, apache, envoy, haproxy"),
        ("[formats.x]\nre = 'a'\nnginx = 'b'", "gwdiag.toml: formats.x: give it one of re"),
        ("[formats]\nx = 'a'", "gwdiag.toml: formats.x: give it one of re"),
        ("[formats.x]\nre = '('", "gwdiag.toml: formats.x: no regular expression: "),
        ("[formats", "gwdiag.toml: "),
        ("\udcff", "gwdiag.toml: 'utf-8' codec can't decode"),
    ],
)
def test_settings_that_cannot_be_used_are_one_line(here, content, reason):
    (here / "gwdiag.toml").write_text(content, "utf-8", "surrogateescape")

    with pytest.raises(Problem) as caught:
        grammars(None)

    assert str(caught.value).startswith(reason)
    assert caught.value.status is Exit.USAGE


@pytest.mark.parametrize("given", ["nothing", "perl:x", "/nowhere/nginx.conf", ""])
def test_what_is_no_format_is_one_line(given):
    with pytest.raises(Problem, match="neither a format"):
        grammars(given)


def test_an_nginx_conf_without_a_format_is_one_line(here):
    (here / "nginx.conf").write_text("http { }")

    with pytest.raises(Problem, match=r"^nginx.conf: it describes no log format"):
        grammars("nginx.conf")
