"""What triage says of a case, beside what is true."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

LEEWAY = timedelta(seconds=10)
PARTS = ("nodes", "apis", "upstreams", "onset")
HARMLESS = ("healthy", "client_abort_random")
"""They are nowhere and began at no time."""
TOO_LONG = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`named`: the causes in triage's order. `parts`: of scope and onset, whether they are right; None where that
    is not asked. `both`: whether both of two faults are at the top; None where there is one. `problem`: why there is no
    verdict."""

    truth: tuple[str, ...]
    named: tuple[str, ...] = ()
    is_first: bool = False
    is_among_three: bool = False
    both: bool | None = None
    parts: dict[str, bool] | None = None
    seconds: float = 0.0
    problem: str = ""

    @property
    def is_right(self) -> bool:
        return self.is_first and self.both is not False


def judge(case: Path, label: Path) -> Verdict:
    """Runs triage on a case as a user does."""
    truth = json.loads(label.read_text())
    wanted = tuple(one["root_cause"] for one in truth.get("faults", [truth]))
    command = [sys.executable, "-m", "gwdiag", "triage", str(case), "-o", "json", "--fail-on", "never"]
    begun = datetime.now()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TOO_LONG, check=False)
        causes = json.loads(done.stdout)["causes"]
    except (subprocess.TimeoutExpired, ValueError, KeyError) as error:
        said = done.stderr.strip().splitlines() if not isinstance(error, subprocess.TimeoutExpired) else []
        return Verdict(truth=wanted, problem=said[-1] if said else f"no report from triage: {error}")
    return compare(truth, causes, (datetime.now() - begun).total_seconds())


def compare(truth: dict[str, object], causes: list[dict[str, object]], seconds: float) -> Verdict:
    """`truth`: a label; `causes`: those of a report."""
    faults = truth.get("faults")
    wanted = (
        tuple(str(one["root_cause"]) for one in faults) if isinstance(faults, list) else (str(truth["root_cause"]),)
    )
    acceptable = truth["also_acceptable"]
    good = {wanted[0], *(acceptable if isinstance(acceptable, list) else ())}
    named = tuple(str(one.get("id")) for one in causes)
    is_first = bool(named) and named[0] in good
    asks_parts = len(wanted) == 1 and is_first and wanted[0] not in HARMLESS
    return Verdict(
        truth=wanted,
        named=named,
        is_first=is_first or (len(wanted) > 1 and bool(named) and named[0] in wanted),
        is_among_three=bool((good | set(wanted[1:])) & set(named[:3])),
        both=set(wanted) <= set(named[: len(wanted) + 1]) if len(wanted) > 1 else None,
        parts=_parts(truth, causes[0]) if asks_parts else None,
        seconds=seconds,
    )


def _parts(truth: dict[str, object], cause: dict[str, object]) -> dict[str, bool]:
    scope, affected = cause.get("scope") or {}, truth["affected"]
    assert isinstance(scope, dict)
    assert isinstance(affected, dict)
    named = {_host(one) for one in scope.get("upstreams", [])}
    return {
        "nodes": set(scope.get("nodes", [])) == set(affected["nodes"]),
        "apis": set(scope.get("apis", [])) in (set(affected["apis"]), set(affected["api_ids"])),
        "upstreams": {_host(one) for one in affected["upstreams"]} <= named,
        "onset": bool(truth["onset_at_start"]) or _is_near(cause.get("onset"), truth),
    }


def _is_near(found: object, truth: dict[str, object]) -> bool:
    try:
        at = datetime.fromisoformat(str(found))
    except ValueError:
        return False
    injected = datetime.fromisoformat(str(truth["onset"]))
    seen = truth.get("first_symptom_in_log")
    last = max(injected, datetime.fromisoformat(str(seen))) if seen else injected
    return injected - LEEWAY <= at <= last + LEEWAY


def _host(upstream: str) -> str:
    return upstream.split("://")[-1].rstrip("/")
