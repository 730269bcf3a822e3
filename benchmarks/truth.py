"""Whether what gwdiag and the others say is true: the generator knows."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bench import ours
from line_patterns import WORDS


def answered(command: str) -> dict[str, Any]:
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def untrue(path: Path, truth: dict[str, Any], jobs: int = 1) -> list[str]:
    """Where gwdiag's counts differ from the truth, or that none does."""
    report = answered(ours(path, jobs) + " --output json")
    counts = {one["class"]: one["count"] for one in report["classes"]}
    said = {"lines": sum(source["lines"] for source in report["inputs"])} | counts
    true = {"lines": truth["lines"]} | truth["errors"]
    if truth["requests"] is not None:
        said["requests"], true["requests"] = report["totals"]["requests"], truth["requests"]
    differ = [
        f"{said.get(name, 0)} {name} instead of {true.get(name, 0)}"
        for name in sorted(said.keys() | true.keys())
        if said.get(name, 0) != true.get(name, 0)
    ]
    if differ:
        return [f"WRONG: gwdiag counts in {path.name}: " + ", ".join(differ)]
    what = "lines, requests and" if truth["requests"] is not None else "lines and"
    return [f"gwdiag's counts of {what} failures by class in {path.name} are true."]


def peer_untrue(name: str, command: str, truth: dict[str, Any]) -> list[str]:
    """Where a peer that was asked the same says something else: it may have been quick because it was wrong.

    Its classes are held against the truth for Tyk alone, whose messages have one wording for each of them.
    """
    said = answered(command)
    wanted = {"requests": truth["lines"] if truth["requests"] is None else truth["requests"]}
    if truth["format"] in ("logrus_text", "logrus_json"):
        worded = {of for _, of in WORDS}
        wanted["took"] = truth["milliseconds"]
        wanted["errors"] = {of: count for of, count in truth["errors"].items() if of in worded}
    return [
        f"WRONG: {name} says of {truth['format']}: {said[what]} {what} instead of {value}"
        for what, value in wanted.items()
        if said[what] != value
    ]
