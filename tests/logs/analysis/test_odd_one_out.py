"""One node, API, upstream, client or path that carries the errors while others see the same traffic."""

from collections import Counter
from time import process_time

import pytest

from gwdiag.logs.analysis.odd_one_out import MOST_ODD, ODD_ONE_OUT, OddOnes, odd_ones
from gwdiag.model.finding import Scope
from tests.logs.from_lines import Logs, view_of
from tests.logs.small_logs import failures, log, successes


def odd(**members: tuple[int, int]) -> OddOnes | None:
    """Of members with so many failures of so many requests."""
    failed = Counter({name: failures_ for name, (failures_, _) in members.items()})
    return odd_ones(failed, Counter({name: asked for name, (_, asked) in members.items()}))


def test_one_of_three():
    assert odd(a=(50, 100), b=(0, 100), c=(1, 100)) == OddOnes(
        names=("a",),
        failed=50,
        asked=100,
        others=("c", "b"),
        others_failed=1,
        others_asked=200,
        chance=pytest.approx(1.22e-25, rel=0.01),
    )


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ({"a": (50, 100), "b": (9, 100)}, ("a",)),
        ({"a": (50, 100), "b": (10, 100)}, ("a",)),
        ({"a": (50, 100), "b": (11, 100)}, None),
        ({"a": (50, 100), "b": (50, 100), "c": (1, 100)}, ("a", "b")),
        ({"a": (50, 100), "b": (50, 100), "c": (50, 100)}, None),
        ({"a": (0, 100), "b": (0, 100)}, None),
        ({"a": (50, 100), "b": (0, 5)}, None),
        ({"a": (50, 100), "b": (0, 30)}, ("a",)),
        ({"a": (6, 100), "b": (0, 100)}, None),
        ({"a": (12, 100), "b": (0, 100)}, None),
        ({"a": (13, 100), "b": (0, 100)}, ("a",)),
        ({"a": (50, 100)}, None),
        ({}, None),
    ],
    ids=[
        "the other fails a little",
        "a fifth as much",
        "more than that",
        "two of three",
        "all alike",
        "none",
        "the others hardly had traffic",
        "the others had enough",
        "too few to be sure",
        "one more is not enough",
        "now it is",
        "nobody to compare with",
        "nobody",
    ],
)
def test_who_is_odd(members, names):
    found = odd(**members)

    assert (found and found.names) == names


def test_a_larger_set_must_be_clearly_better():
    assert odd(a=(60, 100), b=(5, 100), c=(0, 100), d=(0, 100)).names == ("a",)


def test_many_members_that_fail_by_chance_are_not_odd():
    asked = Counter({f"client-{number}": 1 for number in range(5000)})
    failed = Counter({f"client-{number}": 1 for number in range(1500)})

    assert odd_ones(failed, asked) is None


def test_sets_of_more_than_a_hundred_are_not_looked_for():
    many = {f"m{number}": (10, 10) for number in range(MOST_ODD)}
    others = {f"o{number}": (0, 10) for number in range(200)}

    assert odd(**many, **others).names == tuple(sorted(many))
    assert len(odd(**many, more=(10, 10), **others).names) == MOST_ODD


def test_twenty_thousand_members_take_no_time():
    asked = Counter({f"client-{number}": 3 for number in range(20_000)})
    failed = Counter({f"client-{number}": 1 for number in range(0, 20_000, 2)})
    began = process_time()

    odd_ones(failed, asked)

    assert process_time() - began < 2


def told(logs: Logs) -> dict[str, Scope]:
    return {one.id: one.scope for one in ODD_ONE_OUT.answer(view_of(logs))}


RETURNS = {"api": "Returns", "upstream": "http://returns.internal:9003"}


def test_a_node():
    logs = {"gw-1": log(successes(0, 120)), "gw-2": log(successes(0, 60), failures(60, 120))}

    assert told(logs) == {"odd_node": Scope(nodes=("gw-2",))}


def test_an_api():
    logs = {"gw-1": log(successes(0, 120, **RETURNS), successes(0, 60), failures(60, 120))}

    assert told(logs) == {"odd_api": Scope(apis=("Orders",))}


def test_a_node_is_compared_by_the_same_apis_alone():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120)), "gw-2": log(successes(0, 120, **RETURNS))}

    assert told(logs) == {}


def test_an_upstream_address():
    well = successes(0, 120, upstream="http://10.20.0.31:9001")
    dead = failures(0, 120, server="10.20.0.32:9001")

    assert told({"gw-1": log(well, dead)}) == {"odd_upstream": Scope(upstreams=("http://10.20.0.32:9001",))}


def test_a_client():
    logs = {"gw-1": log(successes(0, 120), failures(0, 120, every=1, client="203.0.113.99"))}

    assert told(logs) == {"odd_client": Scope(clients=("203.0.113.99",))}


def test_a_path():
    logs = {"gw-1": log(successes(0, 120), failures(0, 120, every=1, path="/reports/7"))}

    [found] = ODD_ONE_OUT.answer(view_of(logs))

    assert (found.id, found.title) == ("odd_path", "One path is odd")
    assert found.summary.startswith("Only GET /orders/reports/*: 120 of 120 requests (100 %), against 0 of 240 (0 %)")


def test_several_nodes():
    failing = log(successes(0, 60), failures(60, 120))
    logs = {"gw-1": failing, "gw-2": failing, "gw-3": log(successes(0, 120))}

    [found] = ODD_ONE_OUT.answer(view_of(logs))

    assert (found.title, found.scope) == ("Some of the nodes are odd", Scope(nodes=("gw-1", "gw-2")))


def test_several_clients_are_not_named():
    bad = [failures(0, 120, every=1, client=f"203.0.113.{last}") for last in (98, 99)]

    assert told({"gw-1": log(successes(0, 120), *bad)}) == {}


def test_without_successes_nobody_is_odd():
    assert told({"gw-1": log(failures(0, 60)), "gw-2": log(failures(0, 5))}) == {}
