"""Classic syslog, and `journalctl` as it prints by default: `Nov 20 08:27:15 host tag[pid]: line`.

Source: RFC 3164 section 4.1. Months come in the node's language; a name that is not English gives no time.
"""

import re

from gwdiag.logs.wrappers import Unwrapped, Wrapper
from gwdiag.model.pattern import pattern

LINE = pattern(
    r"(?:<\d{1,3}>)?"
    r"([^\s\d]{2,6} [ \d]?\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) "
    r"(?:(\S+) )?[\w./@-]+(?:\[\d+\])?: (.*)",
    re.DOTALL,
)


def unwrap(line: str) -> Unwrapped | None:
    seen = LINE.fullmatch(line)
    return Unwrapped(seen[3], at=seen[1], host=seen[2]) if seen else None


SYSLOG_RFC3164 = Wrapper(title="syslog", unwrap=unwrap)
