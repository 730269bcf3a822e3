"""Docker's json-file driver: whole lines, and those that it cut at 16 KiB."""

import json

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.records import records
from gwdiag.logs.wrappers import Unwrapped
from gwdiag.logs.wrappers.docker_json import DOCKER_JSON

AT = "2026-11-20T08:37:48.118234567Z"


def docker(log: object, **more: object) -> str:
    return json.dumps({"log": log, "stream": "stderr", "time": AT} | more, separators=(",", ":"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (docker("level=info msg=x\n"), Unwrapped("level=info msg=x", at=AT)),
        (docker("a“b”\\n\t\n"), Unwrapped("a“b”\\n\t", at=AT)),
        (docker("level=in"), Unwrapped("level=in", at=AT, more=True)),
        (docker("\n"), Unwrapped("", at=AT)),
        (docker("x\n", attrs={"tag": "gw"}), Unwrapped("x", at=AT)),
        ('{"log":"x\\n","stream":"stderr"}', Unwrapped("x")),
        (docker(5), None),
        (docker(["x"]), None),
        ('{"log":"x\\n"}', None),
        (docker("x\n")[:-1], None),
        ('{"log":' + "[" * 100_000, None),
        ('{"level":"info","msg":"x"}', None),
    ],
    ids=[
        "a line",
        "escapes",
        "a part",
        "an empty line",
        "more attributes",
        "no time",
        "a number",
        "a list",
        "no stream: some program's own JSON",
        "a cut line",
        "a bomb",
        "another JSON",
    ],
)
def test_a_line_is_taken_apart(line, expected):
    assert DOCKER_JSON.unwrap(line) == expected


def read(*lines: str) -> list[tuple[int, str]]:
    return [(record.line, record.text) for record in records(iter(enumerate(lines, 1)), Clock())]


def test_a_line_that_docker_cut_is_joined():
    parts = [docker("http: proxy "), docker("error: "), docker("EOF\n"), docker("http: x\n")]

    assert read(*parts) == [(1, "http: proxy error: EOF"), (4, "http: x")]


@pytest.mark.parametrize("after", [(), ("http: x",)], ids=["the log ends", "another line follows"])
def test_a_cut_line_without_an_end_is_a_line_too(after):
    assert read(docker("http: proxy "), docker("error: E"), *after) == [
        (1, "http: proxy error: E"),
        *((3, line) for line in after),
    ]


def test_of_a_line_of_endless_parts_the_beginning_is_kept():
    [(line, text)] = read(*[docker("x" * 16_384)] * 40)

    assert (line, len(text)) == (1, 16 * 16_384)
