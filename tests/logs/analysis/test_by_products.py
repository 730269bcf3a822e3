"""What hides behind what: failures that a shortage makes of others."""

import pytest

from gwdiag.logs.analysis.by_products import BY_PRODUCTS
from tests.logs.from_lines import answers_of, view_of
from tests.logs.small_logs import Timed, failures, log, successes
from tests.tyk_log import access, message

FILES = "dial tcp 10.20.0.31:9001: socket: too many open files"
PORTS = "dial tcp 10.20.0.31:9001: connect: cannot assign requested address"
LOOK_UP = "dial tcp: lookup orders.internal on 10.20.0.53:53: server misbehaving"
REFUSED = "dial tcp 10.20.0.31:9001: connect: connection refused"
RESET = "read tcp 10.20.0.11:1->10.20.0.31:9001: read: connection reset by peer"


def told(cause: Timed, effect: Timed) -> list[tuple[str, str]]:
    return answers_of(BY_PRODUCTS.answer(view_of({"gw-1": log(successes(0, 120), cause, effect)})))


def because(effect: str) -> list[tuple[str, str]]:
    return [("by_products", f"In the same minutes, on the same nodes, and probably effects of it: {effect}.")]


@pytest.mark.parametrize(
    ("cause", "effect", "expected"),
    [
        (FILES, LOOK_UP, because("dns_failure (20)")),
        (FILES, REFUSED, because("upstream_dial_refused (20)")),
        (FILES, RESET, []),
        (PORTS, REFUSED, because("upstream_dial_refused (20)")),
        (PORTS, LOOK_UP, []),
        (REFUSED, LOOK_UP, []),
    ],
)
def test_a_shortage_has_the_effects_that_it_can_have(cause, effect, expected):
    assert told(failures(60, 120, error=cause), failures(70, 110, every=2, error=effect)) == expected


def test_keys_that_cannot_be_read_look_like_bad_ones():
    down = [
        (float(second), message(second, "storage: Redis is either down", level="error")) for second in range(60, 90)
    ]
    refused = [(float(second), access(second, status=403, flag="AKI", upstream="")) for second in range(60, 90)]

    assert told(down, refused) == because("auth_failed (30)")


@pytest.mark.parametrize(
    ("begin", "expected"),
    [(54.9, []), (55, because("upstream_dial_refused (20)")), (89, because("upstream_dial_refused (20)")), (91, [])],
)
def test_an_effect_begins_with_its_cause(begin, expected):
    cause = failures(60, 90, error=FILES)

    assert told(cause, failures(begin, begin + 20, every=1, error=REFUSED)) == expected


def test_an_effect_is_on_the_same_node():
    logs = {
        "gw-1": log(successes(0, 120), failures(60, 120, error=FILES)),
        "gw-2": log(successes(0, 120), failures(60, 120, error=REFUSED)),
    }

    assert answers_of(BY_PRODUCTS.answer(view_of(logs))) == []
