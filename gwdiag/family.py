"""Finds the members of a family: one module per member, the module's name is the member's name."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def members(folder: ModuleType, kind: type[T]) -> dict[str, T]:
    """All members of the package `folder`, by name, in the order of their names.

    A module whose name begins with an underscore is plumbing of the family and no member.
    Raises TypeError, naming the file, where a module holds no value of `kind`, or several.
    """
    found: dict[str, T] = {}
    for name in sorted(info.name for info in iter_modules(folder.__path__) if not info.name.startswith("_")):
        module = import_module(f"{folder.__name__}.{name}")
        values = [value for value in vars(module).values() if isinstance(value, kind)]
        if len(values) != 1:
            raise TypeError(f"{module.__file__} must hold one {kind.__name__}, it holds {len(values)}")
        [found[name]] = values
    return found
