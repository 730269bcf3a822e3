"""The truth of a case, from what clients really got."""

from pathlib import Path
from random import Random

from gwdiag.lab.label import Outcome, Struck, label
from gwdiag.lab.plan import Plan, draw
from gwdiag.lab.scenario import Fault

BEGAN = 1_795_000_000.0


def plan() -> Plan:
    made = draw(Random(5), 5, Path("work"), 30.0, is_loopback=False)
    made.needs_nodes(2)
    return made


def outcome(at: float, made: Plan, what: str, *, api: int = 0, node: int = 0, is_noise: bool = False) -> Outcome:
    """One that took a second and ended `at` seconds after the begin."""
    return Outcome(BEGAN + at - 1, BEGAN + at, made.nodes[node].name, made.apis[api].slug, what, is_noise)


def labelled(made: Plan, fault: Fault, *outcomes: Outcome) -> dict[str, object]:
    struck = [Struck(cause="upstream_down", fault=fault, at=BEGAN + 10, acceptable=("no_route",))]
    return label("one", made, struck, outcomes, {"dns": {"ok": 3}, "a": {"ok": 7}}, BEGAN, BEGAN + 30)


def test_a_label_says_where_and_when_clients_saw_it_first():
    made = plan()
    fault = Fault(story="It broke.", apis=(made.apis[0],), strike=lambda _: None)
    found = labelled(
        made,
        fault,
        outcome(5, made, "status:500"),
        outcome(12, made, "status:200"),
        outcome(12.5, made, "status:404", is_noise=True),
        outcome(12.7, made, "status:500", api=1),
        outcome(13, made, "status:500"),
        outcome(29, made, "unfinished"),
    )

    assert found == {
        "case": "one",
        "played_by": "gwdiag lab",
        "seed": 5,
        "log_format": made.log_format,
        "root_cause": "upstream_down",
        "also_acceptable": ["no_route"],
        "affected": {
            "nodes": [one.name for one in made.nodes],
            "apis": [made.apis[0].name],
            "api_ids": [made.apis[0].api_id],
            "upstreams": [made.apis[0].target],
        },
        "onset": "2026-11-18T11:06:50.000Z",
        "onset_at_start": False,
        "onset_kind": "injected",
        "first_symptom_in_log": "2026-11-18T11:06:53Z",
        "failures": 1,
        "explanation": "It broke.",
        "recorded": {"from": "2026-11-18T11:06:40.000Z", "to": "2026-11-18T11:07:10.000Z"},
        "truth_counts": {
            "clients_before_onset": {"status:500": 1},
            "clients_after_onset": {"status:200": 1, "status:404": 1, "status:500": 2, "unfinished": 1},
            "clients_after_onset_by_node_api": {
                f"{made.nodes[0].name}|{made.apis[0].slug}": {
                    "status:200": 1,
                    "status:404": 1,
                    "status:500": 1,
                    "unfinished": 1,
                },
                f"{made.nodes[0].name}|{made.apis[1].slug}": {"status:500": 1},
            },
            "upstreams": {"a": {"ok": 7}},
            "dns_answers": {"ok": 3},
        },
        "apis_without_access_lines_for_errors": [one.name for one in made.apis if one.do_not_track],
    }


def test_a_limit_that_is_reached_by_itself_begins_with_the_first_failure():
    made = plan()
    fault = Fault(story="It was full.", apis=(made.apis[0],), strike=lambda _: None, is_observed=True)
    found = labelled(made, fault, outcome(14, made, "status:500"), outcome(15, made, "status:500"))

    assert (found["onset"], found["onset_kind"]) == ("2026-11-18T11:06:53.000Z", "observed")


def test_a_fault_of_one_node_is_not_that_of_the_others():
    made = plan()
    fault = Fault(story="One.", apis=(made.apis[0],), nodes=(made.nodes[1],), strike=lambda _: None)
    found = labelled(made, fault, outcome(14, made, "status:500"), outcome(15, made, "status:500", node=1))

    assert found["affected"]["nodes"] == [made.nodes[1].name]
    assert (found["failures"], found["first_symptom_in_log"]) == (1, "2026-11-18T11:06:55Z")


def test_nothing_is_affected_where_all_is_well():
    found = labelled(plan(), Fault(story="Nothing."))

    assert found["affected"] == {"nodes": [], "apis": [], "api_ids": [], "upstreams": []}
    assert (found["onset_at_start"], found["first_symptom_in_log"]) == (True, None)


def test_of_two_faults_the_first_is_the_root_cause_and_both_are_there():
    made = plan()
    faults = [Fault(story=one, apis=(made.apis[index],), strike=lambda _: None) for index, one in enumerate("AB")]
    struck = [
        Struck(cause=cause, fault=fault, at=BEGAN + at, acceptable=())
        for cause, fault, at in zip(("tls_cert_expired", "upstream_down"), faults, (10, 12), strict=True)
    ]
    found = label("two", made, struck, [], {}, BEGAN, BEGAN + 30)

    assert found["root_cause"] == "tls_cert_expired"
    assert [(one["root_cause"], one["onset"], one["affected"]["apis"]) for one in found["faults"]] == [
        ("tls_cert_expired", "2026-11-18T11:06:50.000Z", [made.apis[0].name]),
        ("upstream_down", "2026-11-18T11:06:52.000Z", [made.apis[1].name]),
    ]
