"""A JSON file that people edit: its content, and on which line a value of it stands."""

import json.decoder
import re
from pathlib import Path

from gwdiag.model.problem import Problem

SPACE = re.compile(r"[ \t\r\n]*")


class JsonFile:
    """`content` is what json.loads gives. Raises Problem, with the line, where the file is none or cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.text = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Problem(f"{path}: this is no UTF-8: {error.reason} at byte {error.start}") from None
        except OSError as error:
            raise Problem(f"{path}: cannot be read: {error.strerror or error}") from None
        try:
            self.content: object = json.loads(self.text)
        except json.JSONDecodeError as error:
            raise Problem(f"{path}:{error.lineno}: this is no JSON: {error.msg}") from None
        except RecursionError:
            raise Problem(f"{path}: this is no JSON that can be read: it is nested too deeply") from None

    def line(self, *keys: str | int) -> int:
        """The line of the value behind the keys, or of the last part of the way that is there; from 1."""
        at = self._skip(0)
        for key in keys:
            if (found := self._member(at, key)) is None:
                break
            at = found
        return self.text.count("\n", 0, at) + 1

    def where(self, *keys: str | int) -> str:
        """`FILE:LINE: /proxy/target_url`, the pointer as in RFC 6901."""
        pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in keys)
        return f"{self.path}:{self.line(*keys)}: {pointer}"

    def _skip(self, at: int) -> int:
        seen = SPACE.match(self.text, at)
        return seen.end() if seen else at

    def _member(self, at: int, key: str | int) -> int | None:
        if self.text[at] not in "{[":
            return None
        is_object = self.text[at] == "{"
        at, index = self._skip(at + 1), 0
        while self.text[at] not in "}]":
            name: str | int = index
            if is_object:
                name, at = json.decoder.scanstring(self.text, at + 1)  # type: ignore[attr-defined]
                at = self._skip(self._skip(at) + 1)  # behind the colon
            if name == key:
                return at
            _, at = json.JSONDecoder().raw_decode(self.text, at)
            at = self._skip(at)
            if self.text[at] == ",":
                at = self._skip(at + 1)
            index += 1
        return None
