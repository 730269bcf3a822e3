"""Asks the failing upstreams themselves, from here: what `gwdiag probe` would say of them."""

from collections.abc import Sequence

from gwdiag.model.problem import Problem
from gwdiag.probe.how import How
from gwdiag.probe.run import probe
from gwdiag.probe.target import parsed
from gwdiag.triage.case import Case, Probed
from gwdiag.triage.symptoms import symptoms

MOST = 12
"""Upstreams that are probed, those of the worst symptoms first: it has to be polite, and quick."""


def failing_upstreams(case: Case) -> list[str]:
    """The upstreams of all symptoms; where there are none, all that are defined."""
    found = [upstream for one in symptoms(case.view) for upstream in one.scope.upstreams] if case.view else []
    found = found or [target for one in case.definitions for target in (one.members or (one.target,)) if target]
    return list(dict.fromkeys(found))[:MOST]


def probed(upstreams: Sequence[str]) -> list[Probed]:
    """What probes say of them. One that cannot be probed, such as a name that is none, is left out."""
    targets = []
    for one in upstreams:
        try:
            targets.append(parsed(one))
        except Problem:
            continue
    report = probe(targets, How())
    return [
        Probed(
            target=one.target, verdict=one.verdict, cause=one.cause, place=f"gwdiag probe {one.target}", is_of_now=True
        )
        for one in report.targets
    ]
