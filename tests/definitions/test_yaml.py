"""YAML: what configurations use of it, and what would take too much."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.definitions._yaml import DEEPEST, LARGEST, yaml_tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: 1\nb: [x, 'y', \"z\"]\n", {"a": 1, "b": ["x", "y", "z"]}),
        ("- a\n-\n  - b\n", ["a", ["b"]]),
        (
            "a: 1.5\nb: -2\nc: 1e3\nd: '1'\ne: 1.2.3\nf: 0x1\n",
            {"a": 1.5, "b": -2, "c": 1000.0, "d": "1", "e": "1.2.3", "f": "0x1"},
        ),
        (
            "a: true\nb: False\nc: null\nd: ~\ne:\nf: yes\n",
            {"a": True, "b": False, "c": None, "d": None, "e": None, "f": "yes"},
        ),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("--- {a: 1}\n--- {b: 2}\n", {"a": 1}),
        ("1: a\n? [b]\n: c\n", {1: "a"}),
        ("", None),
        ("a: " + "9" * 40, {"a": "9" * 40}),
    ],
)
def test_content(text, tree):
    assert yaml_tree(text) == tree


def test_anchors_and_merges():
    text = """
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {b: 9, <<: *base}
two:
  <<: [*base, *more]
  c: 7
again: *base
"""

    tree = yaml_tree(text)

    assert isinstance(tree, dict)
    assert [tree[key] for key in ("one", "two", "again")] == [
        {"a": 1, "b": 9},
        {"a": 1, "b": 2, "c": 7},
        {"a": 1, "b": 2},
    ]


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(12)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: &a [*a]\n",
        "a: *b\n",
        "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2),
        "[" * 1_000_000,
        "- " * 500_000,
        "{a: [" * 100_000,
        "x" * (LARGEST + 1),
        "%TAG !a! b\n" * 10,
        "a: b: c",
        "\tb: [",
        '"' + "x" * 1_000_000,
    ],
    ids=["bomb", "itself", "unknown", "deep", "flow", "block", "mixed", "large", "tags", "wrong", "tab", "quote"],
)
def test_what_takes_too_much_or_is_none_is_nothing(text):
    assert yaml_tree(text) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abc: #-[]{}'\"\n.~0123", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1, max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(content=JSON, style=st.sampled_from([None, True, False]))
@settings(max_examples=200, deadline=None)
def test_what_pyyaml_writes_is_read_back(content, style):
    # PyYAML quotes what YAML 1.1 has other readings for; an alias stands for what occurs twice.
    assert yaml_tree(yaml.safe_dump(content, default_flow_style=style)) == content


@given(text=st.text("ab:-[]{}&*<'\"\n #|>!%?,1~", max_size=80))
@settings(max_examples=500, deadline=None)
def test_anything_is_read_or_nothing(text):
    yaml_tree(text)
