"""From a case to its causes: which come first, what is harmless, and what nobody is blamed for."""

from dataclasses import replace

import pytest

from gwdiag.model.finding import Scope
from gwdiag.triage.case import Case, Probed
from gwdiag.triage.causes import causes
from gwdiag.triage.diagnosis import Diagnosis, diagnose, has_support, is_harmless, symptoms_of
from gwdiag.triage.facts import errors, place
from tests.logs.from_lines import Logs
from tests.logs.small_logs import failures, log, successes
from tests.triage.facts.asked import ORDERS, case_of, state
from tests.triage.facts.test_latency import canceled, spread
from tests.triage.small_case import process, system
from tests.tyk_log import access

PAYMENTS = {"api": "Payments", "upstream": "https://payments.internal:9002"}
SECURE = {**PAYMENTS, "flag": "TLE", "server": "payments.internal:9002"}
EXPIRED = "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"


def of(logs: Logs) -> Diagnosis:
    return diagnose(case_of(logs))


def ids(found: Diagnosis) -> list[str]:
    return [one.id for one in found.causes]


def test_where_nothing_fails_nothing_is_wrong():
    found = of({"gw-1": log(successes(0, 120))})

    assert [(one.id, one.probability, one.is_top) for one in found.causes] == [("healthy", 0.9, False)]


def test_without_anything_nobody_is_blamed():
    assert [(one.id, one.probability) for one in diagnose(Case(view=None)).causes] == [("healthy", 0.3)]


def test_a_node_at_rest_is_blamed_for_nothing():
    found = diagnose(Case(view=None, nodes={"gw-1": state("gw-1", system(), system())}))

    assert ids(found)[0] == "healthy"
    assert not any(one.is_top for one in found.causes)


def test_a_few_refused_connections_of_a_node_alone_blame_nobody():
    found = diagnose(Case(view=None, nodes={"gw-1": state("gw-1", system(refused=50), system())}))

    assert ids(found)[0] == "healthy"


def test_used_up_descriptors_alone_are_a_fault():
    full = {**system(), **process(1024, 1024)}
    found = diagnose(Case(view=None, nodes={"gw-1": state("gw-1", full, full)}))

    assert ids(found)[0] == "gateway_nofile_exhausted"
    assert not is_harmless(found.causes[0])


def test_without_logs_each_upstream_that_a_probe_fails_at_is_a_trouble():
    probed = tuple(
        Probed(target=target, verdict=verdict, cause="words", place="probes/a.json")
        for target, verdict in (
            ("http://orders.internal:9001", "upstream_dial_refused"),
            ("https://payments.internal:9002", "tls_cert_expired"),
            ("http://users.internal:9003", "none"),
        )
    )
    case = Case(view=None, known=(("gw-1", ORDERS),), probed=probed)

    assert [one.scope for one in symptoms_of(case)] == [
        Scope(apis=("Orders",), upstreams=("http://orders.internal:9001",)),
        Scope(upstreams=("https://payments.internal:9002",)),
    ]
    assert sorted(one.id for one in diagnose(case).causes if one.is_top) == ["tls_cert_expired", "upstream_down"]


@pytest.mark.parametrize(
    ("target", "is_of_now", "expected"),
    [
        ("http://orders.internal:9001", False, []),  # it is of any time, and the log has requests that were answered
        ("http://orders.internal:9001", True, ["http://orders.internal:9001"]),
        ("http://users.internal:9003", False, ["http://users.internal:9003"]),
        ("redis://redis.internal:6379", True, []),
    ],
)
def test_beside_logs_a_probe_tells_of_what_they_do_not(target, is_of_now, expected):
    refused = Probed(
        target=target, verdict="upstream_dial_refused", cause="words", place="probes/a.json", is_of_now=is_of_now
    )
    case = replace(case_of({"gw-1": log(successes(0, 60))}), probed=(refused,))

    assert [upstream for one in symptoms_of(case) for upstream in one.scope.upstreams] == expected


