"""One HTML page: whole, self-contained, and what a log says stays text."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.model.cause import Band, NextStep, RankedCause
from gwdiag.model.finding import Remedy, Scope
from gwdiag.model.report import Chart, Report
from gwdiag.render._chart import drawn
from gwdiag.render.html import page_of_markdown, render, text
from gwdiag.render.text import printable
from tests.render.page import Page
from tests.render.reports import AT, EMPTY, FINDING, FULL, HOSTILE, MORE, STRANGE

CAUSE = RankedCause(
    id="dns_slow",
    title="The resolver is slow",
    means="Look-ups take seconds.",
    probability=0.83,
    band=Band.VERY_LIKELY,
    scope=Scope(apis=("Orders",), nodes=("gw-1",)),
    onset=AT,
    onset_at_start=False,
    failures=198,
    for_=("dns_timeout",),
    against=("only_node",),
    missing=(),
    deciding="dns_timeout",
    caveats=("Few failures.",),
    not_checked=("Does the nameserver answer? It was not probed.",),
    next=(NextStep(command="gwdiag probe orders.internal", why="Ask the nameserver"),),
    fix=(Remedy(text="Use another nameserver", changes_state=True),),
    runbook="dns_slow",
)
CHART = Chart(
    title="Requests",
    start=AT,
    interval_s=60.0,
    whole=("requests", (100, 100, 50)),
    parts=(("dns_timeout", (0, 20, 50)), ("auth_failed", (1, 0, 0))),
    marks=((AT + timedelta(seconds=90), "dns_timeout begins"), (AT - timedelta(days=1), "long ago")),
)


def shown(report: Report) -> list[str]:
    return Page(render(report, None)).texts


def test_an_empty_report():
    assert shown(EMPTY) == [
        "gwdiag logs: Nothing is wrong.",
        "gwdiag logs",
        "ok",
        "Nothing is wrong.",
        "gwdiag 0.1.0 on gw, 2026-11-20 08:00:00 UTC",
    ]


def test_a_report():
    of_a_class = [
        "The resolver did not answer", "dns_timeout", "7 of 9 requests failed so.", "Only gw-1.", "7 failed requests",
        "lookup: i/o timeout", "gw.log:3", "the line itself", "Next", "Ask the nameserver", "dig orders.internal",
        "Restart it (changes the node)", "systemctl restart named", "Wait", "Runbook:",
        "gwdiag runbook show dns#no-answer",
    ]  # fmt: skip
    found = shown(FULL)

    assert found[:4] == ["gwdiag logs: dns_timeout 7.", "gwdiag logs", "error", "dns_timeout 7."]
    assert found[4 : 5 + len(of_a_class)] == ["error", *of_a_class]
    tail = found.index("By node")
    assert found[tail : tail + 7] == ["By node", "node", "failed", "gw-1", "198", "gw-22", "3"]
    assert found[tail + 7] == "2 inputs, 1,200 lines"
    assert "cut.gz (compressed data is damaged or cut after line 7; what came before it was read)" in found


def test_a_cause_with_all_that_is_for_and_against_it():
    found = shown(replace(EMPTY, causes=(CAUSE,), findings=(FINDING, MORE)))

    assert found[4:-1] == [
        "1. The resolver is slow", "dns_slow", "very likely, 83 %", "Look-ups take seconds.",
        "Orders and gw-1 · since 2026-11-20 08:00:00 UTC · 198 failed requests",
        "+", "7 of 9 requests failed so.", "decides", "gw.log:3", "-", "Only gw-1.", "!", "Few failures.",
        "?", "Does the nameserver answer? It was not probed.",
        "Next", "Ask the nameserver", "gwdiag probe orders.internal",
        "Fix", "Use another nameserver (changes the node)",
        "Runbook:", "gwdiag runbook show dns_slow",
        "error", "The resolver did not answer", "dns_timeout", "7 of 9 requests failed so.", "7 failed requests",
        "lookup: i/o timeout", "gw.log:3", "the line itself", "Next", "Ask the nameserver", "dig orders.internal",
        "Restart it (changes the node)", "systemctl restart named", "Wait", "Runbook:",
        "gwdiag runbook show dns#no-answer",
    ]  # fmt: skip


def test_of_an_unlikely_cause_there_is_but_its_name():
    cause = replace(CAUSE, probability=0.02, band=Band.UNLIKELY)

    assert shown(replace(EMPTY, causes=(cause,)))[4:-1] == ["1. The resolver is slow", "dns_slow", "unlikely, 2 %"]


def test_what_strangers_wrote_stays_text():
    page = render(HOSTILE, None)

    assert set(Page(page).tags).isdisjoint({"script", "img", "a", "iframe"})
    assert printable(STRANGE).strip() in Page(page).texts
    assert "\x1b" not in page


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_shown_as_it_is(words):
    page = Page(f'<main><p title="{text(words)}">{text(words)}</p></main>')

    assert page.tags == ["main", "p"]
    assert "".join(page.texts) == printable(words).strip()


@settings(max_examples=200, deadline=None)
@given(st.text("<>&\"'`*_[]()!#-| \nabc:/javascript=", max_size=60))
def test_a_page_of_markdown_has_no_html_of_its_own(words):
    page = Page(page_of_markdown("gwdiag runbook", words), may_link=True)

    assert set(page.tags).isdisjoint({"script", "img", "iframe"})


def bars(chart: Chart, kind: str) -> list[tuple[float, float]]:
    """The upper edge and the height of each column of that kind."""
    column = rf'<rect class="{kind}" x="[0-9.]+" y="([0-9.]+)" width="[0-9.]+" height="([0-9.]+)"/>'
    found = re.findall(column, "".join(drawn(chart)))
    return [(float(y), float(height)) for y, height in found]


def test_a_chart_is_to_scale():
    assert bars(CHART, "whole") == [(22.0, 154.0), (22.0, 154.0), (99.0, 77.0)]
    assert bars(CHART, "c0") == [(145.2, 30.8), (99.0, 77.0)]
    assert bars(CHART, "c1") == [(174.5, 1.5)]
    assert Page("".join(drawn(CHART))).texts == [
        "Requests", "0", "50", "100",
        "11-20 08:00: 100 requests, 1 auth_failed", "11-20 08:01: 100 requests, 20 dns_timeout",
        "11-20 08:02: 50 requests, 50 dns_timeout",
        "08:00", "08:01", "08:02", "08:01 dns_timeout begins",
        "requests 250", "dns_timeout 70", "auth_failed 1",
    ]  # fmt: skip


def test_a_chart_of_more_intervals_than_can_be_seen_adds_them_up():
    long = replace(CHART, whole=("requests", (2,) * 1000), parts=(("dns_timeout", (1,) * 1000),), marks=())

    assert len(bars(long, "whole")) == 200
    assert {height for _, height in bars(long, "c0")} == {77.0}
    assert "requests 2,000" in Page("".join(drawn(long))).texts


def test_of_many_kinds_of_what_is_bad_the_last_are_added_up():
    many = replace(CHART, parts=tuple((f"kind {number}", (number, 0, 0)) for number in range(10)), marks=())

    assert bars(many, "others") == [(pytest.approx(106.7, abs=0.2), 37.0)]
    assert Page("".join(drawn(many))).texts[-2:] == ["kind 6 6", "3 more 24"]


@pytest.mark.parametrize("whole", [(0, 0), (0, 1)])
def test_a_chart_of_next_to_nothing(whole):
    chart = replace(CHART, whole=("requests", whole), parts=(("a", (0, 0)),), marks=())

    assert bars(chart, "whole") == [(22.0, 154.0)] * sum(whole)


def test_what_is_bad_may_be_more_than_there_is():
    chart = replace(CHART, whole=("requests", (0, 10)), parts=(("a", (20, 0)),), start=datetime(2026, 1, 1, tzinfo=UTC))

    assert bars(chart, "c0") == [(22.0, 154.0)]
    assert bars(chart, "whole") == [(99.0, 77.0)]
