"""What the tests of the command line need: small logs with a known end, and gwdiag within this process."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gwdiag.cli import main
from tests import tyk_log

Log = Callable[[str], Path]

FAILURES = {"healthy": 0, "a few failures": 3, "many failures": 60}


class Ended(NamedTuple):
    """How a run ended, and what it wrote."""

    status: int
    out: str
    err: str


Here = Callable[..., Ended]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Makes a log of two minutes: `healthy` is no finding, `a few failures` a warning, `many failures` an error."""

    def make(name: str) -> Path:
        lines = []
        for second in range(120):
            client = f"203.0.113.{second % 20}"
            lines.append(tyk_log.access(second, client=client))
            if 60 <= second < 60 + FAILURES[name]:
                lines.append(
                    tyk_log.proxy_error(second, "dial tcp 10.20.0.31:9001: connect: connection refused", client=client)
                )
                lines.append(tyk_log.access(second, status=500, flag="UCF", client=client))
        file = tmp_path / f"{name.replace(' ', '-')}.log"
        file.write_text("".join(f"{line}\n" for line in lines))
        return file

    return make


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Runs the command line in this process: quicker than a process of its own, where that makes no difference."""

    def run(*args: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["gwdiag", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(int(ended.value.code or 0), *capsys.readouterr())

    return run
