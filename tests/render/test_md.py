"""Markdown for a ticket: what a log says stays text."""

import html
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gwdiag.model.finding import Evidence
from gwdiag.render.md import escaped, paragraph, render
from gwdiag.render.text import printable
from tests.render.reports import EMPTY, FULL, HOSTILE

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

TRICKY = st.text("`*_<>|[]&~#-+=0123456789.)\\!:/ a\t\n\"'();", max_size=20) | st.from_regex(
    r"\A\d{1,10}[.)] [-+#>= ]*x?\Z"
)


def test_an_empty_report():
    assert (
        render(EMPTY, None)
        == """\
# gwdiag logs: ok

Nothing is wrong.

gwdiag 0.1.0 on gw, 2026-11-20 08:00:00 UTC
"""
    )


def test_a_report():
    assert (
        render(FULL, None)
        == """\
# gwdiag logs: error

dns_timeout 7.

| input | node | format | lines | events | unparsed | first | last |
|---|---|---|--:|--:|--:|---|---|
| gw.log | gw-1 | go_log | 1,200 | 9 | 0 | 2026-11-20 08:00:00 UTC | 2026-11-20 08:00:00 UTC |
| cut.gz (compressed data is damaged or cut after line 7; what came before it was read) |  |  | 0 | 0 | 0 |  |  |

## error: dns_timeout

**The resolver did not answer.** 7 of 9 requests failed so.

- Only gw-1.
- 7 failed requests
- lookup: i/o timeout `gw.log:3`
  ```
  the line itself
  ```
- Next: Ask the nameserver: `dig orders.internal`
- Next: Restart it (changes the node): `systemctl restart named`
- Next: Wait
- Runbook: `gwdiag runbook show dns#no-answer`

## info: auth_failed

**The resolver did not answer.** 7 of 9 requests failed so.


## info: a_note

**Only one node.** The logs have no access lines.


## By node

| node | failed |
|---|--:|
| gw-1 | 198 |
| gw-22 | 3 |

gwdiag 0.1.0 on gw, 2026-11-20 08:00:00 UTC
"""
    )


def test_the_width_of_a_terminal_changes_nothing():
    assert render(FULL, 40) == render(FULL, None)


def test_what_strangers_put_into_a_log_makes_no_markup():
    text = render(HOSTILE, None)
    page = MARKDOWN.render(text)

    assert [char for char in text if not char.isprintable() and char != "\n"] == []
    assert [tag for tag in ("<script", "<em", "<img", "<a ", "<del") if tag in page] == []
    assert (page.count("<h1"), page.count("<h2"), page.count("<pre"), page.count("<table")) == (1, 2, 1, 1)


@pytest.mark.parametrize(("sample", "fence"), [("a ``` b", "````"), ("```````", "````````"), ("plain", "```")])
def test_a_fence_is_longer_than_any_in_the_line(sample, fence):
    [first, second, *_] = [replace(one, sample=sample) for one in FULL.findings[0].evidence]
    report = replace(FULL, findings=(replace(FULL.findings[0], evidence=(first, second)),))

    assert f"  {fence}\n  {sample}\n  {fence}\n" in render(report, None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("upstream_dial_timeout", "upstream_dial_timeout"),
        ("_x_ a__b", r"\_x\_ a\_\_b"),
        ("a|b", r"a\|b"),
        ("`x` <b> *y* [z](u) ~~d~~ # &lt; \\", r"\`x\` \<b\> \*y\* \[z\](u) \~\~d\~\~ \# \&lt; \\"),
        ("two\nlines", "two lines"),
        ("- 1.5 s", "- 1.5 s"),
    ],
)
def test_specials_are_escaped(text, shown):
    assert escaped(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("- a list", r"\- a list"), ("2026. a list", r"2026\. a list"), ("===", r"\==="), ("7 of 9", "7 of 9"), ("", "")],
)
def test_where_a_paragraph_begins_more_is_special(text, shown):
    assert paragraph(text) == shown


def test_a_statement_that_looks_like_a_list_stays_a_statement():
    odd = replace(FULL.findings[0], evidence=(Evidence(statement="1. first"),), summary="- second")
    more = replace(FULL.findings[1], summary="+ third")
    text = render(replace(EMPTY, summary="= fourth", findings=(odd, more)), None)

    assert [line for line in text.splitlines() if line.endswith(("first", "second", "third", "fourth"))] == [
        r"\= fourth",
        "**The resolver did not answer.** - second",
        r"- \+ third",
        r"- 1\. first",
    ]


@given(text=st.text(max_size=30) | TRICKY)
@settings(max_examples=300, deadline=None)
def test_any_text_is_shown_as_it_is(text):
    whole = printable(text).strip()

    assert html.unescape(MARKDOWN.render(f"- {paragraph(text)}")) == f"<ul>\n<li>{whole}</li>\n</ul>\n"
    assert html.unescape(MARKDOWN.render(f"x {escaped(text)}")) == f"<p>{f'x {whole}'.strip()}</p>\n"
