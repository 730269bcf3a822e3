"""Kubernetes' container log: `2026-11-20T08:27:15.123456789Z stderr F line`; `P` is a part, the rest follows."""

import re

from gwdiag.logs.wrappers import Unwrapped, Wrapper
from gwdiag.model.pattern import pattern

LINE = pattern(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) (?:stdout|stderr) ([FP])(?::\S+)? (.*)", re.DOTALL)


def unwrap(line: str) -> Unwrapped | None:
    seen = LINE.fullmatch(line)
    return Unwrapped(seen[3], at=seen[1], more=seen[2] == "P") if seen else None


CRI = Wrapper(title="Kubernetes (CRI)", unwrap=unwrap)
