"""Patterns that are compiled late find what they would find if they were compiled at once."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.error_classes import error_classes
from gwdiag.error_classes._words import Index, alternatives, any_of, plain_parts
from tests.conftest import SAMPLES

TEXTS = [(name, text) for name, one in error_classes().items() for text in one.pattern.texts]
LINES = [line for path in sorted(SAMPLES.glob("[cf]*/*.*")) for line in path.read_text("utf-8").splitlines()[:40]]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Connection refused", ["connection refused"]),
        (r"\bdial\b.*(?:i/o timeout|timed out)", ["i/o timeout", "timed out"]),
        (r"\((?:104|32)[:)]", ["(104", "(32"]),
        (r"xy(?:104|3.2)[:)]", ["xy"]),
        (r"xy.(?:104|304)[:)]", ["104", "304"]),
        (r"\bdial tcp\b.*(?:timeout|eof)", ["dial tcp"]),
        (r"\(111[:)]", ["(111"]),
        (r"\[emerg\]", ["[emerg]"]),
        (r"Jw(?:t|ks) (?:is|has)", ["jwt", "jwks"]),
        (r"hosts? down", [" down"]),
        (r"hosts+ down", ["hosts"]),
        (r"ab{2,3}cd", ["cd"]),
        (r"a[^]x]bcd", ["bcd"]),
        (r"a(b(c|d)e)fgh", ["fgh"]),
        (r"a(bcd|(?:efg|hi(?:jkl|mno))?pq)r", ["bcd", "pq"]),
        (r"a(bcd|(?:efg|hi(?:jkl|mno)))r", ["bcd", "efg", "hijkl", "himno"]),
        (r"a(?:bcd)?e", ["a"]),
        (r"a(?:bcd){0,2}e", ["a"]),
        (r"a(?P<name>bcd)e", ["abcd"]),
        (r"\d\w\S", [""]),
        (r"(?:abc|\d)", [""]),
        (r"^(?!.*abcdef).*xyz$", ["xyz"]),
        (r"(?<=abcdef)x(?=ghijk)", ["x"]),
        (r"ab\.cd\sefg", ["ab.cd"]),
    ],
)
def test_what_it_finds_has_one_of_its_plain_parts(text, plain):
    assert plain_parts(text) == plain


def test_bars_in_groups_part_nothing():
    assert list(alternatives(r"a|b(?:c|d)|e\|f|[|]")) == ["a", "b(?:c|d)", r"e\|f", "[|]"]
    assert list(alternatives("")) == [""]


@pytest.mark.parametrize(("name", "text"), TEXTS)
def test_each_text_finds_in_the_sample_lines_what_it_would_if_compiled_at_once(name, text):
    late, at_once = Index({name: any_of(text)}), re.compile(text, re.IGNORECASE)

    assert [line for line in LINES if late.search(line) == {name}] == [line for line in LINES if at_once.search(line)]


def test_no_plain_part_is_only_in_the_shape_of_a_message():
    """There numbers that vary are two noughts, and what has no plain part of a pattern is not looked at again."""
    parts = [plain for one in error_classes().values() for plain, _ in one.pattern.parts]

    assert [plain for plain in parts if re.search(r"(?<!\d)00(?!\d)", plain)] == []


@given(data=st.data(), one=st.sampled_from(TEXTS))
@settings(max_examples=300, deadline=None)
def test_each_text_is_found_in_what_it_matches(data, one):
    # Printable ASCII: that Python takes a long s for an s is nothing that a gateway writes.
    message = data.draw(
        st.from_regex(
            re.compile(one[1], re.IGNORECASE | re.ASCII), alphabet=st.characters(min_codepoint=32, max_codepoint=126)
        )
    )

    assert Index({"it": any_of(one[1])}).search(message) == {"it"}
