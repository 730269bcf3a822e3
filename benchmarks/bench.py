"""What all measurements share: the logs, gwdiag's own command, the tools that are here."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from comparisons import Peer

HERE = Path(__file__).parent
MB = 1e6


@dataclass
class Bench:
    """One run of the benchmarks.

    `formats`: of the other formats only these. `skipped`: tools that are not here, and how to get them.
    """

    work: Path
    size: int
    rounds: int
    core: int
    keep: bool
    formats: tuple[str, ...] = ()
    skipped: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    @contextmanager
    def log(self, name: str, size: int) -> Iterator[tuple[Path, dict[str, Any]]]:
        """A log of that format and size, and the truth about it."""
        path = self.work / f"{name}-{size}.log"
        truth = path.with_suffix(".json")
        if not truth.exists() or truth.stat().st_mtime < _generator_changed():
            self.say(f"generating {size / MB:,.4g} MB of {name}")
            # Not in this process: what it grows to would be counted as memory of all that it starts.
            made = [sys.executable, HERE / "generate.py", name, f"--size={size}", f"--out={path}", f"--truth={truth}"]
            subprocess.run(made, check=True)
        try:
            yield path, json.loads(truth.read_text())
        finally:
            if not self.keep:
                path.unlink(missing_ok=True)
                truth.unlink(missing_ok=True)

    def here(self, peers: tuple[Peer, ...]) -> list[Peer]:
        """Those that are installed; the others are noted."""
        for peer in peers:
            if not peer.is_here() and peer.needs not in self.skipped:
                self.skipped[peer.needs] = peer.get
                self.say(f"SKIPPED: {peer.name} is not here; {peer.get}")
        found = [peer for peer in peers if peer.is_here()]
        self.versions |= {peer.needs: peer.which_version() for peer in found if peer.needs != "import re"}
        return found


def _generator_changed() -> float:
    return max((HERE / name).stat().st_mtime for name in ("generate.py", "line_shapes.py"))


@cache
def gwdiag() -> str:
    beside = Path(sys.executable).with_name("gwdiag")
    found = str(beside) if beside.exists() else shutil.which("gwdiag")
    if not found:
        sys.exit("gwdiag is not installed for this Python: pip install -e '.[bench]'")
    return shlex.quote(found)


@cache
def has_jobs() -> bool:
    """Whether this gwdiag can be told how many processes to use."""
    asked = subprocess.run(f"{gwdiag()} logs --help", shell=True, capture_output=True, text=True, check=True)
    return "--jobs" in asked.stdout


def ours(path: Path, jobs: int = 1) -> str:
    """The whole report as a user gets it: format found out, all of the analysis."""
    at_once = f" --jobs {jobs}" if has_jobs() else ""
    return f"{gwdiag()} logs --quiet --fail-on never{at_once} {shlex.quote(str(path))}"
