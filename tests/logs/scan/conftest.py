"""The benchmarks' generator writes logs in every format."""

import sys

from tests.conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))
