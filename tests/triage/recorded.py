"""Recorded cases whose cause is known because it was injected, and how a diagnosis of one is judged.

A label says what is true: `root_cause`, `also_acceptable` (what a careful engineer could also name from these files),
`faults` where there are two, `affected` nodes, APIs and upstreams, `onset` and when the log first shows it.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gwdiag.logs.one_file import Reading
from gwdiag.triage import diagnosis
from gwdiag.triage.case import Case
from gwdiag.triage.diagnosis import Diagnosis, Suspect, diagnose, faults
from gwdiag.triage.load import SAMPLES, loaded

OWN = Path(__file__).with_name("cases")
TEN_SECONDS = timedelta(seconds=10)
HARMLESS = ("healthy", "client_abort_random")

WITHOUT: Mapping[str, Callable[[Case], Case]] = {
    "no copies of nodes": lambda case: replace(case, nodes={}),
    "no earlier copies": lambda case: replace(
        case, nodes={name: replace(state, before=None) for name, state in case.nodes.items()}
    ),
    "no definitions": lambda case: replace(case, known=()),
    "logs only": lambda case: replace(case, nodes={}, known=(), probed=()),
}
"""What of a case may be missing. Names that the logs already got from definitions stay."""


@dataclass(frozen=True)
class Recorded:
    """A case on disk, and its label."""

    name: str
    path: Path
    label: dict[str, Any]

    @property
    def faults(self) -> list[str]:
        return [one["root_cause"] if isinstance(one, dict) else one for one in self.label.get("faults", [])]

    @property
    def right(self) -> set[str]:
        return {self.label["root_cause"], *self.label.get("also_acceptable", [])}


def recorded(folder: Path) -> list[Recorded]:
    """Those of a folder: `cases/<name>` with `labels/<name>.json`, or `<name>.tar.xz` beside `<name>.json`."""
    labels = folder / "labels" if (folder / "labels").is_dir() else folder
    found = []
    for label in sorted(labels.glob("*.json")):
        path = folder / "cases" / label.stem
        path = path if path.is_dir() else folder / f"{label.stem}.tar.xz"
        found.append(Recorded(label.stem, path, json.loads(label.read_text("utf-8"))))
    return found


@dataclass(frozen=True)
class Played:
    """A case, and its diagnosis with all parts, with some missing, and where its cause is not among those known."""

    case: Recorded
    whole: Diagnosis
    without: Mapping[str, Diagnosis]
    unknown: Diagnosis | None

    @property
    def first(self) -> Suspect:
        return self.whole.causes[0]

    @property
    def is_right(self) -> bool:
        return self.first.id in self.case.right


def played(folder: Path) -> Iterator[Played]:
    for one in recorded(folder):
        with loaded(one.path, Reading(samples=SAMPLES)) as found:
            case = found.case
            yield Played(
                case=one,
                whole=diagnose(case),
                without={what: diagnose(less(case)) for what, less in WITHOUT.items()},
                unknown=_with_an_unknown_cause(one, case),
            )


def _with_an_unknown_cause(one: Recorded, case: Case) -> Diagnosis | None:
    """Its diagnosis where neither its cause nor what it could be taken for is known."""
    if one.faults or "healthy" in one.right:
        return None
    with _only({name for name in faults() if name not in one.right}):
        return diagnose(case)


@contextmanager
def _only(names: set[str]) -> Iterator[None]:
    every = faults()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagnosis, "faults", lambda: {name: one for name, one in every.items() if name in names})
        yield


def misses(one: Played) -> Iterator[str]:
    """What is wrong: `first`, `in three`, `both`; where the first is right, `nodes`, `apis`, `upstreams`, `onset`."""
    ids = [cause.id for cause in one.whole.causes]
    if not one.is_right:
        yield "first"
    if not one.case.right & set(ids[:3]):
        yield "in three"
    if one.case.faults:
        if not set(one.case.faults) <= set(ids[: len(one.case.faults) + 1]):
            yield "both"
    elif one.is_right and one.case.label["root_cause"] not in HARMLESS:
        yield from _misplaced(one.first, one.case.label)


def _misplaced(cause: Suspect, label: dict[str, Any]) -> Iterator[str]:
    scope, affected = cause.scope, label["affected"]
    if set(scope.nodes) != set(affected["nodes"]):
        yield "nodes"
    if affected["apis"] and set(scope.apis) not in (set(affected["apis"]), set(affected.get("api_ids", []))):
        yield "apis"
    if not {_host(one) for one in affected["upstreams"]} <= {_host(one) for one in scope.upstreams}:
        yield "upstreams"
    if not label.get("onset_at_start") and not _is_onset(cause.onset, label):
        yield "onset"


def _host(upstream: str) -> str:
    return upstream.rpartition("://")[2].rstrip("/")


def _is_onset(onset: datetime | None, label: dict[str, Any]) -> bool:
    """Within ten seconds of the injection, or of its first trace in the log."""
    injected = datetime.fromisoformat(label["onset"])
    seen = label.get("first_symptom_in_log")
    last = max(injected, datetime.fromisoformat(seen)) if seen else injected
    return onset is not None and injected - TEN_SECONDS <= onset <= last + TEN_SECONDS


def is_blamed(one: Diagnosis) -> bool:
    """Whether somebody would have to act on what comes first."""
    return not diagnosis.is_harmless(one.causes[0])


def tables(every: list[Played]) -> str:
    return f"\n{_confusion(every)}\n\n{_reliability(every)}\n"


def _confusion(every: list[Played]) -> str:
    """What was named first for each cause."""
    named: dict[str, Counter[str]] = {}
    for one in every:
        named.setdefault(one.case.label["root_cause"], Counter())[one.first.id] += 1
    rows = [
        f"{cause:36}{', '.join(f'{name} {count}' for name, count in counts.most_common())}"
        for cause, counts in sorted(named.items())
    ]
    return "\n".join([f"{'injected':36}named first", *rows])


def _reliability(every: list[Played]) -> str:
    """Of causes named first with such a probability, how many are right."""
    rows = [f"{'probability':16}{'cases':>6}{'mean':>8}{'right':>8}"]
    for tenth in range(10):
        some = [one for one in every if tenth <= min(one.first.probability * 10, 9.99) < tenth + 1]
        if some:
            mean = sum(one.first.probability for one in some) / len(some)
            right = sum(one.is_right for one in some) / len(some)
            rows.append(f"{tenth / 10:.1f} to {(tenth + 1) / 10:.1f}{len(some):>12}{mean:>8.2f}{right:>8.2f}")
    brier = sum((one.first.probability - one.is_right) ** 2 for one in every) / len(every)
    return "\n".join([*rows, f"Brier score {brier:.3f}"])
