"""The threads of the process."""

from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment


def threads(moment: Moment) -> list[str]:
    """Their ids, as folders below task/. Where they cannot be listed, none."""
    try:
        return [name for name in moment.names(moment.of_process("task")) if name.isdecimal()]
    except Unreadable:
        return []
