"""Real lines that people pasted, of many products: how many of them get the right class."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gwdiag.explain import explained

OURS = ("tyk", "go-")
"""How the names of the products begin whose lines gwdiag promises to know."""


class Scored(NamedTuple):
    """Which share of the failures got its class and of the benign lines got one, and the lines that went wrong."""

    right: float
    blamed: float
    wrong: list[tuple[str, str, str]]


def lines(shared: Path, *, ours: bool) -> Iterator[dict[str, str]]:
    for line in (shared / "corpus/error_lines.jsonl").read_text("utf-8").split("\n"):
        if line and (row := json.loads(line))["product"].startswith(OURS) == ours:
            yield row


def scored(rows: list[dict[str, str]]) -> Scored:
    found = [one.class_ for one in explained((n, row["line"]) for n, row in enumerate(rows, 1))]
    failures = [(row, name) for row, name in zip(rows, found, strict=True) if row["class"] != "none"]
    benign = [(row, name) for row, name in zip(rows, found, strict=True) if row["class"] == "none"]
    return Scored(
        right=sum(row["class"] == name for row, name in failures) / len(failures),
        blamed=sum(name != "none" for _, name in benign) / len(benign),
        wrong=[(row["id"], row["class"], name) for row, name in [*failures, *benign] if row["class"] != name],
    )


def test_lines_of_tyk_and_of_go_get_their_class_and_no_benign_one_is_blamed(shared):
    score = scored(list(lines(shared, ours=True)))

    assert score.right >= 0.97, score.wrong
    assert score.blamed == 0, score.wrong


def test_lines_of_other_products_mostly_get_their_class(shared, record_property):
    score = scored(list(lines(shared, ours=False)))
    record_property("share of failures in the right class", score.right)
    record_property("share of benign lines blamed", score.blamed)

    assert score.right >= 0.90, score.wrong
    assert score.blamed <= 0.01, score.wrong


@pytest.mark.parametrize("ours", [True, False])
def test_no_line_has_two_classes_with_an_equal_right(shared, ours):
    rows = list(lines(shared, ours=ours))
    found = explained((n, row["line"]) for n, row in enumerate(rows, 1))

    assert [(row["id"], one.class_) for row, one in zip(rows, found, strict=True) if one.confidence == 0.5] == []
