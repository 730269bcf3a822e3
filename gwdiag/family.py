"""Finds the members of a family: one module per member, the module's name is the member's name."""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def members(folder: ModuleType, kind: type[T]) -> Mapping[str, T]:
    """All members of the package `folder`, by name, in the order of their names.

    A module whose name begins with an underscore is plumbing of the family and no member. A module is loaded when its
    member is first asked for: a run needs few of a large family. That raises TypeError, naming the file, where the
    module holds no value of `kind`, or several.
    """
    return _Family(folder, kind)


class _Family(Mapping[str, T]):
    def __init__(self, folder: ModuleType, kind: type[T]) -> None:
        self._folder = folder.__name__
        self._kind = kind
        # pkgutil.iter_modules takes ten times as long: it looks for every kind of module.
        files = sorted(file.name for place in folder.__path__ for file in os.scandir(place))
        names = (file.removesuffix(".py") for file in files if file.endswith(".py") and not file.startswith("_"))
        self._loaded: dict[str, T | None] = dict.fromkeys(names)

    def __getitem__(self, name: str) -> T:
        found = self._loaded[name]
        if found is None:
            found = self._loaded[name] = self._load(name)
        return found

    def _load(self, name: str) -> T:
        module = import_module(f"{self._folder}.{name}")
        values = [value for value in vars(module).values() if isinstance(value, self._kind)]
        if len(values) != 1:
            raise TypeError(f"{module.__file__} must hold one {self._kind.__name__}, it holds {len(values)}")
        return values[0]

    def __contains__(self, name: object) -> bool:  # without loading it
        return name in self._loaded

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)
