"""JSON, YAML and TOML, told apart by their beginnings, and bounded."""

import json

import pytest

from gwdiag.definitions._document import LARGEST_TOML, LONGEST_TOML_LINE, Document, document


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('{"a": 1}', {"a": 1}),
        ("\n {}", {}),
        ("http:\n  a: 1\n", {"http": {"a": 1}}),
        ('# x\n"routes" :\n  - a\n', {"routes": ["a"]}),
        ("[http.routers.a]\nrule = 'x'\n", {"http": {"routers": {"a": {"rule": "x"}}}}),
        ("[[http.a]]\nb = 1\n", {"http": {"a": [{"b": 1}]}}),
    ],
)
def test_the_tree(text, tree):
    assert Document(text).tree == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "7",
        "{",
        '{"a":' * 100_000,
        "[" * 100_000,
        "a: 1\n",  # YAML that no reader knows is not parsed
        "http: [\n",
        "http: \0\n",
        "[http.\n",
        "[http.a]\n" + "#" * (LONGEST_TOML_LINE + 1),
        "[http.a]\n" + "#\n" * (LARGEST_TOML // 2),
        "[http.a]\nb = " + "[" * 1000,
        "[other]\na = 1\n",
    ],
)
def test_what_is_no_object_is_an_empty_tree(text):
    assert Document(text).tree == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_of_any_usual_encoding(encoding):
    assert document(json.dumps({"a": "ü"}, ensure_ascii=False).encode(encoding)).tree == {"a": "ü"}


def test_junk_is_text_too():
    assert document(b"\xff\xfe\x00").text
    assert document(b"a\x80b").text == "a\ufffdb"


def test_a_tree_is_parsed_once():
    one = Document('{"a": []}')

    assert one.tree is one.tree
