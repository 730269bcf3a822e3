"""Logs as collectors write them: what they put around each line."""

import json
from collections.abc import Callable
from pathlib import Path

TIME = "2026-11-20T08:27:15.12345"

AROUND: dict[str, Callable[[str, int], str]] = {
    "CRI": lambda line, number: f"{TIME}{number % 10_000:04}Z stdout F {line}",
    "Docker": lambda line, number: json.dumps(
        {"log": f"{line}\n", "stream": "stdout", "time": f"{TIME}{number % 10_000:04}Z"}, separators=(",", ":")
    ),
    "syslog": lambda line, number: f"Nov 20 08:27:{number % 60:02} gw-1 gateway[1234]: {line}",
}
"""By collector: what it makes of a line and its number."""


def wrapped(log: Path, collector: str) -> Path:
    """Writes the log as that collector would, beside it."""
    around, out = AROUND[collector], log.with_name(f"{log.name}.{collector}")
    with log.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8") as file:
        for number, line in enumerate(lines):
            file.write(around(line.rstrip("\n"), number) + "\n")
    return out
