"""The shape of the code: which way imports go, and that a family's file is its registration."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from gwdiag import cli, definitions, error_classes, render
from gwdiag.cli import Command
from gwdiag.definitions import DefinitionReader
from gwdiag.family import members
from gwdiag.heap import exports, known_leaks, readers
from gwdiag.heap.exports import Export
from gwdiag.heap.known_leaks import KnownLeak
from gwdiag.heap.readers import ProfileReader
from gwdiag.lab import scenarios
from gwdiag.lab.scenario import Scenario
from gwdiag.limits import checks
from gwdiag.limits.check import LimitCheck
from gwdiag.logs import analysis, formats, wrappers
from gwdiag.logs.analysis import Question
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.wrappers import Wrapper
from gwdiag.model.error_class import ErrorClass
from gwdiag.render import Renderer
from gwdiag.triage import causes
from gwdiag.triage.cause import Cause
from tests.conftest import ROOT

MODULES = sorted((ROOT / "gwdiag").rglob("*.py"))
FAMILIES = {
    cli: Command,
    definitions: DefinitionReader,
    checks: LimitCheck,
    error_classes: ErrorClass,
    analysis: Question,
    formats: LogFormat,
    wrappers: Wrapper,
    readers: ProfileReader,
    known_leaks: KnownLeak,
    exports: Export,
    scenarios: Scenario,
    render: Renderer,
    causes: Cause,
}


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"))


def imports(module: Path) -> set[str]:
    """The packages that a module imports anywhere in it, by their first name."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_imports_keep_to_the_layers_of_pyproject():
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert "Contracts: 1 kept, 0 broken." in run.stdout, run.stdout + run.stderr
    assert run.returncode == 0


def test_the_model_imports_nothing_of_gwdiag_but_itself():
    foreign = {
        (module.name, node.module)
        for module in (ROOT / "gwdiag/model").glob("*.py")
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("gwdiag")
        and not (node.module or "").startswith("gwdiag.model")
    }

    assert foreign == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_a_module_has_a_docstring_and_does_not_import_click(module):
    assert ast.get_docstring(tree(module))
    # Typer carries a click of its own; the one that `import click` finds is another one, or none.
    assert "click" not in imports(module)


@pytest.mark.parametrize("folder", FAMILIES, ids=lambda folder: folder.__name__)
def test_every_file_of_a_family_is_one_member(folder):
    files = [path.stem for path in Path(folder.__path__[0]).glob("*.py") if not path.name.startswith("_")]

    assert list(dict(members(folder, FAMILIES[folder]))) == sorted(files)
    assert len(files) > 1


def test_no_family_is_forgotten_above():
    calls = {
        module.parent
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "members"
    }

    assert calls == {Path(folder.__path__[0]) for folder in FAMILIES}
