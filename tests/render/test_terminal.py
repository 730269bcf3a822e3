"""The whole program on a terminal: 80 columns wide, in colours that can be switched off."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from gwdiag.model.finding import Severity
from gwdiag.render.text import BADGES, BOLD, FAINT, PLAIN
from gwdiag.runbook import read_runbooks, section
from gwdiag.shipped import shipped
from tests.conftest import ROOT

LOGS = ("logs", "sample_logs/incidents/dead-member-of-a-list", "--year", "2026")
PIPED = (ROOT / "tests/golden/dead-member-of-a-list.txt").read_text("utf-8")
ERROR = BADGES[Severity.ERROR][1]
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b.")


def on_terminal(*args: str, **environment: str) -> str:
    """What gwdiag shows on a terminal of 80 columns; nothing may come on standard error."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    command = [sys.executable, "-m", "gwdiag", *args]
    env = {**kept, "TERM": "xterm", **environment}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, cwd=ROOT, env=env) as process:
        os.close(theirs)
        shown = read_all(ours)
        os.close(ours)
        assert process.stderr
        assert process.stderr.read() == b""
    return shown.replace("\r\n", "\n")


def read_all(terminal: int) -> str:
    chunks = []
    try:
        while chunk := os.read(terminal, 65536):
            chunks.append(chunk)
    except OSError:  # Linux says so when the other side is closed
        pass
    return b"".join(chunks).decode()


@pytest.fixture(scope="module")
def shown() -> str:
    return on_terminal(*LOGS)


def test_a_report_fits_80_columns_but_for_its_commands(shown):
    lines = [ESCAPE.sub("", line) for line in shown.splitlines()]
    is_command = re.compile(" {12}")

    assert [line for line in lines if len(line) > 80 and not is_command.match(line)] == []
    assert max(map(len, lines)) > 75


def test_a_report_has_no_styles_but_its_own(shown):
    heading = "upstream_dial_refused: The upstream refused the connection"

    assert f"{ERROR} ERROR {PLAIN} {BOLD}{heading}{PLAIN}\n" in shown
    assert set(ESCAPE.findall(shown)) == {BOLD, FAINT, PLAIN, ERROR}


def test_the_terminal_shows_the_sentences_of_the_pipe(shown):
    # Samples are cut to what they say, and wide tables give way.
    before_tables = PIPED.partition("\nOver time:")[0].splitlines()
    sentences = [" ".join(line.split()) for line in before_tables if not line.lstrip().startswith("{")]
    words = " ".join(ESCAPE.sub("", shown).split())

    assert len(sentences) > 15
    assert [one for one in sentences if re.sub(r"^ERROR ", "", one) not in words] == []


@pytest.mark.parametrize(
    ("options", "environment"),
    [((), {"NO_COLOR": "1"}), (("--no-color",), {}), ((), {"TERM": "dumb"})],
    ids=["NO_COLOR", "--no-color", "TERM=dumb"],
)
def test_without_colours_it_is_the_same_without_styles(shown, options, environment):
    assert on_terminal(*LOGS, *options, **environment) == ESCAPE.sub("", shown)


def test_an_explanation_is_wrapped_and_its_commands_are_not(gwdiag):
    args = ("explain", "http: proxy error: dial tcp: lookup \x1b[2Jx.internal on 10.20.0.53:53: no such host")
    shown, plain = on_terminal(*args), gwdiag(*args).stdout

    assert "\x1b" not in shown + plain
    assert [line for line in shown.splitlines() if len(line) > 80] == []
    assert " ".join(shown.split()) == " ".join(plain.split())
    assert max(map(len, plain.splitlines())) > 80


def test_a_runbook_is_shown_without_the_marks_of_markdown():
    shown = on_terminal("runbook", "show", "dns#no-answer")

    assert "No answer" in shown
    assert "## " not in shown


def test_a_runbook_without_colours_is_the_markdown_itself():
    page = section(read_runbooks(shipped("runbooks")), "dns#no-answer")

    assert on_terminal("runbook", "show", "dns#no-answer", "--no-color") == page


def test_json_on_a_terminal_has_no_styles():
    assert ESCAPE.findall(on_terminal("logs", "sample_logs/formats/go_log.log", "-o", "json")) == []
