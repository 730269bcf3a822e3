"""All targets of a list end, and uptime tests take every one of them out."""

from random import Random

from gwdiag.lab.plan import Api, Plan, split
from gwdiag.lab.scenario import Fault, Scenario
from gwdiag.lab.stage import Stage

SECOND = 1_000_000_000


def _draw(plan: Plan, api: Api, rng: Random) -> Fault:
    split(api, rng.choice([2, 2, 3]))
    failures, every = rng.choice([2, 3]), rng.choice([1, 2])
    plan.settings["uptime_tests"] = {
        "disable": False,
        "config": {"failure_trigger_sample_size": failures, "time_wait": every, "checker_pool_size": 10},
    }
    checks = [
        {"url": f"http://{one.address}:{one.port}/health", "method": "GET", "timeout": SECOND} for one in api.servers
    ]
    api.definition |= {
        "uptime_tests": {
            "disabled": False,
            "check_list": checks,
            "config": {"expire_utime_after": 0, "recheck_wait": 0},
        },
        "proxy": {"check_host_against_uptime_tests": True},
    }

    def strike(stage: Stage) -> None:
        for server in api.servers:
            stage.end_server(server)

    story = (
        f"All {len(api.servers)} targets of {api.name} end; {failures} failed tests, every {every} s, take each out."
    )
    return Fault(story=story, apis=(api,), strike=strike)


ALL_HOSTS_DOWN = Scenario(draw=_draw, acceptable=("upstream_down",), seconds=30)
