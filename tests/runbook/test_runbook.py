"""Runbooks: found by name and heading, with front matter that says what leads to them."""

import re
from pathlib import Path

import pytest

from gwdiag.model.problem import Exit, Problem
from gwdiag.runbook import Runbook, anchor, read_runbooks, section
from gwdiag.shipped import shipped
from tests.conftest import ROOT

FRONT = "---\ntitle: Orders fail\ntriggers: [dns_timeout, dns_failure]\nestimated_minutes: 15\n---\n"
BODY = """\
# Orders

Look.

## Check

```sh
# a comment of the shell, and no heading
dig orders.internal
```

### Deeper

More.

## What *is* it? (504)

An end.
"""

SHIPPED = read_runbooks(shipped("runbooks"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.md").write_text(FRONT + "\n" + BODY)
    (tmp_path / "notes.txt").write_text("no runbook")
    (tmp_path / "causes").mkdir()
    (tmp_path / "causes/dns_slow.md").write_text(FRONT + "# Slow\n")
    return tmp_path


def test_a_runbook_is_read_with_its_front_matter_and_where_it_lies(folder):
    assert read_runbooks(folder) == {
        "orders": Runbook(
            name="orders",
            of_a_cause=False,
            title="Orders fail",
            triggers=("dns_timeout", "dns_failure"),
            minutes=15,
            text=BODY,
        ),
        "dns_slow": Runbook(
            name="dns_slow",
            of_a_cause=True,
            title="Orders fail",
            triggers=("dns_timeout", "dns_failure"),
            minutes=15,
            text="# Slow\n",
        ),
    }


def test_a_section_goes_to_the_next_heading_of_its_rank(folder):
    runbooks = read_runbooks(folder)

    assert section(runbooks, "orders") == BODY
    assert section(runbooks, "orders#orders") == BODY
    assert section(runbooks, "orders#check") == BODY[BODY.index("## Check") : BODY.index("\n## What")]
    assert section(runbooks, "orders#deeper") == "### Deeper\n\nMore.\n"
    assert section(runbooks, "orders#what-is-it-504") == "## What *is* it? (504)\n\nAn end.\n"


def test_a_comment_in_a_block_of_code_is_no_heading(folder):
    assert list(read_runbooks(folder)["orders"].headings()) == ["orders", "check", "deeper", "what-is-it-504"]


@pytest.mark.parametrize(
    ("heading", "place"),
    [
        ("Check", "check"),
        ("Answer is not valid HTTP", "answer-is-not-valid-http"),
        ("`no such host`", "no-such-host"),
        ("What *is* it? (504)", "what-is-it-504"),
        ("  Time-out, again  ", "time-out-again"),
        ("Größe", "größe"),
    ],
)
def test_the_anchor_of_a_heading_is_that_of_code_hosts(heading, place):
    assert anchor(heading) == place


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("nothing", "there is no runbook nothing; there are orders, dns_slow"),
        ("", "there is no runbook ; there are orders, dns_slow"),
        ("orders#nothing", "runbook orders has no heading nothing; it has orders, check, deeper, what-is-it-504"),
    ],
)
def test_what_is_not_there_is_a_problem_that_says_what_is(folder, place, line):
    with pytest.raises(Problem) as raised:
        section(read_runbooks(folder), place)

    assert (str(raised.value), raised.value.status) == (line, Exit.USAGE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# Orders\n", "it has no front matter"),
        ("---\ntitle: x\n", "it has no front matter"),
        ("---\ntriggers: [a]\nestimated_minutes: 5\n---\nx", "its front matter cannot be read: KeyError('title')"),
        (
            "---\ntitle: x\ntriggers: [a]\nestimated_minutes: soon\n---\nx",
            "its front matter cannot be read: ValueError",
        ),
        ("---\n- a list\n---\nx", "its front matter cannot be read: TypeError"),
        ("---\ntitle: [\n---\nx", "its front matter cannot be read: ParserError"),
    ],
)
def test_a_page_without_proper_front_matter_is_named(tmp_path, text, reason):
    (tmp_path / "orders.md").write_text(text)

    with pytest.raises(Problem) as raised:
        read_runbooks(tmp_path)

    assert str(raised.value).startswith(f"{tmp_path}/orders.md: {reason}")
    assert raised.value.status == Exit.NOTHING_DONE


def test_the_shipped_pages_of_symptoms():
    assert [name for name, one in SHIPPED.items() if not one.of_a_cause] == [
        "connection-refused",
        "context-canceled",
        "dial-timeout",
        "dns",
        "gateway-own-faults",
        "gateway-resources",
        "refused-by-policy",
        "resets-and-closed-connections",
        "response-timeout",
        "tls",
    ]


@pytest.mark.parametrize("name", ["dial-timeout", "context-canceled", "response-timeout", "connection-refused"])
def test_the_pages_of_the_famous_classes_go_the_whole_way(name):
    headings = list(SHIPPED[name].headings())

    way = ["symptom", "impact", "check", "decide", "fix", "verify", "escalate"]
    assert [heading for heading in headings if heading in way] == way


PAGES = {str(path.relative_to(ROOT / "runbooks")): path for path in sorted((ROOT / "runbooks").rglob("*.md"))}


@pytest.mark.parametrize("page", PAGES)
def test_a_link_of_a_shipped_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", PAGES[page].read_text("utf-8"))

    for link in (one for one in links if "://" not in one):
        place, _, heading = link.partition("#")
        target = PAGES[page].parent / place if place else PAGES[page]
        assert target.is_file(), link
        assert not heading or heading in SHIPPED[target.stem].headings(), link
