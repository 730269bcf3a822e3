"""What is drawn from a seed: the same each time, and a whole case whatever the seed."""

from dataclasses import asdict
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.lab.decoys import decoys
from gwdiag.lab.plan import Plan, draw, split
from gwdiag.lab.scenario import Need
from gwdiag.lab.scenarios import scenarios
from gwdiag.triage.causes import causes

PLAYABLE = sorted(name for name, one in scenarios().items() if one.draw)
WITHOUT_FILES = [name for name in PLAYABLE if Need.CERTIFICATES not in scenarios()[name].needs]
CAUSES = [
    "all_hosts_down", "auth_key_invalid", "circuit_breaker_open", "client_abort_random", "client_timeout_fixed",
    "dns_nxdomain", "dns_resolver_down", "dns_servfail", "dns_slow", "enforced_timeout_too_low", "firewall_drop_all",
    "firewall_drop_one_node", "firewall_reject", "gateway_cpu_saturated", "gateway_ephemeral_ports_exhausted",
    "gateway_nofile_exhausted", "healthy", "lb_idle_timeout_drops", "no_route", "node_overloaded_only_one",
    "one_backend_of_many_down", "packet_loss", "plain_http_on_tls_port", "quota_exceeded", "rate_limit_exceeded",
    "redis_down", "request_too_large", "tls_cert_expired", "tls_client_cert_required", "tls_hostname_mismatch",
    "tls_unknown_ca", "upstream_5xx", "upstream_backlog_overflow", "upstream_crash_midresponse", "upstream_down",
    "upstream_idle_timeout_race", "upstream_response_headers_malformed", "upstream_slow",
    "wrong_port_after_config_change",
]  # fmt: skip


def plan_of(seed: int, *, is_loopback: bool = False, least_apis: int = 2) -> Plan:
    return draw(Random(seed), seed, Path("work"), 30.0, is_loopback=is_loopback, least_apis=least_apis)


def test_there_is_a_scenario_for_every_cause():
    assert list(scenarios()) == CAUSES == list(causes())


def test_a_scenario_is_drawn_or_says_why_it_cannot_be():
    assert [name for name, one in scenarios().items() if (one.draw is None) is (one.cannot == "")] == []


def test_a_seed_gives_the_same_plan_each_time_and_another_seed_another():
    assert asdict(plan_of(1)) == asdict(plan_of(1))
    assert asdict(plan_of(1)) != asdict(plan_of(2))


@given(seed=st.integers(0, 10**6), is_loopback=st.booleans(), least=st.integers(2, 3))
def test_names_and_addresses_of_a_plan_are_all_different(seed: int, is_loopback: bool, least: int):
    plan = plan_of(seed, is_loopback=is_loopback, least_apis=least)
    split(plan.apis[0], 5)
    plan.needs_nodes(2)
    addresses = [
        *(one.address for one in plan.nodes), *(one.address for one in plan.servers()), plan.nameserver, plan.balancer,
    ]  # fmt: skip

    assert len(set(addresses)) == len(addresses)
    assert len({one.name for one in plan.nodes}) == len(plan.nodes) >= 2
    assert len({one.slug for one in plan.apis}) == len({one.api_id for one in plan.apis}) == len(plan.apis) >= least
    assert {address.split(".")[0] for address in addresses} == {"127" if is_loopback else "10"}


@pytest.mark.parametrize("name", WITHOUT_FILES)
@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
def test_whatever_the_seed_a_fault_is_drawn_that_concerns_parts_of_the_plan(name: str, seed: int):
    scenario = scenarios()[name]
    plan = plan_of(seed)
    fault = scenario.draw(plan, plan.apis[0], Random(seed))

    assert fault.story.endswith(".")
    assert {one.slug for one in fault.apis} <= {one.slug for one in plan.apis}
    assert {one.name for one in fault.nodes} <= {one.name for one in plan.nodes}
    assert bool(fault.apis) is (name != "healthy")
    assert scenario.is_alone or len(fault.apis) == 1, "another fault could not be independent of it"


def test_one_node_alone_has_others_to_be_compared_with():
    for seed in range(40):
        plan = plan_of(seed)
        fault = scenarios()["firewall_drop_one_node"].draw(plan, plan.apis[0], Random(seed))

        assert len(fault.nodes) == 1
        assert len(plan.nodes) >= 2


def test_what_happens_beside_a_fault_concerns_other_apis_and_is_drawn_from_the_seed():
    def drawn(seed: int) -> list[tuple[float, str]]:
        plan = plan_of(seed)
        fault = scenarios()["upstream_down"].draw(plan, plan.apis[0], Random(seed))
        found = decoys(plan, [fault], Random(seed))
        assert not any(plan.apis[0].name in one.story for one in found)
        return [(one.after, one.story) for one in found]

    every = [drawn(seed) for seed in range(60)]

    assert every == [drawn(seed) for seed in range(60)]
    assert {len(one) for one in every} >= {0, 1, 2}
    assert all(0 <= after < 30 for one in every for after, _ in one)
    kinds = ("loaded anew", "grows", "answers 503 to 0.3%")
    assert all(any(kind in story for one in every for _, story in one) for kind in kinds)


def test_nothing_else_changes_where_a_fault_concerns_every_api():
    for seed in range(40):
        plan = plan_of(seed)
        fault = scenarios()["client_abort_random"].draw(plan, plan.apis[0], Random(seed))

        assert {one.story for one in decoys(plan, [fault], Random(seed))} <= {"Definitions are loaded anew, unchanged."}
