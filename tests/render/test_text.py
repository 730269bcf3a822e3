"""Text for people: plain in a pipe, wrapped and coloured on a terminal, and never steered by what a log says."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.model.finding import Evidence, FileSource
from gwdiag.model.report import Table
from gwdiag.render.text import BADGES, BOLD, FAINT, PLAIN, columns, printable, render
from tests.render.reports import EMPTY, FULL, HOSTILE, STRANGE

SHOWN = "�[31mred�[0m� [bold]x[/bold] *a* _b_ `c` <script> |   # h � �2J ![i](http://e) &lt;"


def test_an_empty_report():
    assert render(EMPTY, None) == "gwdiag logs\n\nNothing is wrong.\n"


def test_a_report_in_a_pipe():
    assert (
        render(FULL, None)
        == """\
gwdiag logs: 1 file of gw-1, 1,200 lines, 2026-11-20 08:00:00 to 08:00:00 UTC
not read whole: cut.gz: compressed data is damaged or cut after line 7; what came before it was read

ERROR   dns_timeout: The resolver did not answer
        7 of 9 requests failed so.
        - Only gw-1.
        gw.log:3
          the line itself
        > Ask the nameserver
            dig orders.internal
        > Restart it (changes the node)
            systemctl restart named
        > Wait
        Runbook: gwdiag runbook show dns#no-answer

Background, no trouble by itself: auth_failed (7).
Note: The logs have no access lines.
  > Turn on.

By node
  node   failed
  gw-1      198
  gw-22       3

dns_timeout 7.
"""
    )


def test_a_report_on_a_terminal_of_40_columns():
    error = BADGES[FULL.findings[0].severity][1]

    assert render(FULL, 40).splitlines()[:13] == [
        f"{BOLD}gwdiag logs: 1 file of gw-1, 1,200{PLAIN}",
        f"{BOLD}lines, 2026-11-20 08:00:00 to 08:00:00{PLAIN}",
        f"{BOLD}UTC{PLAIN}",
        "not read whole: cut.gz: compressed data",
        "is damaged or cut after line 7; what",
        "came before it was read",
        "",
        f"{error} ERROR {PLAIN} {BOLD}dns_timeout: The resolver did{PLAIN}",
        f"        {BOLD}not answer{PLAIN}",
        "        7 of 9 requests failed so.",
        "        - Only gw-1.",
        "        gw.log:3",
        f"{FAINT}          the line itself{PLAIN}",
    ]


def test_on_a_terminal_a_line_is_what_its_message_says():
    source, says = FileSource(path="gw.log", line=3), 'Get "http://a/": EOF'
    [finding, *others] = FULL.findings
    line = Evidence(statement=says, source=source, sample='{"level":"error","msg":"Get \\"http://a/\\": EOF"}')

    lines = render(replace(FULL, findings=(replace(finding, evidence=(line,)), *others)), 80).splitlines()

    assert f"{FAINT}          {says}{PLAIN}" in lines


def test_on_a_terminal_a_line_without_a_message_is_shown_as_it_begins():
    line = f"10.0.0.9:58874 [20/Nov/2026:10:21:25.959] {'x' * 80}"
    source = FileSource(path="gw.log", line=3)
    [finding, *others] = FULL.findings
    shown = replace(finding, evidence=(Evidence(statement="an access line of gw-1", source=source, sample=line),))

    lines = render(replace(FULL, findings=(shown, *others)), 80).splitlines()

    assert f"{FAINT}          10.0.0.9:58874 [20/Nov/2026:10:21:25.959] {'x' * 27}…{PLAIN}" in lines


def test_what_strangers_put_into_a_log_steers_no_terminal():
    piped, shown = render(HOSTILE, None), render(HOSTILE, 80)

    ours = (BOLD, FAINT, PLAIN, *(colour for _, colour in BADGES.values()))
    without_ours = re.sub("|".join(map(re.escape, ours)), "", shown)
    assert [char for char in piped if not char.isprintable() and char != "\n"] == []
    assert [char for char in without_ours if not char.isprintable() and char != "\n"] == []
    assert piped.count(SHOWN) == 13


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (STRANGE, SHOWN),
        ("tab\there, line\nbreak, feed\x0c, non-breaking\xa0space", "tab here, line break, feed , non-breaking space"),
        ("\0\x7f\x85\u2028\ud800", "��  �"),
        ("größe ▁█ 日本", "größe ▁█ 日本"),
    ],
)
def test_text_is_put_on_one_line_without_control_characters(text, shown):
    assert printable(text) == shown


@given(text=st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_becomes_printable_and_keeps_its_length(text):
    assert printable(text).isprintable()
    assert len(printable(text)) == len(text)


TABLE = Table("T", ("API", "n"), (("a name that is longer than others", "1,000"), ("b", "7")), frozenset((1,)))


def test_columns_are_whole_in_a_pipe():
    assert list(columns(TABLE, None)) == [
        "  API                                    n",
        "  a name that is longer than others  1,000",
        "  b                                      7",
    ]


def test_the_longest_words_give_way_on_a_terminal_and_figures_never_do():
    assert list(columns(TABLE, 30)) == [
        "  API                        n",
        "  a name that is longer… 1,000",
        "  b                          7",
    ]
    assert list(columns(TABLE, 5))[1] == "  a name … 1,000"


def test_schemes_go_before_anything_is_cut():
    table = Table("T", ("upstream", "n"), (("http://orders.internal:9001", "7"),), frozenset((1,)))

    assert list(columns(table, 80))[1] == "  http://orders.internal:9001  7"
    assert list(columns(table, 30))[1] == "  orders.internal:9001  7"
    assert list(columns(table, 24))[1] == "  orders.internal:9001 7"
    assert list(columns(table, 22))[1] == "  orders.internal:9… 7"
