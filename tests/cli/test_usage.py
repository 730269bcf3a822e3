"""What is asked for wrongly is one line on standard error and status 2; what is asked for rightly is shown."""

import pytest

from gwdiag._version import __version__
from tests.conftest import SAMPLES

LOG = SAMPLES / "formats/logrus_text.log"
SEE = " (see gwdiag --help)"


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["logs", LOG, "-o", "xml"], "Invalid value for '-o' / '--output': "),
        (["explain", "x", "-o", "prom"], "Invalid value for '-o' / '--output': "),
        (["logs", LOG, "--nobody-knows-this"], f"No such option: --nobody-knows-this{SEE}\n"),
        (["nothing"], f"No such command 'nothing'.{SEE}\n"),
        (["runbook", "nothing"], f"No such command 'nothing'.{SEE}\n"),
        (["logs"], "give it logs to read: gwdiag logs PATH...\n"),
        (["schema", "more"], "Got unexpected extra argument"),
        (["logs", LOG, "--fail-on", "info"], "Invalid value for '--fail-on': "),
        (["logs", LOG, "--by", "colour"], "Invalid value for '--by': "),
        (["logs", LOG, "--top", "0"], "Invalid value for '--top': "),
        (["logs", LOG, "--samples", "-1"], "Invalid value for '--samples': "),
        (["logs", LOG, "--samples", "101"], "Invalid value for '--samples': "),
        (["logs", LOG, "--year", "26"], "Invalid value for '--year': "),
        (["logs", LOG, "--class", "dns_timeut"], "--class dns_timeut: there is no such class; the classes are auth_fa"),
        (["logs", LOG, "--interval", "5"], "--interval 5: give a number of s, m or h, such as 10s\n"),
        (["logs", LOG, "--interval", "0s"], "--interval 0s: give a number of s, m or h, such as 10s\n"),
        (["logs", LOG, "--interval", "1d"], "--interval 1d: give a number of s, m or h, such as 10s\n"),
        (["logs", LOG, "--node", "gw-1"], "--node wants NAME=PATH, such as --node gw-1=/logs/first.log\n"),
        (["logs", LOG, "--node", "=x"], "--node wants NAME=PATH, such as --node gw-1=/logs/first.log\n"),
        (["logs", LOG, "--tz", "Mars/Olympus"], "--tz Mars/Olympus: this machine knows no such time zone; give its "),
        (["explain", "x", "--input", "-"], "give a line or --input, not both\n"),
        (["runbook", "show", "nothing"], "there is no runbook nothing; there are connection-refused, context-canceled"),
        (["runbook", "show", "dns#nothing"], "runbook dns has no heading nothing; it has the-resolver, check, "),
        (
            ["runbook", "for", "nothing"],
            "there is no cause or error class nothing; the causes are all_hosts_down, auth_",
        ),
    ],
    ids=lambda value: " ".join(map(str, value[:1] + value[-2:])) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_that_says_what_is_wrong(here, args, line):
    ended = here(*args)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"gwdiag: {line}")
    assert ended.err.count("\n") == 1


def test_a_mistake_is_the_same_for_the_program_as_a_user_starts_it(gwdiag):
    run = gwdiag("logs", "-o", "xml", LOG)

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("args", [[], ["runbook"]])
def test_without_a_command_the_help_is_shown_and_it_is_a_mistake(here, args):
    ended = here(*args)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"Usage: {' '.join(['gwdiag', *args])} [OPTIONS] COMMAND [ARGS]...\n")


def test_the_version(here):
    assert here("--version") == (0, f"gwdiag {__version__}\n", "")


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize(
    "command", [[], ["logs"], ["explain"], ["runbook"], ["runbook", "list"], ["runbook", "show"], ["schema"]]
)
def test_every_command_has_its_help(here, command, option):
    ended = here(*command, option)

    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: {' '.join(['gwdiag', *command])} ")


def test_the_help_names_every_command(here):
    text = here("--help").out

    assert [name for name in ("explain", "logs", "runbook", "schema") if f"\n  {name}  " not in text] == []


def test_an_option_of_logs_that_is_promised_has_a_help_text(here):
    text = " ".join(here("logs", "--help").out.split())

    for option in ("--output", "--output-file", "--tz", "--year", "--node", "--by", "--class", "--interval", "--top"):
        assert f"{option} " in text
    for option in ("--samples", "--fail-on", "--quiet", "--no-color"):
        assert option in text
