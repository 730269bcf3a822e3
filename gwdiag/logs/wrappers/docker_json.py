"""Docker's json-file driver: `{"log":"...\\n","stream":"stderr","time":"..."}`. It cuts a line at 16 KiB."""

import json

from gwdiag.logs.wrappers import Unwrapped, Wrapper


def unwrap(line: str) -> Unwrapped | None:
    if not line.startswith('{"log":'):
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    text = record.get("log")
    if not isinstance(text, str) or "stream" not in record:
        return None
    return Unwrapped(text.rstrip("\n"), at=str(record.get("time", "")) or None, more=not text.endswith("\n"))


DOCKER_JSON = Wrapper(title="Docker json-file", unwrap=unwrap)
