"""JSON as INTERFACES has it: times in UTC with Z, figures as they are, names without the underscore Python needs."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum

from gwdiag.model.report import Report
from gwdiag.render import Renderer


def as_json(value: object) -> object:
    """A value of the model as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name.rstrip("_"): as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [as_json(one) for one in value]
    return value


def render(report: Report, width: int | None) -> str:
    return json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n"


JSON = Renderer(title="JSON, see `gwdiag schema`", render=render)
