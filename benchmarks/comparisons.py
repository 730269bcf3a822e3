"""Who is asked besides gwdiag, what exactly, and how much more CPU time than gwdiag each should need."""

import importlib.util
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = shlex.quote(sys.executable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A tool and its command.

    `command`: `{file}` and `{work}` stand for the log and for a folder to write to. `needs`: an executable, or
    `import NAME`. `get`: how one gets it. `asks`: what is asked where it is not the whole question. `at_least`: the
    CPU time that it should need, as a multiple of gwdiag's; or `at_most`: gwdiag's as a multiple of its own.
    `answers`: whether its output is JSON to be held against the truth.
    """

    name: str
    command: str
    needs: str
    get: str
    asks: str = "the same"
    at_least: float | None = None
    at_most: float | None = None
    answers: bool = False
    version: str = "--version"

    def is_here(self) -> bool:
        kind, _, module = self.needs.partition(" ")
        return bool(importlib.util.find_spec(module) if kind == "import" else shutil.which(kind))

    def which_version(self) -> str:
        kind, _, module = self.needs.partition(" ")
        command = [sys.executable, "-c", f"import {module} as m; print(m.__version__)"]
        if kind != "import":
            command = [kind, *self.version.split()]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        lines = (done.stdout or done.stderr).strip().splitlines()
        said = lines[0].strip(" .") if lines else "?"
        return said if kind != "import" else f"{module} {said}"


def _python(script: str, *words: str) -> str:
    return " ".join((PYTHON, shlex.quote(str(HERE / "peers" / script)), *words, "{file}"))


def _re_loop(name: str, at_least: float | None = None) -> Peer:
    return Peer(
        name="re per line",
        command=_python("re_loop.py", name),
        needs="import re",
        get="comes with Python",
        at_least=at_least,
        answers=True,
    )


def _duckdb(name: str, at_least: float, asks: str = "the same") -> Peer:
    return Peer(
        name="DuckDB, 1 thread",
        command=_python("duckdb_sql.py", name),
        needs="import duckdb",
        get="pip install duckdb",
        asks=asks,
        at_least=at_least,
        answers=True,
    )


def _polars(name: str, at_least: float | None, asks: str = "the same") -> Peer:
    return Peer(
        name="polars, 1 thread",
        command="POLARS_MAX_THREADS=1 " + _python("polars_frames.py", name),
        needs="import polars",
        get="pip install polars",
        asks=asks,
        at_least=at_least,
        answers=True,
    )


LNAV_SQL = (
    ";SELECT strftime('%H:%M', log_time) AS minute, jget(fields, '/api_id') AS api,"
    " coalesce(jget(fields, '/response_flag'), jget(fields, '/status')) AS ended,"
    " regexp_match('//([^/]+)', jget(fields, '/upstream_addr')) AS upstream,"
    " count(*), avg(jget(fields, '/latency_total')) FROM logfmt_log"
    " WHERE jget(fields, '/prefix') = 'access-log' GROUP BY 1, 2, 3, 4"
)
AGRIND_QUERY = (
    '"prefix=access-log" | logfmt | parse "*:*:*" from time as hour, minute, second'
    ' | parse "://*/" from upstream_addr as upstream nodrop'
    " | count, p50(latency_total), p95(latency_total), p99(latency_total) by hour, minute, api_id, status, upstream"
)
TYK_TEXT = (
    Peer(
        name="lnav",
        command=f"lnav -n -c {shlex.quote(LNAV_SQL)} {{file}}",
        needs="lnav",
        get="apt install lnav",
        asks="no percentiles, no messages",
        at_least=18,
        version="-V",
    ),
    Peer(
        name="angle-grinder",
        command=f"agrind -f {{file}} {shlex.quote(AGRIND_QUERY)} -o json",
        needs="agrind",
        get="cargo install ag",
        asks="by status without the flag, no messages",
        at_least=8,
    ),
    _duckdb("logrus_text", 3),
    _polars("logrus_text", 2.2),
    Peer(
        name="mawk",
        command=f"mawk -f {shlex.quote(str(HERE / 'peers' / 'tyk_text.awk'))} {{file}}",
        needs="mawk",
        get="apt install mawk",
        asks="no percentiles",
        at_least=1.5,
        answers=True,
        version="-W version",
    ),
    _re_loop("logrus_text"),
    Peer(
        name="ripgrep",
        # With nowhere to write to it would stop at the first match.
        command="rg -j1 -c prefix=access-log {file} | cat",
        needs="rg",
        get="apt install ripgrep",
        asks="only counts lines",
        at_most=8,
    ),
)

GOACCESS = "goaccess {file} --log-format=COMBINED --no-progress -o {work}/goaccess.json"
LEFT_OUT = (
    "REQUESTS_STATIC NOT_FOUND HOSTS OS BROWSERS VISIT_TIMES VIRTUAL_HOSTS REFERRERS REFERRING_SITES KEYPHRASES"
    " REMOTE_USER CACHE_STATUS GEO_LOCATION MIME_TYPE TLS_TYPE"
)
BY_STATUS = "by minute, first path segment and status"
COMBINED = (
    Peer(
        name="GoAccess, all panels",
        command=GOACCESS,
        needs="goaccess",
        get="apt install goaccess",
        asks="its own report",
        at_least=35,
    ),
    Peer(
        name="GoAccess, three panels",
        command=GOACCESS + "".join(f" --ignore-panel={panel}" for panel in LEFT_OUT.split()),
        needs="goaccess",
        get="apt install goaccess",
        asks="visitors, requests, status codes",
        at_least=20,
    ),
    _duckdb("combined", 4, BY_STATUS),
    _polars("combined", None, BY_STATUS),
    _re_loop("combined", 3),
)
TYK_JSON = (_duckdb("logrus_json", 1.8), _polars("logrus_json", 2.7), _re_loop("logrus_json"))


def other_formats(name: str) -> tuple[Peer, ...]:
    return (_re_loop(name, 3),)
