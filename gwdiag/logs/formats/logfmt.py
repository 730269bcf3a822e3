"""logfmt: `key=value` pairs in any order, as go-kit, log/slog and many others write them.

Source: brandur.org "logfmt", go-logfmt/logfmt, Go's log/slog TextHandler (levels in capitals). What logrus and nginx
write in this shape is read by formats of their own.
"""

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import LogFormat, heroku_router, nginx_kv
from gwdiag.logs.formats._fields import SCAN, event, is_of_one_answer, is_record
from gwdiag.logs.formats._logrus import FIELD, text_fields, unquote
from gwdiag.model.event import Event
from gwdiag.model.pattern import pattern

BEGIN = pattern(r"[A-Za-z_@][\w.@-]{0,63}=\S")
ESSENTIAL = pattern(r"(?:^|\s)(?:level|lvl|severity|msg|message|error|err|status|status_code)=")
LONGEST = 65536

READ_ELSEWHERE = (nginx_kv.read, heroku_router.read)


def read(line: str, clock: Clock) -> Event | None:
    if not BEGIN.match(line) or not ESSENTIAL.search(line, 0, LONGEST) or text_fields(line) is not None:
        return None
    fields: dict[str, object] = {}
    for key, quoted, bare in FIELD.findall(line, 0, LONGEST):
        fields.setdefault(key, unquote(quoted) if quoted else bare)
    if not (is_record(fields) or is_of_one_answer(fields)) or any(read_it(line, clock) for read_it in READ_ELSEWHERE):
        return None
    return event(fields, clock)


LOGFMT = LogFormat(
    title="logfmt (go-kit, slog, others)",
    read=read,
    scan=SCAN,
    recorded="recorded: go-kit/log 0.2, Go 1.26 log/slog",
    begins_like="logrus_text",
    cannot_tell="what is under keys that no common logger uses",
)
