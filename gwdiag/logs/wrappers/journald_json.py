"""`journalctl -o json`: one object per record; a MESSAGE that is no UTF-8 is a list of bytes."""

import json

from gwdiag.logs.wrappers import Unwrapped, Wrapper


def unwrap(line: str) -> Unwrapped | None:
    if not line.startswith("{") or '"MESSAGE"' not in line or '"__' not in line:
        return None
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    message = record.get("MESSAGE")
    if isinstance(message, list):
        message = _text_of(message)
    if not isinstance(message, str):
        return None
    host = record.get("_HOSTNAME")
    return Unwrapped(message, host=host if isinstance(host, str) else None)


def _text_of(numbers: list[object]) -> str | None:
    try:
        return bytes(number for number in numbers if isinstance(number, int)).decode("utf-8", "replace")
    except ValueError:
        return None


JOURNALD_JSON = Wrapper(title="journald, as JSON", unwrap=unwrap)
