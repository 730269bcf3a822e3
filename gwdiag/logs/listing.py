"""What is read, and what each format cannot tell: for `gwdiag logs --list-formats`."""

import json
import textwrap
from collections.abc import Mapping

from gwdiag.logs.formats import LogFormat

WIDTH = 80


def as_text(formats: Mapping[str, LogFormat]) -> str:
    """A paragraph for each format: its name and title, what it cannot tell, where its sample lines are from."""
    return "\n".join(_paragraph(name, one) for name, one in formats.items())


def as_json(formats: Mapping[str, LogFormat]) -> str:
    """A list of objects with `name`, `title`, `cannot_tell` and `recorded`."""
    rows = [
        {"name": name, "title": one.title, "cannot_tell": one.cannot_tell, "recorded": one.recorded}
        for name, one in formats.items()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _paragraph(name: str, one: LogFormat) -> str:
    says = [one.title, f"Cannot tell: {one.cannot_tell}." if one.cannot_tell else "", f"Samples: {one.recorded}."]
    lines = [line for text in says for line in textwrap.wrap(text, WIDTH - 4, break_on_hyphens=False)]
    return "\n".join([name, *(f"    {line}" for line in lines)]) + "\n"
