"""The gateway's log: logrus text or JSON with Tyk 5.14's fields, written in whole lines.

Fields stand in alphabetical order behind time, level and message; a text is quoted where it has anything but letters,
digits and `-._/@^+`. Sources: logrus, TextFormatter and JSONFormatter; Tyk 5.14.
"""

import json
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from gwdiag.gateway.go_words import as_utf8, quoted
from gwdiag.gateway.memo import Memo

BROKEN = re.compile(r"[\udc80-\udcff]")
"""Bytes that are no UTF-8, as Python keeps them."""
BARE = re.compile(r"[A-Za-z0-9\-._/@^+]*")
LEVELS = {"debug": 0, "info": 1, "warn": 2, "error": 3}
LOGGER_FIELDS = frozenset({"api_id", "api_name", "org_id", "type", "mw", "origin", "key"})
LARGEST_BUFFER = 1 << 16
"""Characters that wait for being written, besides the lines of the last tenth of a second."""

Chosen = Callable[[tuple[object, ...]], tuple[object, ...]]


class Form:
    """How an access line looks. What is the same in each is in `text`; `chosen` picks of the rest what is shown, in its
    order; None: all of it, as it is."""

    __slots__ = ("chosen", "text")

    def __init__(self, text: str, places: Sequence[int], most: int) -> None:
        self.text = text
        self.chosen: Chosen | None = None
        if list(places) != list(range(most)):
            self.chosen = itemgetter(*places) if len(places) > 1 else lambda values: (values[places[0]],)


class Log:
    """Lines for a file descriptor. `template`: the only fields of access lines, all where it is empty."""

    def __init__(self, descriptor: int, *, as_json: bool, level: str, access: bool, template: Sequence[str]) -> None:
        self.descriptor = descriptor
        self.as_json = as_json
        self.level = LEVELS.get(level.lower(), LEVELS["info"])
        self.writes_access = access and self.level <= LEVELS["info"]
        self.template = frozenset((*template, "prefix")) if template else None
        self.lost = 0
        self.encode: Callable[[object], str] = _in_json if as_json else _in_text
        """A value of a line as it is written; bytes are a text in Latin-1."""
        self.encoded = Memo[object, str](self.encode).__getitem__
        """The same, for values that come again and again."""
        self._lines: list[str] = []
        self._size = 0
        self._second = 0
        self._time = ""

    def access(self, form: Form, values: tuple[object, ...]) -> None:
        """A line of the access log: the time, and a value for each field that the form was made for.

        Texts are `encoded`; whole numbers need not be.
        """
        line = form.text % (form.chosen(values) if form.chosen is not None else values)
        self._lines.append(line)
        self._size += len(line)
        if self._size > LARGEST_BUFFER:
            self.flush()

    def message(self, level: str, message: str, **fields: object) -> None:
        """A line of the application log."""
        if LEVELS["warn" if level == "warning" else level] < self.level:
            return
        names = tuple(sorted(fields))
        if self.as_json:
            every = {**fields, "level": level, "message": message, "time": self._now()}
            self._add(_json_line(every))
            return
        parts = [f'time="{self._now()}"', f"level={level}", f"message={_in_text(message)}"]
        self._add(" ".join(parts + [f"{name}={_in_text(fields[name])}" for name in names]))

    def raw(self, line: str) -> None:
        """A line of Go's own, without logrus."""
        self._add(f"{time.strftime('%Y/%m/%d %H:%M:%S', time.localtime())} {line}")

    def flush(self) -> None:
        """Writes what waits. What a full disk does not take is counted, not waited for."""
        if not self._lines:
            return
        data = ("\n".join(self._lines) + "\n").encode("utf-8", "surrogateescape")
        count, self._lines, self._size = len(self._lines), [], 0
        try:
            while data:
                data = data[os.write(self.descriptor, data) :]
        except OSError:
            self.lost += count

    def _add(self, line: str) -> None:
        self._lines.append(line)
        self._size += len(line)
        if self._size > LARGEST_BUFFER:
            self.flush()

    def _now(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    def now(self) -> str:
        """The time of a line that is written now, encoded."""
        second = int(time.time())
        if second != self._second:
            self._second, self._time = second, self.encoded(self._now())
        return self._time

    def form(self, fields: Sequence[str], same: Mapping[str, object]) -> Form:
        """For lines that have a value for each of the fields; those in `same` have the same in all lines."""
        wanted = self.template
        if wanted is not None and "type" in (*fields, *same):  # lines of Tyk's request logger bring their own fields
            wanted |= LOGGER_FIELDS
        shown = sorted(one for one in (*fields, *same) if wanted is None or one in wanted)
        fixed = {name: self.encoded(value).replace("%", "%%") for name, value in same.items()}
        if self.as_json:
            fixed |= {"level": '"info"', "message": '""'}
            names = sorted([*shown, "level", "message", "time"])
            text = "{" + ",".join(f'"{one}":{fixed.get(one, "%s")}' for one in names) + "}"
        else:
            names = ["time", *shown]
            text = "time=%s level=info " + " ".join(f"{one}={fixed.get(one, '%s')}" for one in shown)
        places = {one: index for index, one in enumerate(("time", *fields))}
        return Form(text, [places[one] for one in names if one not in fixed], len(places))


def _in_text(value: object) -> str:
    text = value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return text if BARE.fullmatch(text) else quoted(text)


def _in_json(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str) and not value.isascii():
        value = as_utf8(value)
    text = json.dumps(value, ensure_ascii=False)
    if not text.isascii():
        text = BROKEN.sub(r"\\ufffd", text)
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _json_line(fields: dict[str, object]) -> str:
    return "{" + ",".join(f'"{name}":{_in_json(fields[name])}' for name in sorted(fields)) + "}"
