"""All recorded cases: how often the root cause is named, and what with parts missing. No figure may become worse."""

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from gwdiag.model.cause import Band
from tests.triage.recorded import HARMLESS, OWN, WITHOUT, Played, is_blamed, misses, played, recorded, tables


class Allowed(NamedTuple):
    """How many cases of a set may be wrong, in each respect."""

    misses: dict[str, int]
    wrong_though_very_likely: int
    wrong_with_parts_missing: dict[str, int]
    very_likely_though_unknown: int


ALLOWED = {
    "own": Allowed(
        misses={"apis": 3},
        wrong_though_very_likely=0,
        wrong_with_parts_missing={"no copies of nodes": 2, "no earlier copies": 2, "logs only": 2},
        very_likely_though_unknown=10,
    ),
    "lab": Allowed(
        misses={"apis": 1}, wrong_though_very_likely=0, wrong_with_parts_missing={}, very_likely_though_unknown=9
    ),
    "lab_other": Allowed(
        misses={}, wrong_though_very_likely=0, wrong_with_parts_missing={}, very_likely_though_unknown=4
    ),
}
"""What is wrong now. A change that makes less of it wrong lowers the figure here."""


def folder_of(name: str, request: pytest.FixtureRequest) -> Path:
    return OWN if name == "own" else request.getfixturevalue("shared") / name


@pytest.mark.parametrize("name", ALLOWED)
def test_no_figure_is_worse_than_it_was(name, request, record_property):
    every = list(played(folder_of(name, request)))
    allowed = ALLOWED[name]
    missed = {what: missing(every, what) for what in counted(every)}
    record_property("table", f"Triage of {name}: {len(every)} cases, wrong: {missed or 'nothing'}\n{tables(every)}")

    assert more_than(counted(every), allowed.misses) == {}, missed
    assert len(sure_and_wrong(every)) <= allowed.wrong_though_very_likely, sure_and_wrong(every)
    less = Counter(what for one in every for what in WITHOUT if one.without[what].causes[0].id not in one.case.right)
    assert more_than(less, allowed.wrong_with_parts_missing) == {}, less
    assert len(unknown_but_sure(every)) <= allowed.very_likely_though_unknown, unknown_but_sure(every)
    assert blamed_though_healthy(every) == []
    assert healthy_though_unknown(every) == []


def counted(every: list[Played]) -> Counter[str]:
    return Counter(miss for one in every for miss in misses(one))


def missing(every: list[Played], what: str) -> list[str]:
    return [one.case.name for one in every if what in misses(one)]


def more_than(found: Counter[str], allowed: dict[str, int]) -> dict[str, int]:
    return {what: count for what, count in found.items() if count > allowed.get(what, 0)}


def sure_and_wrong(every: list[Played]) -> list[tuple[str, str]]:
    return [
        (one.case.name, one.first.id)
        for one in every
        if Band.of(one.first.probability) is Band.VERY_LIKELY and not one.is_right
    ]


def unknown_but_sure(every: list[Played]) -> list[tuple[str, str]]:
    """Causes that are called very likely where the true one is not among those known."""
    firsts = [(one.case.name, one.unknown.causes[0]) for one in every if one.unknown]
    return [(name, one.id) for name, one in firsts if one.id != "unknown" and one.probability > 0.8]


def blamed_though_healthy(every: list[Played]) -> list[str]:
    """Cases where nothing is wrong and something is blamed, with all parts or without some."""
    healthy = [one for one in every if one.case.label["root_cause"] in HARMLESS]
    return [one.case.name for one in healthy if any(map(is_blamed, (one.whole, *one.without.values())))]


def healthy_though_unknown(every: list[Played]) -> list[str]:
    return [one.case.name for one in every if one.unknown and one.unknown.causes[0].id == "healthy"]


def test_every_own_case_has_its_label_and_most_causes_have_a_case():
    own = recorded(OWN)

    assert {one.path.name.removesuffix(".tar.xz") for one in own} == {
        path.name.removesuffix(".tar.xz") for path in OWN.glob("*.tar.xz")
    }
    assert len({one.label["root_cause"] for one in own}) >= 30
