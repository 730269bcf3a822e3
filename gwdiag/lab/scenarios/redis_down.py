"""The gateway cannot reach its Redis."""

from gwdiag.lab.scenario import Scenario

REDIS_DOWN = Scenario(cannot="the reference gateway does without Redis, so that it misses none")
