"""The log formats that a gateway's own configuration describes."""

import re
from collections.abc import Callable, Iterator

from gwdiag.logs.formats import LogFormat
from gwdiag.model.problem import Problem

HAPROXY_S = re.compile(r'^[ \t]*log-format[ \t]+(?:"((?:[^"\\]|\\.)*)"|((?:[^\s\\]|\\.)+))', re.MULTILINE)
"""HAProxy's `log-format`, quoted, or with backslashes before spaces. Source: its manual, 2.2 and 8.2.4."""


def formats_in(content: bytes) -> dict[str, LogFormat]:
    """The formats by name, of nginx (`log_format`), Apache (`LogFormat`) or HAProxy (`log-format`).

    Those that tell nothing of a request are left out.
    """
    for word, read in KINDS.items():
        if word in content and (found := read(content.decode("utf-8", "replace"))):
            return found
    return {}


def _nginx(text: str) -> dict[str, LogFormat]:
    from gwdiag.logs.custom import nginx

    return nginx.formats_of_conf(text)


def _apache(text: str) -> dict[str, LogFormat]:
    from gwdiag.logs.custom import apache

    return apache.formats_of_conf(text)


def _haproxy(text: str) -> dict[str, LogFormat]:
    return dict(_haproxy_s(text))


def _haproxy_s(text: str) -> Iterator[tuple[str, LogFormat]]:
    from gwdiag.logs.custom import haproxy

    every = dict.fromkeys(quoted or plain for quoted, plain in HAPROXY_S.findall(text))
    for number, described in enumerate(every, 1):
        name = "log-format" if number == 1 else f"log-format {number}"
        try:
            yield name, haproxy.from_format(re.sub(r"\\(.)", r"\1", described), name)
        except Problem:
            continue


KINDS: dict[bytes, Callable[[str], dict[str, LogFormat]]] = {
    b"log_format": _nginx,
    b"LogFormat": _apache,
    b"log-format": _haproxy,
}
"""The directive that describes a format, and what reads a configuration that has it."""
