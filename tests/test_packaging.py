"""The wheel: what a plain `pip install` puts on a machine, without the checkout beside it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run

Installed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked. It is built in a copy, so that nothing of this checkout but its files can get into it."""
    folder = tmp_path_factory.mktemp("packaging")
    copy = folder / "copy"
    for name in ("gwdiag", "runbooks", "sample_logs"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"]
    subprocess.run(build, cwd=copy, check=True, capture_output=True, timeout=120)
    [packed] = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


@pytest.fixture
def installed(wheel: Path, tmp_path: Path, gwdiag: Run) -> Installed:
    """Runs the gwdiag of the wheel, in an empty folder."""
    return lambda *args: gwdiag(*args, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(wheel)})


@pytest.mark.parametrize(
    ("args", "page"), [(("show", "dial-timeout"), "dial-timeout.md"), (("for", "no_route"), "causes/no_route.md")]
)
def test_a_runbook_of_the_wheel_is_shown(installed, args, page):
    run = installed("runbook", *args)

    text = (ROOT / "runbooks" / page).read_text("utf-8")
    assert run.stdout == text.partition("---\n\n")[2]
    assert (run.returncode, run.stderr) == (0, "")


def test_a_sample_incident_of_the_wheel_is_examined(wheel, installed):
    run = installed("logs", wheel / "gwdiag/_shipped/sample_logs/incidents/one-node-cut-off", "-o", "json")

    report = json.loads(run.stdout)
    assert (run.returncode, run.stderr) == (1, "")
    assert report["findings"][0]["id"] == "upstream_dial_timeout"
    assert report["findings"][0]["scope"]["nodes"] == ["node03"]


@pytest.mark.parametrize("folder", ["runbooks", "sample_logs"])
def test_all_runbooks_and_samples_are_in_the_wheel(wheel, folder):
    def files(top: Path) -> dict[str, bytes]:
        return {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}

    assert files(wheel / "gwdiag/_shipped" / folder) == files(ROOT / folder)
    assert files(ROOT / folder)


def test_the_wheel_has_the_command_and_the_licence_and_nothing_but_the_package(wheel):
    [about] = wheel.glob("gwdiag-*.dist-info")

    assert {path.name for path in wheel.iterdir()} == {"gwdiag", about.name}
    assert (about / "entry_points.txt").read_text() == "[console_scripts]\ngwdiag = gwdiag.cli:main\n"
    assert (about / "licenses/LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
