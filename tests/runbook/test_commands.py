"""Every gwdiag command line of a runbook is one that the command line takes: its options exist, its ids are known."""

import shlex

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from gwdiag.cli import application
from gwdiag.error_classes import error_classes
from gwdiag.limits.checks import ids
from tests.conftest import ROOT
from tests.runbook.causes import CAUSES
from tests.test_readme import commands_of

APPLICATION = get_command(application())
COMING = {"triage", "lab"}
"""Commands that pages may name before they exist. One that is there is tested like any other."""

CLASSES = set(error_classes())
CHECKS = {*ids(), *(id_.partition(".")[0] for id_ in ids())}
IDS = {
    "class_": CLASSES,
    "symptom": CLASSES,
    "only": CHECKS,
    "skip": CHECKS,
    "why": {*CAUSES},
    "why_not": {*CAUSES},
}
"""What the values of an option may be; these are looked up only when a command runs."""

SUBJECTS = {"logs": {"path", "list_formats"}, "probe": {"target", "apps", "config", "compare"}}
"""One of these must be there; that too is noticed only when a command runs."""

COMMANDS = sorted({one for page in (ROOT / "runbooks").rglob("*.md") for one in commands_of(page)})


def words_of(command: str) -> list[str]:
    return shlex.split(command.partition(" | ")[0], comments=True)[1:]


def fault_of(command: str) -> str | None:
    """What is wrong with a command line, as the program itself says it; None where nothing is."""
    found, words = APPLICATION, words_of(command)
    try:
        while isinstance(found, TyperGroup):
            name, *words = words
            _, found, _ = found.resolve_command(found.context_class(found), [name])
        if words == ["--help"] or command.count(" ") == 1:  # the latter is its name, in a sentence
            return None
        given = {option: value for option, value in found.make_context(name, words).params.items() if value}
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return str(error.format_message())
    if name in SUBJECTS and not SUBJECTS[name] & set(given):
        return f"{name} wants one of {sorted(SUBJECTS[name])}"
    values = {
        option: {value} if isinstance(value, str) else set(value or ())
        for option, value in given.items()
        if option in IDS
    }
    unknown = sorted(set().union(*(value - IDS[option] for option, value in values.items())))
    return f"there is no {', '.join(unknown)}" if unknown else None


def test_the_pages_have_commands():
    assert {
        "gwdiag probe http://orders.internal:9001/",
        "gwdiag limits --name tyk --only port --only tw",
        "gwdiag logs --class client_canceled /var/log/tyk",
        "gwdiag triage incident/ --why no_route -o md --output-file no-route.md",
    } <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_a_page_is_valid(command):
    name = words_of(command)[0]
    if name in COMING - set(APPLICATION.commands):
        pytest.skip(f"there is no gwdiag {name} yet")

    assert fault_of(command) is None


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("gwdiag prob http://orders.internal/", "No such command 'prob'. Did you mean 'probe'?"),
        ("gwdiag heap trends snapshots/", "No such command 'trends'. Did you mean 'trend'?"),
        ("gwdiag probe --deep http://orders.internal/", "No such option: --deep"),
        ("gwdiag logs --by colour incident/", "Invalid value for '--by': 'colour' is not one of"),
        ("gwdiag logs --since", "Option '--since' requires an argument."),
        ("gwdiag runbook for", "Missing argument 'CAUSE|CLASS'."),
        ("gwdiag schema now", "Got unexpected extra argument"),
        ("gwdiag logs --by api", "logs wants one of ['list_formats', 'path']"),
        ("gwdiag probe --samples 3", "probe wants one of ['apps', 'compare', 'config', 'target']"),
        ("gwdiag logs --class dns_timeut incident/", "there is no dns_timeut"),
        ("gwdiag limits --symptom context_canceled", "there is no context_canceled"),
        ("gwdiag limits --only tcp,net", "there is no tcp,net"),
    ],
)
def test_a_command_that_is_not_valid_would_be_noticed(command, fault):
    assert (fault_of(command) or "").startswith(fault)
