"""What Go programs of all kinds write in the same way: durations, the peer in an error, colours.

Source: package time (Duration.String), package net (OpError: `dial tcp 10.0.0.1:80: ...`, `read tcp a->b: ...`).
"""

from gwdiag.logs.formats._access import milliseconds
from gwdiag.model.pattern import pattern

UNITS = {"h": 3.6e6, "m": 6e4, "s": 1e3, "ms": 1.0, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ns": 1e-6}
PART = pattern(r"(\d{1,12}(?:\.\d{1,12})?)(h|ms|m|s|us|µs|μs|ns)")
DURATION = pattern(rf"(?:{PART.pattern}){{1,6}}")

PEER = pattern(
    r"\b(?:dial|read|write|readfrom) tcp[46]? (?:\S{1,100}->)?(\[[^\]\s]{1,60}\]:\d+|[^\s:\[\]]{1,253}:\d+):"
)

KRAKEND_LEVEL = r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL)"
KRAKEND_S = rf" *(?:KRAKEND |(?:\S{{1,64}} )?(?={KRAKEND_LEVEL}: \[[A-Z]{{3,}}[]:]))({KRAKEND_LEVEL}): (.*)$"
"""How KrakenD goes on after Go's standard time. It is a grammar of its own; what other programs write there is not."""

COLOUR = pattern(r"\x1b\[[\d;]{0,20}m")


def duration(text: object) -> float | None:
    """Milliseconds of `1m2.5s`, `12ms`; None for what has no unit."""
    if not isinstance(text, str) or not DURATION.fullmatch(text):
        return None
    return milliseconds(sum(float(number) * UNITS[unit] for number, unit in PART.findall(text)))


def peer(message: str) -> str | None:
    """The `host:port` that an error of Go's net package is about. A look-up that failed has none."""
    seen = None if "lookup " in message else PEER.search(message, 0, 4096)
    return seen[1] if seen else None


def uncoloured(line: str) -> str:
    """The line without a terminal's colours."""
    return COLOUR.sub("", line) if "\x1b" in line else line
