"""Regular expressions that are compiled when they are first used.

To compile one takes as long as reading ten lines of a log with it. All formats together have hundreds, and a run uses
a few.
"""

import re
from typing import Any, AnyStr, cast

ALL_IT_DOES = [name for name in vars(re.Pattern) if not name.startswith("_")]


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, for texts of this program's own: that one is no regular expression shows late."""
    return cast("re.Pattern[AnyStr]", _Text(text, flags))


class _Text:
    def __init__(self, text: str | bytes, flags: int) -> None:
        self.pattern = text
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern, self._given)
        vars(self).update({one: getattr(compiled, one) for one in ALL_IT_DOES})
        self.__class__ = _Compiled  # type: ignore[assignment]
        return getattr(self, name)


class _Compiled:
    """What such a pattern becomes: without a `__getattr__`, Python finds what is asked for in a third of the time."""
