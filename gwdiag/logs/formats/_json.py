"""Lines that are JSON objects. Several formats ask for the same line; it is parsed once."""

import json
from collections.abc import Mapping
from functools import lru_cache


@lru_cache(maxsize=1)
def object_of(line: str) -> Mapping[str, object] | None:
    """The object that a line is; None for a cut one and for any other line."""
    if not line.startswith("{"):
        return None
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None
