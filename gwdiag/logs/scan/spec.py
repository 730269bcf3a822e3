"""Where a format's lines have what is counted of a plain success: all that a format says to be read quickly.

What a line means is still decided by its format's `read`, which sees one line of each kind. Whatever does not fit -
another order of keys, a cut line - is read by `read` itself. So nothing here makes a line mean something else; it only
leaves lines to the slow way.
"""

from collections.abc import Callable, Mapping
from dataclasses import field

from gwdiag.model.dataclass import dataclass


def as_it_is(text: str) -> str | None:
    """A client or a path that the event has as it stands in the line."""
    if "\\" in text or not text.isprintable():
        return None
    return text if text not in ("-", "--") else ""


TOOK = "(took)"
"""The field of a duration that is known by its key's unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """A duration: the field (`a|b`: the first of them that there is; `a+b`: their sum), and its unit.

    `unit_ms`: milliseconds of the unit (1000: seconds, 0.001: microseconds); None: it stands behind each number, as Go
    writes durations. `unit_of`: instead of a field, the unit by the name of a key: None for a key of something else, 0
    where the unit stands behind the number.
    """

    field: str = ""
    unit_ms: float | None = 1
    unit_of: Callable[[str], float | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The fields of a format's lines; `a|b`: the first of these that a line has.

    `time`: empty for that of the collector around the line.
    `decides`: all others that `read` looks at in the line of a success. `origins`: those of which only
    `scheme://host:port` counts. `failures`: they are all that `read` looks at in the line of a failure, too, but for
    `figures`: numbers of which only counts whether they are 0, or one of those that are named.
    `plain`: of these all that counts is that they are a number or `-`, and not several.
    `begins`: the time is that of the request's begin, the event's is that and the duration; `rounded`: to microseconds.
    `ported`: behind the client there may be a port; `chained`: a comma and others, which do not count.
    `query`: behind the path may be a query, which does not count.
    `moment_of`, `client_of` and `path_of` make of a field's text what the clock reads and what the event has, "" for
    nothing; None where only `read` can.
    `messages`: where the messages that may be joined with an access line have their fields; `decides` names all that
    `read` looks at in one. `connection`: a message, which may say which port of this node a connection had, `:PORT->`,
    or when, which differs each time and tells nothing of what happened; `read` sees no more in it than `shape_of`.
    """

    time: str
    took: Took | None = None
    client: str = ""
    path: str = ""
    decides: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    failures: bool = False
    figures: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    plain: tuple[str, ...] = ()
    begins: bool = False
    rounded: bool = False
    query: bool = False
    ported: bool = False
    chained: bool = False
    messages: "Keyed | None" = None
    connection: str = ""
    moment_of: Callable[[str], str] = str
    client_of: Callable[[str], str | None] = as_it_is
    path_of: Callable[[str], str | None] = as_it_is

    def client_from(self, text: str) -> str | None:
        """`client_of`, but that nothing in one field may be something in the next."""
        return _unless_another(self.client, self.client_of(text))

    def path_from(self, text: str) -> str | None:
        """The same of paths."""
        return _unless_another(self.path, self.path_of(text))

    @property
    def tooks(self) -> tuple[str, ...]:
        """The fields whose sum is the duration."""
        if not self.took:
            return ()
        return (TOOK,) if self.took.unit_of else tuple(self.took.field.split("+"))

    @property
    def fields(self) -> tuple[str, ...]:
        """All of them; those of which only one counts as one, `a|b`."""
        tooks = () if self.tooks == (TOOK,) else self.tooks
        named = (self.time, *tooks, self.client, self.path, self.connection)
        named += (*self.decides, *self.origins, *self.plain, *self.figures)
        return tuple(dict.fromkeys(name for name in named if name))


def _unless_another(field: str, value: str | None) -> str | None:
    return None if value == "" and "|" in field else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Scan):
    """Lines of keys and values: `key=value` or, with `json`, an object; a key in another is `outer.inner`.

    `kind`: a key and its value that all lines of the kind have. `name_of`: the field that a key stands for.
    `request_line`: a key whose value is `GET /path HTTP/1.1`; it has the fields `method` and `path`.
    `there`: keys of which only counts whether they are there. An object that is damaged
    where no field is counts as whole.
    """

    json: bool = False
    kind: tuple[str, str] | None = None
    name_of: Callable[[str], str] | None = None
    request_line: str = ""
    there: tuple[str, ...] = ()

    @property
    def by_blanks(self) -> bool:
        return not self.json

    @property
    def anchor(self) -> str:
        """The byte behind each key."""
        return ":" if self.json else "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Scan):
    """Lines whose fields have their places: each template is such a line with `{name}` for each field.

    A field ends at the byte that follows it in the template, and must not hold that byte; `{_}` is of no interest.
    `{#name}` is a whole number or `-`, `{-name}` one that may be negative; before `{>name}` blanks may stand. Where the
    byte `anchor` stands, counting begins anew: what is between two anchors may be anything if it is a field. In
    `{*name}` there may be anchors, with a backslash before each, or without `escapes` none with a blank and another
    behind it. A template's end is the line's.
    """

    templates: tuple[str, ...]
    anchor: str = '"'
    escapes: bool = True

    @property
    def by_blanks(self) -> bool:
        """Whether fields end at blanks. Of Go's durations some have a sign beyond ASCII in each line."""
        return not self.took or self.took.unit_ms is not None
