"""The whole program on shipped incidents, compared with what it printed when somebody last looked at it.

After a wanted change: `pytest tests/render/test_golden.py --update-golden`, and read the diff.
"""

import re

import pytest

from tests.conftest import ROOT, Run

GOLDEN = ROOT / "tests/golden"
INCIDENTS = {"one-node-cut-off": 1, "dead-member-of-a-list": 1, "nothing-wrong": 0}
ENDINGS = {"text": "txt", "md": "md", "prom": "prom", "json": "json"}

# What differs from run to run: the version, when the report was made and on which machine.
VARYING = {
    "text": r"(?!)()",
    "md": r"^()gwdiag \S+ on .+ UTC$",
    "prom": r"^(gwdiag_last_run_timestamp_seconds\{[^}]*\} ).*$",
    "json": r'^(  "(?:version|created|host)": )"[^"]*"',
}


def normalised(text: str, output: str) -> str:
    return re.sub(VARYING[output], r'\g<1>"..."' if output == "json" else r"\g<1>...", text, flags=re.MULTILINE)


@pytest.mark.parametrize("output", ENDINGS)
@pytest.mark.parametrize("incident", INCIDENTS)
def test_the_output_is_as_it_was(gwdiag: Run, incident: str, output: str, request: pytest.FixtureRequest) -> None:
    run = gwdiag("logs", f"sample_logs/incidents/{incident}", "--year", 2026, "-o", output, cwd=ROOT)
    printed, golden = normalised(run.stdout, output), GOLDEN / f"{incident}.{ENDINGS[output]}"
    if request.config.getoption("--update-golden"):
        golden.write_text(printed, "utf-8")

    assert printed == golden.read_text("utf-8")
    assert (run.returncode, run.stderr) == (INCIDENTS[incident], "")


def test_there_is_no_golden_output_that_nothing_compares():
    compared = {f"{incident}.{ending}" for incident in INCIDENTS for ending in ENDINGS.values()}

    assert {path.name for path in GOLDEN.iterdir()} == compared
