"""The truth of a case, beside it: what was done, where and when, and what clients really got."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gwdiag.lab.plan import Plan
from gwdiag.lab.scenario import Fault

FINE = ("status:2", "status:3")
HARMLESS = "client_abort"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a client got. `api`: a slug, or `-` for a path of none; times in seconds since 1970."""

    began: float
    ended: float
    node: str
    api: str
    outcome: str
    is_noise: bool

    @property
    def is_failure(self) -> bool:
        return not self.is_noise and not self.outcome.startswith(FINE) and self.outcome != "unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A fault that was played. `at`: seconds since 1970, the start for one that was there all along."""

    cause: str
    fault: Fault
    at: float
    acceptable: tuple[str, ...]


def read_outcomes(file: Path) -> list[Outcome]:
    return [Outcome(*json.loads(line)) for line in file.read_text().splitlines()]


def label(
    case: str, plan: Plan, struck: Sequence[Struck], outcomes: Sequence[Outcome], counts: dict[str, dict[str, int]],
    began: float, ended: float,
) -> dict[str, object]:  # fmt: skip
    """The object of a label file; its fields are those of recorded cases."""
    first = struck[0]
    whole = [_one(plan, one, outcomes) for one in struck]
    onset = datetime.fromisoformat(str(whole[0]["onset"])).timestamp()
    made: dict[str, object] = {
        "case": case,
        "played_by": "gwdiag lab",
        "seed": plan.seed,
        "log_format": plan.log_format,
        "root_cause": first.cause,
        "also_acceptable": list(first.acceptable),
        **whole[0],
        "explanation": " ".join(one.fault.story for one in struck),
        "recorded": {"from": moment(began), "to": moment(ended)},
        "truth_counts": {
            "clients_before_onset": dict(Counter(one.outcome for one in outcomes if one.ended < onset)),
            "clients_after_onset": dict(Counter(one.outcome for one in outcomes if one.ended >= onset)),
            "clients_after_onset_by_node_api": _by_node_and_api(one for one in outcomes if one.ended >= onset),
            "upstreams": {name: done for name, done in counts.items() if name != "dns"},
            "dns_answers": counts.get("dns", {}),
        },
        "apis_without_access_lines_for_errors": [one.name for one in plan.apis if one.do_not_track],
    }
    if len(struck) > 1:
        made["faults"] = [{"root_cause": one.cause, **of} for one, of in zip(struck, whole, strict=True)]
    return made


def failures_of(plan: Plan, struck: Struck, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What clients got that they should not, where the fault is to show, since it began; in the order of their ends."""
    fault = struck.fault
    nodes, slugs = {one.name for one in fault.nodes or plan.nodes}, {one.slug for one in fault.apis}
    found = [one for one in outcomes if one.is_failure and one.api in slugs and one.node in nodes]
    return sorted((one for one in found if one.ended >= struck.at), key=lambda one: one.ended)


def _one(plan: Plan, struck: Struck, outcomes: Sequence[Outcome]) -> dict[str, object]:
    fault = struck.fault
    nodes = [one.name for one in fault.nodes or plan.nodes] if fault.apis else []
    failures = failures_of(plan, struck, outcomes)
    onset = min((one.began for one in failures), default=struck.at) if fault.is_observed else struck.at
    return {
        "affected": {
            "nodes": nodes,
            "apis": [one.name for one in fault.apis],
            "api_ids": [one.api_id for one in fault.apis],
            "upstreams": [one.target for one in fault.apis],
        },
        "onset": moment(onset),
        "onset_at_start": fault.strike is None,
        "onset_kind": "observed" if fault.is_observed else "injected",
        "first_symptom_in_log": moment(failures[0].ended)[:19] + "Z" if failures else None,
        "failures": len(failures),
    }


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _by_node_and_api(outcomes: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for one in outcomes:
        found.setdefault(f"{one.node}|{one.api}", Counter())[one.outcome] += 1
    return {name: dict(found[name]) for name in sorted(found)}
