"""The benchmarks are scripts beside the package, not part of it."""

import sys

from tests.conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))
