"""All that is in sums, to be compared: what they are made of, without the order in which it came."""

from typing import Any

from gwdiag.logs.tally import Tally
from gwdiag.logs.timeline import Timeline

NO_SUMS = ("routes", "_upstreams")


def sums_of(tally: Tally) -> dict[str, Any]:
    asked = {"requests_by": _plain(tally.requests_by), "failures_by": _plain(tally.failures_by)}
    return asked | {name: _plain(value) for name, value in vars(tally).items() if name not in NO_SUMS}


def _plain(value: Any) -> Any:
    if isinstance(value, Timeline):
        return value.width, {key: dict(value.of(key)) for key in value if value.of(key)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one or not hasattr(one, "__len__")}
    return value