def test_the_fault_with_more_failures_comes_first():
    def both(orders: float, payments: float) -> list[str]:
        logs = log(
            successes(0, 60),
            failures(60, 120, orders),
            successes(0, 60, **PAYMENTS),
            failures(60, 120, payments, error=EXPIRED, **SECURE),
        )
        return ids(of({"gw-1": logs}))[:2]

    assert both(0.5, 2) == ["upstream_down", "tls_cert_expired"]
    assert both(2, 0.5) == ["tls_cert_expired", "upstream_down"]


def test_one_cause_of_several_troubles_is_named_once_with_all_of_them():
    logs = log(
        successes(0, 60, upstream="https://orders.internal:9001"),
        failures(60, 120, error=EXPIRED, flag="TLE", upstream="https://orders.internal:9001"),
        successes(0, 160, **PAYMENTS),
        failures(160, 220, error=EXPIRED, **SECURE),
        successes(0, 220, api="Users", upstream="http://users.internal:9003"),
    )
    found = of({"gw-1": logs})
    first = found.causes[0]

    assert ids(found).count("tls_cert_expired") == 1
    assert (first.id, first.failures, first.scope.apis) == ("tls_cert_expired", 240, ("Orders", "Payments"))
    assert str(first.onset) == "2026-11-20 08:00:59+00:00"


def test_one_cause_of_troubles_of_different_kinds_is_named_once():
    reset = failures(60, 120, error="read: connection reset by peer", flag="URR")
    closed = failures(260, 300, error="EOF", flag="UPE", api="Payments", server="payments.internal:9002")
    plain = {"api": "Payments", "upstream": "http://payments.internal:9002"}
    users = successes(0, 320, api="Users", upstream="http://users.internal:9003")
    found = of({"gw-1": log(successes(0, 60), successes(120, 320), reset, successes(0, 260, **plain), closed, users)})
    first = found.causes[0]

    assert len(found.symptoms) == 2
    assert ids(found).count("upstream_crash_midresponse") == 1
    assert (first.id, first.failures) == ("upstream_crash_midresponse", 200)
    assert first.scope.apis == ("Orders", "Payments")


def test_noise_is_named_after_a_fault_and_before_that_nothing_is_wrong():
    noise = [*spread(0, 180, 0.25, 20, 900), *canceled(0, 180, 1, 10, 850)]
    alone = of({"gw-1": log(noise)})
    fault = failures(100, 103, 0.2, error=EXPIRED, **SECURE)
    beside = of({"gw-1": log(noise, successes(0, 100, **PAYMENTS), fault)})

    assert ids(alone)[:1] in (["client_abort_random"], ["healthy"])
    assert all(is_harmless(one) for one in alone.causes[:1])
    assert ids(beside)[0] == "tls_cert_expired"


def test_a_failure_that_none_of_the_causes_explains_is_called_unknown():
    odd = [(60 + n / 2, access(60 + n / 2, status=400, flag="CLM")) for n in range(120)]
    found = of({"gw-1": log(successes(0, 60), odd, successes(0, 120, 1, **PAYMENTS))})

    assert ids(found)[0] == "unknown"
    assert found.causes[0].failures == 120
    assert not is_harmless(found.causes[0])


@pytest.mark.parametrize(
    ("known", "is_so"),
    [
        ({}, False),
        ({errors.refused: False}, False),
        ({errors.refused: True}, True),
        ({place.one_member: True}, False),
    ],
)
def test_how_common_a_cause_is_supports_nothing(known, is_so):
    assert has_support(causes()["upstream_down"], known) is is_so


def test_every_cause_that_is_named_has_something_that_speaks_for_it():
    logs = log(successes(0, 60), failures(60, 120), successes(0, 120, 1, **PAYMENTS))
    found = of({"gw-1": logs})

    assert ids(found)[0] == "upstream_down"
    assert all(one.weighed and has_support(causes()[one.id], one.weighed.known) for one in found.causes)
