"""Where it fails and where it does not."""

from dataclasses import replace

import pytest

from gwdiag.model.words import listed
from gwdiag.triage.facts import facts, place
from gwdiag.triage.symptoms import Symptom
from tests.logs.small_logs import Timed, failures, log, successes
from tests.triage.facts.asked import NOTHING, ORDERS, case_of, of_logs, told, worst

PAYMENTS = {"api": "Payments", "upstream": "http://payments.internal:9002"}
A, B, C = (f"http://10.20.0.3{n}:9001" for n in (1, 2, 3))
LIST = replace(ORDERS, target=A, members=(A, B, C))


def node(*, fails: bool, every: float = 0.5) -> list[str]:
    return log(
        successes(0, 60, every),
        failures(60, 120, every) if fails else successes(60, 120, every),
        successes(0, 120, 1, **PAYMENTS),
    )


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((True, False, False), ("yes", "share of failures by node: gw-1 100 %, gw-2 0 % and gw-3 0 %")),
        ((True, True, True), ("no", "share of failures by node: gw-1 100 %, gw-2 100 % and gw-3 100 %")),
        ((True,), ("unknown", "only one node has requests for it")),
    ],
    ids=["one of three", "all", "there is no other"],
)
def test_one_node(nodes: tuple[bool, ...], expected):
    logs = {f"gw-{number}": node(fails=fails) for number, fails in enumerate(nodes, 1)}

    assert of_logs(place.one_node, logs) == expected


def test_the_odd_nodes_are_named():
    case = case_of({"gw-1": node(fails=True), "gw-2": node(fails=False)})
    everywhere = case_of({"gw-1": node(fails=True), "gw-2": node(fails=True)})

    assert place.odd_nodes(worst(case), case) == ("gw-1",)
    assert place.odd_nodes(worst(everywhere), everywhere) == ()
    assert place.odd_nodes(Symptom(), NOTHING) == ()


@pytest.mark.parametrize(
    ("failing", "one", "every", "several"),
    [
        (("Orders",), "yes", "no", "no"),
        (("Orders", "Payments"), "no", "no", "yes"),
        (("Orders", "Payments", "Users"), "no", "yes", "yes"),
    ],
)
def test_apis(failing: tuple[str, ...], one, every, several):
    stretches: list[Timed] = []
    for name in ("Orders", "Payments", "Users"):
        server = f"{name.lower()}.internal:9001"
        bad = failures(60, 120, server=server, api=name) if name in failing else []
        stretches += [successes(0, 60 if bad else 120, api=name, upstream=f"http://{server}"), bad]
    case = case_of({"gw-1": log(*stretches)})
    facts_ = (place.one_api, place.every_api, place.several_upstreams)

    assert [told(fact, case, worst(case))[0] for fact in facts_] == [one, every, several]


def test_where_there_is_one_api_it_cannot_be_told_from_all():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120))}

    assert of_logs(place.one_api, logs) == ("unknown", "there is only one API")
    assert of_logs(place.every_api, logs) == ("unknown", "there is only one API")
    assert of_logs(place.several_upstreams, logs) == ("no", "1 APIs and 1 upstream addresses take part")


def members(dead: str) -> dict[str, list[str]]:
    """A list of three, each asked in turn; one of them is dead."""
    stretches = [successes(number / 2, 60, 1.5, upstream=one) for number, one in enumerate((A, B, C))]
    for number, one in enumerate((A, B, C)):
        begin, server = 60 + number / 2, one.removeprefix("http://")
        is_dead = one == dead
        stretches.append(
            failures(begin, 120, 1.5, server=server) if is_dead else successes(begin, 120, 1.5, upstream=one)
        )
    return {"gw-1": log(*stretches)}


def test_one_of_a_list():
    is_so, says = of_logs(place.one_member, members(A), LIST)

    shares = listed([f"{A} 100 % of 40", f"{B} 0 % of 40", f"{C} 0 % of 39"])
    assert (is_so, says) == ("yes", f"share of failures by address: {shares}")


@pytest.mark.parametrize(("well", "is_so"), [(30, "no"), (6, "yes")])
def test_one_of_a_list_that_fails_now_and_then_is_not_dead(well, is_so):
    """Twenty failures, evenly among so many successes."""
    others = [successes(0, 120, 1.5, upstream=one) for one in (B, C)]
    first = [successes(0, 60, 1.5, upstream=A), successes(60.5, 120, 60 / well, upstream=A)]
    logs = {"gw-1": log(*others, *first, failures(60, 120, 3, server=A.removeprefix("http://")))}

    assert of_logs(place.one_member, logs, LIST)[0] == is_so


def test_all_of_a_list():
    every = [
        failures(60 + number / 2, 120, 1.5, server=one.removeprefix("http://")) for number, one in enumerate((A, B, C))
    ]
    logs = {"gw-1": log(successes(0, 60), *every)}

    assert of_logs(place.one_member, logs, LIST)[0] == "no"


def test_one_upstream_has_no_members():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120))}

    assert of_logs(place.one_member, logs, ORDERS) == ("no", "the API has one upstream")


def test_a_list_whose_members_the_log_does_not_show():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120))}

    reason = "the log does not show which address of the list was asked"
    assert of_logs(place.one_member, logs, replace(LIST, target="http://orders.internal:9001")) == ("unknown", reason)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(1 / 3, "yes"), (0.25, "yes"), (0.42, "yes"), (0.6, "no"), (0.1, "no"), (1.0, "no")],
)
def test_the_share_of_one_in_three(share, expected):
    per_minute = 120
    bad = round(per_minute * share)
    every: list[Timed] = [successes(0, 60)]
    for number in range(per_minute):
        at = 60 + number / 2
        fails = (number * bad) // per_minute != ((number + 1) * bad) // per_minute
        every.append(failures(at, at + 0.5) if fails else successes(at, at + 0.5))

    assert of_logs(place.share_of_one_in_n, {"gw-1": log(*every)}, LIST)[0] == expected


def test_the_share_of_one_needs_a_list():
    logs = {"gw-1": log(successes(0, 60), failures(60, 120))}

    assert of_logs(place.share_of_one_in_n, logs, ORDERS) == ("no", "the API has no list of targets")


OF_PLACE = [one for one in vars(place).values() if one in facts().values()]


@pytest.mark.parametrize("fact", OF_PLACE, ids=lambda fact: fact.id)
def test_without_logs_it_cannot_be_told(fact):
    assert told(fact, NOTHING, Symptom()) == ("unknown", "there are no logs")
