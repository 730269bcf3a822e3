"""klog and glog: Kubernetes' own programs, controllers (ingress-nginx, Contour's contour serve, ...), etcd before 3.4.

Source: kubernetes/klog: `E1120 08:27:48.118234       1 file.go:12] message`; structured ones are a quoted message and
`key=value` pairs. There is no year and no zone.
"""

import re

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat
from gwdiag.logs.formats._fields import event
from gwdiag.logs.formats._logrus import FIELD, unquote
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

LINE = pattern(r"([IWEF])(\d{4} \d\d:\d\d:\d\d\.\d{1,6}) +\d+ ([\w./@-]{1,256}:\d{1,6})\] (.*)$", re.DOTALL)
STRUCTURED = pattern(r'"((?:[^"\\]++|\\.)*+)"(?: (?=[\w.@/-]+=)(.*))?$', re.DOTALL)
HTTP_TRACE = pattern(r"([A-Z]{3,10}) (/\S*): \((\S{1,20})\) (\d{3}) \[")
"""How the API server wrote a request before 1.19."""

LEVELS = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}


def read(line: str, clock: Clock) -> Event | None:
    seen = LINE.match(line)
    if not seen:
        return None
    level, at, _, text = seen.groups()
    return event({"time": at, "level": LEVELS[level], **_said(text)}, clock)


def _said(text: str) -> dict[str, object]:
    if request := HTTP_TRACE.match(text):
        method, path, took, status = request.groups()
        return {"method": method, "path": path, "latency": took, "status": status}
    seen = STRUCTURED.match(text)
    if not seen:
        return {"msg": text}
    fields = {key: unquote(quoted) if quoted else bare for key, quoted, bare in reversed(FIELD.findall(seen[2] or ""))}
    return fields | {"msg": unquote(seen[1])}


KLOG = LogFormat(
    title="klog (Kubernetes, ingress controllers)",
    read=read,
    recorded="recorded: klog 2.140",
    cannot_tell="no year, no zone, no status but of the API server's requests",
)
