"""Runbooks: found by name and heading, with front matter that says what leads to them."""

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
    return tmp_path


def test_a_runbook_is_read_with_its_front_matter(folder):
    assert read_runbooks(folder) == {
        "orders": Runbook(
            name="orders", title="Orders fail", triggers=("dns_timeout", "dns_failure"), minutes=15, text=BODY
        )
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
        ("nothing", "there is no runbook nothing; there are orders"),
        ("", "there is no runbook ; there are orders"),
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


def test_the_shipped_pages():
    assert list(SHIPPED) == [
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


@pytest.mark.parametrize("name", SHIPPED)
def test_a_link_of_a_shipped_page_leads_somewhere(name):
    import re

    links = re.findall(r"\]\(([^)\s]+)\)", SHIPPED[name].text)
    local = [link for link in links if "://" not in link]

    for link in local:
        page, _, heading = link.partition("#")
        target = Path(page).stem if page else name
        assert target in SHIPPED, link
        assert not heading or heading in SHIPPED[target].headings(), link
    assert (ROOT / "runbooks" / f"{name}.md").is_file()
