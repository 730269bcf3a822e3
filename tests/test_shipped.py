"""Where the runbooks and samples lie in a checkout; in an installed package, see test_packaging.py."""

from gwdiag.shipped import shipped
from tests.conftest import ROOT


def test_in_a_checkout_they_lie_at_its_top():
    assert shipped("runbooks") == ROOT / "runbooks"
    assert shipped("sample_logs") == ROOT / "sample_logs"


def test_each_incident_of_the_samples_is_described_with_them():
    described = (shipped("sample_logs") / "README.md").read_text("utf-8")
    stories = sorted(path.name for path in (shipped("sample_logs") / "incidents").iterdir())

    assert [story for story in stories if f"| `{story}` |" not in described] == []
    assert "one-node-cut-off" in stories
