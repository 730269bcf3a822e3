"""`docker logs -t`, `kubectl logs --timestamps`: a time with nanoseconds in front of the line."""

import re

from gwdiag.logs.wrappers import Unwrapped, Wrapper
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}(?:Z|[+-]\d\d:\d\d)) "
    r"(?!(?:stdout|stderr) [FP])"  # Kubernetes
    r"(?!(?:\S+ )?[\w./@-]+\[[\w.]+\]: )"  # syslog
    r"(.*)",
    re.DOTALL,
)


def unwrap(line: str) -> Unwrapped | None:
    seen = LINE.fullmatch(line)
    return Unwrapped(seen[2], at=seen[1]) if seen else None


TIMESTAMPS = Wrapper(title="docker -t, kubectl --timestamps", unwrap=unwrap)
