"""How many requests a gateway has served: from its metrics, or from its access log. Growth per request tells load
from leaks."""

import re
from pathlib import Path

from gwdiag.heap.capturing.profiler import Profiler

COUNTER = re.compile(r"^\w*(?:requests?_total|requests?_count|http_requests?)(?:\{[^}]*\})? ([0-9.eE+]+)", re.MULTILINE)
"""What exporters call it: `http_requests_total`, `tyk_http_requests_total`. Source: Prometheus, naming."""
MOST = 16 << 20


def of_metrics(profiler: Profiler, url: str) -> int | None:
    """The sum of all counters of requests on a page in Prometheus' text form; None without one."""
    page = profiler.text(url, MOST)
    values = COUNTER.findall(page) if page else []
    try:
        return int(sum(map(float, values))) if values else None
    except (ValueError, OverflowError):
        return None


class AccessLog:
    """Counts the lines of a log as it grows. What was written before the first count is not read."""

    def __init__(self, path: Path) -> None:
        self._path, self._count = path, 0
        try:
            self._at = path.stat().st_size
        except OSError:
            self._at = 0

    def count(self) -> int | None:
        """Lines since the begin; after a rotation it goes on with the new file. None where it cannot be read."""
        try:
            with self._path.open("rb") as file:
                if self._path.stat().st_size < self._at:
                    self._at = 0
                file.seek(self._at)
                while piece := file.read(1 << 20):
                    self._count += piece.count(b"\n")
                    self._at += len(piece)
        except OSError:
            return None
        return self._count
