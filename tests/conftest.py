"""What several tests need: the shipped samples, the shared real cases, and the command as a user runs it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_logs"
SHARED = Path(os.environ.get("GWDIAG_SHARED") or ROOT.parent / "shared")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden outputs anew; look at the diff")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for timeouts of real servers."""
    return (os.cpu_count() or 1) + 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows the tables that tests made; also those that ran in another process."""
    for reports in terminalreporter.stats.values():
        for one in reports:
            for name, table in getattr(one, "user_properties", ()):
                if name == "table" and getattr(one, "when", "") == "call":
                    terminalreporter.write_line(str(table))


@pytest.fixture
def shared() -> Path:
    """The folder of real cases that are not ours to ship."""
    if not SHARED.is_dir():
        pytest.skip(f"the shared real cases are not here ({SHARED})")
    return SHARED


@pytest.fixture
def gwdiag() -> Run:
    """Runs the whole program, as a user does: `gwdiag("logs", path, "-o", "json")`."""

    def run(*args: object, **more: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "gwdiag", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, **more)  # type: ignore[call-overload, no-any-return]

    return run
