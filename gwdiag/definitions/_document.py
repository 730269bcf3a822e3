"""A file that may be a configuration: its text, and what is in it where it is JSON, YAML or TOML."""

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from functools import cached_property

YAML_BEGINS = re.compile(
    r"""^["']?(?:_format_version|endpoints|http|resources|routes|services|static_resources)["']?[ \t]*:""", re.MULTILINE
)
"""At least one of these top-level keys is in every YAML file that a reader of this folder knows."""

TOML_BEGINS = re.compile(r"^\[{1,2}http\.", re.MULTILINE)
LARGEST_TOML = 1 << 18
LONGEST_TOML_LINE = 1 << 10
"""tomllib takes quadratic time for a long dotted key; within these bounds at most two seconds."""


def document(content: bytes) -> "Document":
    """Whatever the bytes are; junk in them is replaced."""
    encoding = "utf-16" if content[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
    return Document(content.decode(encoding, "replace"))


@dataclass(frozen=True)
class Document:
    """One file's text. `tree` is parsed when the first reader asks for it, and once."""

    text: str

    @cached_property
    def tree(self) -> dict[str, object]:
        """The object of a JSON, YAML or TOML file; empty where it is none of them."""
        try:
            content = self._parsed()
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def _parsed(self) -> object:
        if self.text.lstrip()[:1] == "{":
            return json.loads(self.text)
        if "\0" in self.text:
            return None
        if TOML_BEGINS.search(self.text):
            return self._toml()
        if not YAML_BEGINS.search(self.text):
            return None
        from gwdiag.definitions._yaml import yaml_tree  # PyYAML loads where there is YAML

        return yaml_tree(self.text)

    def _toml(self) -> object:
        if len(self.text) > LARGEST_TOML or max(map(len, self.text.splitlines())) > LONGEST_TOML_LINE:
            return None
        import tomllib  # slow to load

        return tomllib.loads(self.text)
