"""Which failures are one trouble, and which are several."""

import pytest

from gwdiag.model.finding import Scope
from gwdiag.triage.symptoms import Symptom, symptoms
from tests.logs.from_lines import Logs, view_of
from tests.logs.small_logs import Timed, failures, log, successes
from tests.triage.facts.test_latency import spread
from tests.tyk_log import access, message

RESET = "read tcp 10.88.0.1:40000->10.20.0.31:9001: read: connection reset by peer"
EXPIRED = "tls: failed to verify certificate: x509: certificate has expired or is not yet valid"
NO_FILES = "dial tcp 10.20.0.31:9001: socket: too many open files"


def of(api: str) -> dict[str, str]:
    return {"api": api, "server": f"{api.lower()}.internal:9001"}


def well(begin: float, end: float, every: float = 0.5, api: str = "Orders") -> Timed:
    return successes(begin, end, every, api=api, upstream=f"http://{api.lower()}.internal:9001")


def groups(logs: Logs) -> list[tuple[set[str], tuple[str, ...]]]:
    """The classes and APIs of each trouble."""
    return [({seen.id for seen in one.classes}, one.scope.apis) for one in symptoms(view_of(logs))]


def test_nothing_stands_out_of_a_log_without_failures():
    assert groups({"gw-1": log(well(0, 120))}) == []


def test_two_classes_of_one_api_at_one_time_are_one_trouble():
    logs = {
        "gw-1": log(
            well(0, 60),
            failures(60, 120, 1, **of("Orders")),
            failures(62, 120, 1, error=RESET, flag="URR", **of("Orders")),
        )
    }

    assert groups(logs) == [({"upstream_dial_refused", "upstream_reset"}, ("Orders",))]


def test_two_apis_that_fail_in_different_ways_are_two():
    logs = {
        "gw-1": log(
            well(0, 60),
            failures(60, 120, **of("Orders")),
            well(0, 70, api="Payments"),
            failures(70, 120, 1, error=EXPIRED, flag="TLE", **of("Payments")),
        )
    }

    assert groups(logs) == [({"upstream_dial_refused"}, ("Orders",)), ({"tls_cert_expired"}, ("Payments",))]


def test_one_api_that_begins_to_fail_in_another_way_long_after_is_two():
    logs = {
        "gw-1": log(
            well(0, 60),
            failures(60, 120, **of("Orders")),
            well(120, 300),
            failures(300, 330, error=EXPIRED, flag="TLE", **of("Orders")),
        )
    }

    assert groups(logs) == [({"upstream_dial_refused"}, ("Orders",)), ({"tls_cert_expired"}, ("Orders",))]


def test_what_a_node_lacks_makes_one_trouble_of_all_apis():
    logs = {
        "gw-1": log(
            well(0, 60),
            well(0, 60, api="Payments"),
            failures(60, 120, error=NO_FILES, **of("Orders")),
            failures(61, 120, 1, error=NO_FILES, **of("Payments")),
        )
    }

    assert groups(logs) == [({"gateway_fd_exhausted"}, ("Orders", "Payments"))]


def test_what_the_gateway_refuses_by_itself_is_apart_from_what_upstreams_do():
    limited = [(60 + n / 2, access(60 + n / 2, status=429, flag="RLT")) for n in range(120)]
    logs = {"gw-1": log(well(0, 60), limited, failures(60, 120, 1, **of("Orders")))}

    assert [classes for classes, _ in groups(logs)] == [{"rate_limited"}, {"upstream_dial_refused"}]


def test_storage_errors_and_refused_keys_are_one_trouble():
    text = "Error trying to get value: dial tcp 10.20.0.5:6379: connect: connection refused"
    noticed = [(60 + n / 2, message(60 + n / 2, text, level="error")) for n in range(120)]
    refused = [(60.1 + n / 2, access(60.1 + n / 2, status=403, flag="AKI")) for n in range(120)]
    logs = {"gw-1": log(well(0, 60), noticed, refused)}

    assert [classes for classes, _ in groups(logs)] == [{"storage_down", "auth_failed"}]


def test_other_nodes_are_other_troubles():
    logs = {
        "gw-1": log(well(0, 60), failures(60, 120, **of("Orders")), well(0, 120, api="Payments")),
        "gw-2": log(
            well(0, 120), well(0, 60, api="Payments"), failures(60, 120, 1, error=EXPIRED, flag="TLE", **of("Payments"))
        ),
    }

    assert [one.scope.nodes for one in symptoms(view_of(logs))] == [("gw-1",), ("gw-2",)]


def test_requests_that_only_became_slower_are_a_trouble_too():
    view = view_of(
        {
            "gw-1": log(
                spread(0, 120, 0.25, 20, 60),
                spread(120, 240, 0.25, 2000, 4000),
                well(0, 240, 1, api="Payments"),
            )
        }
    )
    [one] = symptoms(view)

    assert (one.classes, one.scope.apis, one.scope.nodes) == ((), ("Orders",), ("gw-1",))
    assert (one.failures, one.is_something, one.main) == (0, True, None)
    assert one.onset is not None


def test_the_worst_comes_first_and_begins_when_its_first_class_does():
    logs = {
        "gw-1": log(
            well(0, 40, api="Payments"),
            failures(40, 120, 2, error=EXPIRED, flag="TLE", **of("Payments")),
            well(0, 60),
            failures(60, 120, **of("Orders")),
            failures(75, 120, 1, error=RESET, flag="URR", **of("Orders")),
        )
    }
    first, second = symptoms(view_of(logs))

    assert [one.failures for one in (first, second)] == [165, 40]
    assert [str(one.onset) for one in (first, second)] == ["2026-11-20 08:00:59+00:00", "2026-11-20 08:00:39+00:00"]


@pytest.mark.parametrize(
    ("upstreams", "ports"),
    [
        (("http://orders.internal:9001", "10.20.0.31:8443"), {9001, 8443}),
        (("http://orders.internal:9001/path",), {9001}),
        (("http://[2001:db8::7]:9001",), {9001}),
        (("http://orders.internal",), set()),
        ((), set()),
    ],
)
def test_the_ports_of_its_upstreams(upstreams, ports):
    assert Symptom(scope=Scope(upstreams=upstreams)).ports == ports
