"""What the pages promise: set-up commands, the screen in the README, and every command that they tell to run."""

import re
import shlex
from pathlib import Path

import pytest

from gwdiag.cli import main
from gwdiag.error_classes import error_classes
from tests.conftest import ROOT, SAMPLES

README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "docs/logs.md", ROOT / "docs/probe.md"]  # runbooks: runbook/test_commands.py
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(gwdiag [^`]+)`")

PLACEHOLDERS = {
    **dict.fromkeys(("/var/log/tyk", "{logs}", "PATH...", "FILE"), str(SAMPLES / "formats/go_log.log")),
    "SNAPSHOTS": str(ROOT / "tests/heap/series/cache-that-fills"),
    "CASE": str(SAMPLES / "cases/broken-by-a-reload"),
    "LINE": "context canceled",
    "TARGET...": "127.0.0.1:1",
    "NAME": "dns",
    "CLASS": "dns_timeout",
}


def blocks(text: str, language: str) -> list[str]:
    return [content for word, content in BLOCK.findall(text) if word == language]


def commands_of(page: Path) -> set[str]:
    """The commands of gwdiag that a page shows, in its blocks of sh and within its lines."""
    text = page.read_text("utf-8")
    lines = [line for block in blocks(text, "sh") for line in re.split(r"\n|&&", block)]
    in_blocks = {line[line.index("gwdiag ") :] for line in lines if re.match(r"\s*(?:\S*/)?gwdiag ", line)}
    return in_blocks | set(INLINE.findall(BLOCK.sub("", text)))


def commands() -> list[str]:
    """All commands that gwdiag's pages and error classes tell people to run."""
    of_classes = {step.command for one in error_classes().values() for step in one.next if step.command}
    runbooks = {f"gwdiag runbook show {one.runbook}" for one in error_classes().values()}
    shown = {command for page in PAGES for command in commands_of(page)}
    return sorted(shown | runbooks | {one for one in of_classes if one.startswith("gwdiag ")})


def status_of(command: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """What the command ends with, run on a small log. `gwdiag logs` alone is a name: it is asked for help."""
    args = [PLACEHOLDERS.get(word, word) for word in shlex.split(command.partition(" | ")[0], comments=True)]
    if len(args) == 2:
        args.append("--help")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", args)
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_first_two_blocks_are_the_commands_that_set_up_and_run():
    install = "python3 -m venv .venv && .venv/bin/pip install --quiet"

    assert blocks(README, "sh")[:2] == [
        f"{install} . && .venv/bin/gwdiag triage sample_logs/cases/broken-by-a-reload\n",
        f"{install} --editable '.[dev]' && .venv/bin/python -m pytest --quiet --numprocesses auto\n",
    ]


def test_the_screen_in_the_readme_is_what_is_printed(gwdiag):
    printed = gwdiag("triage", "sample_logs/cases/broken-by-a-reload", cwd=ROOT).stdout.splitlines()
    [screen] = blocks(README, "text")

    missing = [
        line
        for line in screen.splitlines()
        if not any(one == line or (line.endswith("...") and one.startswith(line[:-3].rstrip())) for one in printed)
    ]
    assert missing == []
    assert len(screen.splitlines()) > 15


def test_the_pages_do_show_commands():
    assert {
        "gwdiag logs sample_logs/incidents/one-node-cut-off",
        "gwdiag logs --by path {logs}",
        "gwdiag explain 'LINE'",
        "gwdiag runbook show dial-timeout",
    } - set(commands()) == set()


@pytest.mark.parametrize("command", commands())
def test_a_command_that_is_shown_is_valid(command, monkeypatch, capsys):
    status = status_of(command, monkeypatch)

    assert status in (0, 1), capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        "gwdiag logs --nobody-knows-this /var/log/tyk",
        "gwdiag logs --by nothing /var/log/tyk",
        "gwdiag logs --class no_such_class /var/log/tyk",
        "gwdiag nothing",
        "gwdiag runbook show no-such-page",
    ],
)
def test_a_command_that_is_not_valid_would_be_noticed(command, monkeypatch, capsys):
    assert status_of(command, monkeypatch) == 2
    assert capsys.readouterr().err.startswith("gwdiag: ")
