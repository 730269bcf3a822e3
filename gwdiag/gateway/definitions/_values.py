"""Values of a definition, each of the one type that Tyk takes for it."""

from dataclasses import dataclass
from typing import TypeVar

from gwdiag.definitions._walk import at, go_duration
from gwdiag.gateway.definitions import Endpoint
from gwdiag.gateway.json_file import JsonFile
from gwdiag.gateway.patterns import BadPattern, endpoint_pattern
from gwdiag.gateway.settings import Settings
from gwdiag.gateway.urls import BadUrl, Url, parse

T = TypeVar("T")


class BadDefinition(Exception):
    """`FILE:LINE: /pointer ...`: why a definition cannot be served."""


@dataclass(frozen=True, slots=True)
class Values:
    """A part of a file: `keys` lead to it."""

    file: JsonFile
    keys: tuple[str | int, ...] = ()

    def part(self, *keys: str | int) -> "Values":
        return Values(self.file, (*self.keys, *keys))

    def get(self, *keys: str | int) -> object:
        """The value behind the keys, None where there is none."""
        found = self.file.content
        for key in (*self.keys, *keys):
            if isinstance(key, int):
                found = found[key] if isinstance(found, list) and key < len(found) else None
            else:
                found = at(found, key)
        return found

    def text(self, *keys: str | int) -> str:
        return self._typed(str, "", "a text", *keys)

    def flag(self, *keys: str | int) -> bool:
        return self._typed(bool, False, "true or false", *keys)

    def whole(self, *keys: str | int) -> int:
        value = self._typed(int, 0, "a whole number", *keys)
        if isinstance(value, bool):
            raise self.bad("a whole number", *keys)
        return value

    def number(self, *keys: str | int) -> float:
        value = self.get(*keys)
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise self.bad("a number", *keys)
        return float(value or 0)

    def texts(self, *keys: str | int) -> list[str]:
        found = self._typed(list, [], "a list", *keys)
        for index, one in enumerate(found):
            if not isinstance(one, str):
                raise self.bad("a text", *keys, index)
        return found

    def map(self, *keys: str | int) -> dict[str, object]:
        return self._typed(dict, {}, "an object", *keys)

    def parts(self, *keys: str | int) -> list["Values"]:
        """The objects of a list."""
        found = self._typed(list, [], "a list", *keys)
        for index, one in enumerate(found):
            if not isinstance(one, dict):
                raise self.bad("an object", *keys, index)
        return [self.part(*keys, index) for index in range(len(found))]

    def duration(self, *keys: str | int) -> float:
        """Seconds. What Go cannot read is 0, and so is what is negative."""
        return go_duration(self.text(*keys))

    def url(self, *keys: str | int) -> Url:
        text = self.text(*keys)
        try:
            return parse(text.encode().decode("latin-1"))
        except BadUrl as error:
            raise BadDefinition(f"{self.where(*keys)} {text!r} is no URL: {error}") from None

    def endpoint(self, path: str, method: str, settings: Settings, *keys: str | int) -> Endpoint:
        """The endpoint of an entry; the keys lead to where its path is written."""
        try:
            pattern = endpoint_pattern(
                path.encode().decode("latin-1"),
                prefix=settings.prefix_matching,
                suffix=settings.suffix_matching,
                ignore_case=settings.ignore_endpoint_case,
            )
        except BadPattern as error:
            raise BadDefinition(f"{self.where(*keys)} {error}") from None
        return Endpoint(path=path, method=method, pattern=pattern)

    def where(self, *keys: str | int) -> str:
        return self.file.where(*self.keys, *keys)

    def bad(self, kind: str, *keys: str | int) -> BadDefinition:
        return BadDefinition(f"{self.where(*keys)} must be {kind}")

    def _typed(self, kind: type[T], default: T, called: str, *keys: str | int) -> T:
        value = self.get(*keys)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise self.bad(called, *keys)
        return value
