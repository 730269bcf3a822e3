"""Patterns that are compiled when they are first used."""

import gc
import re
from importlib import import_module
from pkgutil import walk_packages

import pytest

import gwdiag.error_classes
import gwdiag.logs
from gwdiag.model.pattern import _Text, pattern


def test_finds_what_the_compiled_one_finds() -> None:
    late, once = pattern(r"(?P<key>\w+)=(\d+)", re.ASCII), re.compile(r"(?P<key>\w+)=(\d+)", re.ASCII)
    for text in ("a=1 b=22", "none", ""):
        assert late.findall(text) == once.findall(text)
        assert late.sub(r"\g<key>", text) == once.sub(r"\g<key>", text)
        assert [seen.span() for seen in late.finditer(text)] == [seen.span() for seen in once.finditer(text)]
    assert (late.pattern, late.flags, late.groups, late.groupindex) == (once.pattern, re.ASCII, 2, {"key": 1})


def test_bytes() -> None:
    seen = pattern(rb"a+").search(b"baa")

    assert seen is not None
    assert seen[0] == b"aa"


def test_nothing_is_compiled_before_it_is_used() -> None:
    wrong = pattern("(")

    assert wrong.pattern == "("
    with pytest.raises(re.error):
        wrong.match("(")


@pytest.mark.parametrize("package", [gwdiag.logs, gwdiag.error_classes])
def test_every_one_is_a_regular_expression(package) -> None:
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    waiting = [one for one in gc.get_objects() if type(one) is _Text and one.pattern != "("]

    assert waiting
    for one in waiting:
        re.compile(one.pattern, one._given)


def test_what_no_pattern_has() -> None:
    with pytest.raises(AttributeError, match="colour"):
        pattern("a").colour  # type: ignore[attr-defined]  # noqa: B018
