"""The benchmarks' logs are what their truth says, in every format that there is."""

import io
import json
from pathlib import Path

import pytest
from generate import generate
from line_patterns import PATTERNS, pattern
from line_shapes import SHAPES

from gwdiag.cli import application
from gwdiag.logs.formats import formats


def test_every_format_has_a_shape_and_a_pattern():
    assert sorted(SHAPES) == sorted(formats())
    assert sorted(PATTERNS) == sorted(formats())


@pytest.mark.parametrize("name", SHAPES)
def test_gwdiag_counts_what_is_in_it(name: str, tmp_path: Path):
    log, report = tmp_path / "a.log", tmp_path / "report.json"
    with log.open("wb") as out:
        truth = generate(name, 100_000, 7, out)

    options = ["--quiet", "--fail-on", "never", "--output", "json", "--output-file", str(report)]
    application()(["logs", *options, str(log)], standalone_mode=False)

    said = json.loads(report.read_text())
    assert {one["class"]: one["count"] for one in said["classes"]} == truth["errors"]
    assert sum(source["lines"] for source in said["inputs"]) == truth["lines"]
    assert truth["requests"] in (None, said["totals"]["requests"])


@pytest.mark.parametrize("name", SHAPES)
def test_the_plain_loop_sees_every_line(name: str):
    out = io.BytesIO()
    truth = generate(name, 50_000, 7, out)

    seen = [pattern(name).search(line) for line in out.getvalue().splitlines()]
    requests = [one for one in seen if one and ("took" not in one.re.groupindex or one["took"] is not None)]

    assert len(requests) == (truth["lines"] if truth["requests"] is None else truth["requests"])


def test_the_seed_decides():
    logs = []
    for seed in (1, 1, 2):
        generate("logrus_text", 20_000, seed, out := io.BytesIO())
        logs.append(out.getvalue())

    assert logs[0] == logs[1]
    assert logs[0] != logs[2]


def test_it_has_the_traps():
    generate("logrus_text", 200_000, 1, out := io.BytesIO())
    text = out.getvalue().decode()

    assert r'user_agent="weird \"agent\" = \\o/ prefix=access-log status=500"' in text
    assert ' path="/a b/' in text
