"""From figures to a status: one rule for all checks."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from gwdiag.limits.check import LimitCheck, Reading, Status, Threshold, Unreadable
from gwdiag.limits.host import Host
from gwdiag.model.problem import Problem, Unavailable


def outcome(check: LimitCheck, host: Host) -> Reading | Unavailable:
    """What a check read, or why it could not."""
    try:
        return check.read(host)
    except Unreadable as unreadable:
        return Unavailable(str(unreadable))


def judge(check: LimitCheck, reading: Reading) -> Status:
    """The worst of what the thresholds and the reading's own conditions say. What is partly unread is not ok."""
    worst = max(
        _of_thresholds(check, None if reading.too_few else reading.value), reading.least, key=lambda one: one.rank
    )
    return Status.UNAVAILABLE if worst is Status.OK and reading.unknown else worst


def _of_thresholds(check: LimitCheck, value: float | None) -> Status:
    if value is None:
        return Status.OK
    if check.crit and check.crit.reached_by(value):
        return Status.CRIT
    return Status.WARN if check.warn and check.warn.reached_by(value) else Status.OK


def with_thresholds(
    checks: Mapping[str, LimitCheck], given: list[str], known: Collection[str]
) -> dict[str, LimitCheck]:
    """The checks with thresholds as the user wants them: `ct.usage=0.6,0.8` or `60%,80%`; a dash or nothing is none.

    Raises Problem for what cannot be read, and for a check whose status no threshold decides.
    """
    found = dict(checks)
    for one in given:
        name, equals, bounds = one.partition("=")
        if name not in known:
            raise Problem(f"--threshold {one}: there is no check {name!r}; gwdiag limits --list names them")
        if name not in found:  # it is one that was not asked for
            continue
        check = found[name]
        operator = (check.warn or check.crit or Threshold("", 0)).operator
        if not operator:
            raise Problem(f"--threshold {one}: {name} has no threshold: {check.conditions or 'it only informs'}")
        words = bounds.split(",")
        if not equals or len(words) != 2:
            raise Problem(f"--threshold {one}: give a warning and a critical bound, such as {name}=0.6,0.8")
        warn, crit = (_threshold(word.strip(), operator, one) for word in words)
        found[name] = replace(check, warn=warn, crit=crit)
    return found


def _threshold(word: str, operator: str, given: str) -> Threshold | None:
    if word in ("", "-"):
        return None
    try:
        bound = float(word.removesuffix("%")) / (100 if word.endswith("%") else 1)
    except ValueError:
        bound = float("nan")
    if not abs(bound) < float("inf"):
        raise Problem(f"--threshold {given}: {word!r} is no number")
    return Threshold(operator, bound)
