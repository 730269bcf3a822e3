"""How triage's causes are held against the truth."""

from gwdiag.lab.verdict import Verdict, compare

AFFECTED = {"nodes": ["a"], "apis": ["Orders"], "api_ids": ["x1"], "upstreams": ["http://orders:80"]}
TRUTH = {
    "root_cause": "no_route",
    "also_acceptable": ["upstream_down"],
    "affected": AFFECTED,
    "onset": "2026-11-20T08:00:00.500Z",
    "onset_at_start": False,
    "first_symptom_in_log": "2026-11-20T08:00:20Z",
}
SCOPE = {"nodes": ["a"], "apis": ["Orders"], "upstreams": ["http://orders:80/"]}
ALL_RIGHT = {"nodes": True, "apis": True, "upstreams": True, "onset": True}


def cause(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "scope": SCOPE, "onset": "2026-11-20T08:00:03Z", **more}


def test_the_right_cause_with_the_right_scope_and_onset():
    assert compare(TRUTH, [cause("no_route"), cause("healthy")], 1.5) == Verdict(
        truth=("no_route",),
        named=("no_route", "healthy"),
        is_first=True,
        is_among_three=True,
        parts=ALL_RIGHT,
        seconds=1.5,
    )


def test_an_acceptable_cause_is_right_and_a_late_one_is_only_among_the_first_three():
    assert compare(TRUTH, [cause("upstream_down")], 0).is_right
    late = compare(TRUTH, [cause("dns_slow"), cause("healthy"), cause("no_route")], 0)
    assert (late.is_first, late.is_among_three, late.parts) == (False, True, None)
    last = compare(TRUTH, [*map(cause, ("dns_slow", "healthy", "packet_loss", "no_route"))], 0)
    assert (last.is_first, last.is_among_three) == (False, False)
    assert not compare(TRUTH, [], 0).is_right


def test_each_part_is_wrong_by_itself():
    def parts(**more: object) -> dict[str, bool] | None:
        return compare(TRUTH, [cause("no_route", **more)], 0).parts

    assert parts(scope={**SCOPE, "nodes": ["a", "b"]}) == {**ALL_RIGHT, "nodes": False}
    assert parts(scope={**SCOPE, "apis": []}) == {**ALL_RIGHT, "apis": False}
    assert parts(scope={**SCOPE, "apis": ["x1"]}) == ALL_RIGHT
    assert parts(scope={**SCOPE, "upstreams": []}) == {**ALL_RIGHT, "upstreams": False}
    assert parts(scope={**SCOPE, "upstreams": ["orders:80", "10.0.0.1:80"]}) == ALL_RIGHT


def test_the_onset_may_lie_ten_seconds_before_the_injection_or_after_the_first_trace():
    def is_right(onset: object) -> bool:
        return compare(TRUTH, [cause("no_route", onset=onset)], 0).parts["onset"]

    times = ("07:59:50Z", "07:59:51Z", "08:00:30Z", "08:00:31Z")
    assert [is_right(f"2026-11-20T{one}") for one in times] == [False, True, True, False]
    assert not is_right(None)
    from_start = compare({**TRUTH, "onset_at_start": True}, [cause("no_route", onset=None)], 0)
    assert from_start.parts == ALL_RIGHT


def test_two_faults_are_right_where_both_stand_at_the_top():
    truth = {**TRUTH, "faults": [{"root_cause": "no_route"}, {"root_cause": "dns_slow"}]}

    assert compare(truth, [cause("dns_slow"), cause("no_route")], 0).is_right
    assert compare(truth, [cause("no_route"), cause("healthy"), cause("dns_slow")], 0).is_right
    one = compare(truth, [cause("no_route"), cause("healthy"), cause("packet_loss"), cause("dns_slow")], 0)
    assert (one.is_first, one.both, one.is_right) == (True, False, False)


def test_where_nothing_is_wrong_no_place_and_no_time_is_asked_for():
    truth = {**TRUTH, "root_cause": "healthy", "also_acceptable": []}

    assert compare(truth, [{"id": "healthy"}], 0).parts is None
