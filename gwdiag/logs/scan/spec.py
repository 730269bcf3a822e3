"""Where a format's lines have what is counted of a plain success: all that a format says to be read quickly.

What a line means is still decided by its format's `read`, which sees one line of each kind. Whatever does not fit -
another order of keys, a failure, a cut line - is read by `read` itself. So nothing here makes a line mean something
else; it only leaves lines to the slow way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A duration: the field, and how many milliseconds its unit is (1000: seconds, 0.001: microseconds)."""

    field: str
    unit_ms: float = 1


def as_it_is(text: str) -> str | None:
    """A client or a path that the event has as it stands in the line; what stands for nothing is left to `read`."""
    return None if text in ("", "-", "--") or "\\" in text or not text.isprintable() else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The fields of a format's lines. `path`: of these the first that a line has. `decides`: all others that `read` looks at in the line of a success.

    `client_of` and `path_of` make of a field's text what the event has, "" for nothing; None where only `read` can.
    `failures`: the fields are all that `read` looks at in the line of a failure, too, but for `noughts`: numbers of
    which only counts whether they are "0". `varies`: regular expressions whose first groups find what differs between
    messages that are otherwise the same, their time and their client.
    `origins`: those of `decides` of which only `scheme://host:port` counts.
    """

    time: str
    took: Took | None = None
    client: str = ""
    path: tuple[str, ...] = ()
    decides: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    failures: bool = False
    noughts: tuple[str, ...] = ()
    varies: tuple[str, str] | None = None
    client_of: Callable[[str], str | None] = as_it_is
    path_of: Callable[[str], str | None] = as_it_is

    @property
    def fields(self) -> tuple[str, ...]:
        took = (self.took.field,) if self.took else ()
        named = (self.time, *took, self.client, *self.path, *self.decides, *self.origins, *self.noughts)
        return tuple(name for name in named if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Scan):
    """Lines of keys and values: `key=value` or, with `json`, an object; of nested ones the innermost key counts.

    `kind`: a key and its value that all lines of the kind have. `names`: the fields that other keys stand for.
    """

    json: bool = False
    kind: tuple[str, str] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """The byte behind each key."""
        return ":" if self.json else "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Scan):
    """Lines whose fields have their places: each template is such a line with `{name}` for each field.

    A field ends at the byte that follows it in the template, and must not hold that byte; `{_}` is of no interest.
    Where the byte `anchor` stands, counting begins anew: what is between two anchors behind the last field of
    interest may be anything. A template's end is the line's.
    """

    templates: tuple[str, ...]
    anchor: str = '"'
