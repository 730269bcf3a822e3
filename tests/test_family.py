"""A family is its folder: who is found in it, and what is said of a file that is no member."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from gwdiag.family import members

Package = Callable[[dict[str, str]], ModuleType]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Package]:
    """Makes a package of files; it is forgotten after the test."""

    def make(files: dict[str, str]) -> ModuleType:
        folder = tmp_path / "colours"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        return import_module("colours")

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "colours"]:
        del sys.modules[name]


def test_members_are_found_by_file_name_in_the_order_of_their_names(package):
    colours = package({"__init__.py": "", "red.py": "RED = 1", "blue.py": "BLUE = 2", "green.py": "GREEN = 3"})

    assert list(members(colours, int).items()) == [("blue", 2), ("green", 3), ("red", 1)]


def test_a_file_that_begins_with_an_underscore_is_no_member_and_is_not_even_imported(package):
    colours = package({"__init__.py": "", "red.py": "RED = 1", "_mixing.py": "raise RuntimeError"})

    assert members(colours, int) == {"red": 1}


def test_what_lies_in_the_package_itself_is_no_member(package):
    colours = package({"__init__.py": "BLACK = 0", "red.py": "RED = 1\nNAME = 'red'"})

    assert members(colours, int) == {"red": 1}


def test_a_folder_without_members_is_an_empty_family(package):
    assert members(package({"__init__.py": ""}), int) == {}


@pytest.mark.parametrize(("text", "count"), [("NAME = 'red'", 0), ("RED = 1\nROSE = 2", 2)])
def test_a_file_without_one_member_is_named(package, text, count):
    colours = package({"__init__.py": "", "blue.py": "BLUE = 1", "red.py": text})

    with pytest.raises(TypeError) as raised:
        members(colours, int)["red"]

    assert str(raised.value) == f"{Path(colours.__path__[0], 'red.py')} must hold one int, it holds {count}"


def test_a_member_is_loaded_when_it_is_asked_for(package):
    colours = package({"__init__.py": "", "blue.py": "BLUE = 1", "red.py": "raise RuntimeError"})
    found = members(colours, int)

    assert found["blue"] == 1
    assert (list(found), len(found), "red" in found, "green" in found) == (["blue", "red"], 2, True, False)
    with pytest.raises(RuntimeError):
        found["red"]
