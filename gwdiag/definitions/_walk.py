"""Reaching into JSON that anybody may have written."""

import re


def at(content: object, *keys: str) -> object:
    """The value behind the keys, None where any of them is missing."""
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def text(content: object, *keys: str) -> str:
    value = at(content, *keys)
    return value if isinstance(value, str) else ""


def items(content: object, *keys: str) -> list[object]:
    value = at(content, *keys)
    return value if isinstance(value, list) else []


def values(content: object, *keys: str) -> list[object]:
    value = at(content, *keys)
    return list(value.values()) if isinstance(value, dict) else []


def strings(content: object, *keys: str) -> list[str]:
    """The texts of a list; a text that stands alone is a list of one."""
    value = at(content, *keys)
    every = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [one for one in every if isinstance(one, str) and one]


def pairs(content: object, *keys: str) -> list[tuple[str, object]]:
    """Names and what they stand for."""
    value = at(content, *keys)
    return [(key, one) for key, one in value.items() if isinstance(key, str)] if isinstance(value, dict) else []


def number(content: object, *keys: str) -> int:
    """A whole number, such as a port or an id; 0 where there is none, or none that is either."""
    value = at(content, *keys)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 63 else 0


def seconds(content: object, *keys: str) -> float:
    """A number of seconds; 0 where there is none that a timer can have."""
    value = at(content, *keys)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    return float(value) if abs(value) <= LONGEST else 0.0


def origin(url: str) -> str:
    """`scheme://host:port` of a URL, without user and password; nothing where it is none."""
    seen = re.match(r"([a-z0-9+]+://)(?:[^/?#\s]*@)?([^/?#\s]+)", url)
    return seen[1] + seen[2] if seen else ""


LONGEST = 2**63 / 1e9
"""Seconds of the longest time.Duration of Go: 292 years."""

DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def go_duration(written: str) -> float:
    """Seconds of a duration as Go writes it (`1.5s`, `2m`; time.ParseDuration). What Go cannot read is 0, as in Tyk."""
    parts = DURATION.findall(written)
    if "".join(number + unit for number, unit in parts) != written.removeprefix("+"):
        return 0.0
    total = sum(float(number) * UNITS[unit] for number, unit in parts)
    return total if total <= LONGEST else 0.0
