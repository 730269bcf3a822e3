"""Messages and access lines in two files, several messages about one failure, tries at several upstreams."""

from gwdiag.logs.join import LONGEST_WAIT, Found, Outcome, Waiting, outcomes
from gwdiag.logs.records import Record
from gwdiag.logs.waiting import MOST_WAITING, Held, Pool
from gwdiag.model.event import Event, Kind

REFUSED = "connect() failed (111: Connection refused) while connecting to upstream"
TIMED_OUT = "upstream timed out (110: Connection timed out) while reading response header from upstream"
ONE, TWO = "http://10.0.0.1:80", "http://10.0.0.2:80"

Short = tuple[str, str, bool, bool]
"""The file, the class, whether it was joined, whether it is only a try."""


def message(at: float, text: str = REFUSED, *, answers: str = "5xx", path: str | None = "/a", **more: object) -> Found:
    told = {"client": "c1", "method": "GET", "upstream": ONE, "request_id": "7*1"} | more
    event = Event(at, Kind.REQUEST, level="error", message=text, answers=answers, path=path, **told)
    return Found("error.log", "gw-1", Record(1, text, "nginx_error", event))


def access(at: float, status: int = 502, *, path: str = "/a", **more: object) -> Found:
    told = {"client": "c1", "method": "GET"} | more
    event = Event(at, Kind.ACCESS, status=status, path=path, **told)
    return Found("access.log", "gw-1", Record(1, f"{status} {path}", "combined", event))


def part(at: float, text: str, **more: object) -> Found:
    """One of several messages about one failure, as Apache writes them."""
    found = message(at, text, **more)  # type: ignore[arg-type]
    return found._replace(record=found.record._replace(format="apache_error"))


def joined(*found: Found) -> list[Outcome]:
    return list(outcomes(found, Waiting(several_files=True)))


def short(*found: Found) -> list[Short]:
    return [(one.path, one.id, one.joined, one.retried) for one in joined(*found)]


def test_a_message_in_one_file_and_the_access_line_in_another_are_one():
    [one] = joined(message(1.0), access(1.0, duration_ms=20.0))

    assert (one.path, one.id, one.joined) == ("error.log", "upstream_dial_refused", True)
    assert one.event == Event(
        1.0,
        Kind.ACCESS,
        message=REFUSED,
        claim="upstream_dial_refused",
        status=502,
        duration_ms=20.0,
        upstream=ONE,
        client="c1",
        method="GET",
        path="/a",
    )


def test_so_are_they_where_the_access_line_comes_first():
    assert short(message(0.0, path="/other", client="c2"), access(1.0), message(3.0)) == [
        ("error.log", "upstream_dial_refused", True, False),
        ("error.log", "upstream_dial_refused", False, False),
    ]


def test_the_path_tells_which_of_several_requests_a_message_is_about():
    found = joined(
        message(1.0, path="/a", request_id="7*1"),
        message(1.0, TIMED_OUT, path="/b", answers="504", request_id="7*2"),
        access(1.0, 504, path="/b"),
        access(1.0, 502, path="/a"),
    )

    assert [(one.event.path, one.id, one.event.status) for one in found] == [
        ("/b", "upstream_response_timeout", 504),
        ("/a", "upstream_dial_refused", 502),
    ]


def test_another_path_or_method_or_upstream_is_another_request():
    for other in ({"path": "/b"}, {"method": "POST"}, {"upstream": TWO}):
        [first, second] = joined(message(1.0), access(1.0, **other))

        assert {first.joined, second.joined} == {False}


def test_another_client_address_for_the_same_path_may_be_the_forwarded_one():
    assert short(message(1.0, client="10.0.0.9"), access(1.0, client="203.0.113.7")) == [
        ("error.log", "upstream_dial_refused", True, False)
    ]


def test_messages_about_one_failure_are_one_with_the_class_that_says_most():
    found = joined(
        part(1.0, "AH01114: HTTP: failed to make connection to backend: a", upstream=None),
        part(1.1, "(111)Connection refused: AH00957: http: attempt to connect to 10.0.0.1:80 failed", path=None),
        access(1.2, 502),
    )

    assert [(one.id, one.event.path, one.event.upstream, one.joined) for one in found] == [
        ("upstream_dial_refused", "/a", ONE, True)
    ]


def test_the_next_request_on_the_same_thread_is_another_failure():
    found = joined(
        part(1.0, "(111)Connection refused: AH00957: http: attempt to connect to 10.0.0.1:80 failed", path=None),
        part(
            1.1,
            "(111)Connection refused: AH00957: http: attempt to connect to 10.0.0.1:80 failed",
            path=None,
            client="c2",
        ),
    )

    assert [one.event.client for one in found] == ["c1", "c2"]


def test_they_are_where_the_access_line_tells_when_the_request_began():
    found = joined(
        access(1.0, 502),
        part(3.0, "AH01114: HTTP: failed to make connection to backend: a"),
        part(3.1, "(111)Connection refused: AH00957: http: attempt to connect to 10.0.0.1:80 failed", path=None),
    )

    assert [(one.id, one.event.at, one.joined) for one in found] == [("upstream_dial_refused", 1.0, True)]


def test_a_message_that_no_class_knows_adds_what_it_knows():
    found = joined(
        part(1.0, "(111)Connection refused: attempt to connect to 10.0.0.1:80 failed", path=None, client=None),
        part(1.0, "the request was", path="/a", upstream=None, answers=None),
        access(1.0, 503),
    )

    assert [(one.id, one.event.path, one.event.client, one.joined) for one in found] == [
        ("upstream_dial_refused", "/a", "c1", True)
    ]


def test_messages_of_one_thread_at_another_time_are_another_failure():
    refused = "(111)Connection refused: attempt to connect to 10.0.0.1:80 failed"

    assert [one.id for one in joined(part(1.0, refused), part(1.5, refused))] == ["upstream_dial_refused"] * 2


def test_a_connection_may_have_two_requests_in_one_second():
    assert short(message(1.0), message(1.0), access(1.0), access(1.0)) == [
        ("error.log", "upstream_dial_refused", True, False),
        ("error.log", "upstream_dial_refused", True, False),
    ]


def test_a_limit_may_answer_with_any_status():
    limited = 'limiting requests, excess: 5.0 by zone "all"'

    assert short(message(1.0, limited, upstream=None), access(1.0, 429)) == [("error.log", "rate_limited", True, False)]


def test_an_upstream_that_speaks_no_http_is_no_success():
    said = "upstream sent no valid HTTP/1.0 header while reading response header from upstream"

    assert short(message(1.0, said), access(1.0, 9)) == [("error.log", "upstream_protocol", True, False)]


def test_a_try_is_no_failed_request_where_another_upstream_answered():
    expected = [
        ("access.log", "none", False, False),
        ("error.log", "upstream_dial_refused", False, True),
    ]

    assert short(message(1.0), access(1.0, 200, upstream=TWO, tried=(ONE,))) == expected
    assert short(message(1.0), access(1.0, 200)) == expected


def test_a_success_of_another_request_for_the_same_path_heals_nothing():
    assert short(message(1.0), access(1.0, 200), access(1.0, 502)) == [
        ("access.log", "none", False, False),
        ("error.log", "upstream_dial_refused", True, False),
    ]
    assert short(message(1.0), access(1.0, 200, upstream=TWO)) == [
        ("access.log", "none", False, False),
        ("error.log", "upstream_dial_refused", False, False),
    ]


def test_one_success_answers_one_try():
    found = joined(message(1.0, request_id="7*1"), message(1.0, request_id="7*2"), access(1.0, 200))

    assert sorted(one.retried for one in found) == [False, False, True]


def test_gateways_that_do_not_number_their_requests_do_not_try_again():
    assert [one.retried for one in joined(message(1.0, request_id=None), access(1.0, 200))] == [False, False]


def test_the_last_of_several_tries_decides_and_the_others_stay_tries():
    found = joined(
        message(1.0, REFUSED, upstream=ONE),
        message(2.0, REFUSED, upstream=TWO),
        access(2.0, 502, upstream=TWO, tried=(ONE,)),
    )

    assert [(one.event.upstream, one.joined, one.retried) for one in found] == [(ONE, False, True), (TWO, True, False)]


def test_tries_that_end_differently_belong_to_one_request_too():
    found = joined(
        message(1.0, REFUSED, upstream=ONE),
        message(4.0, TIMED_OUT, upstream=TWO, answers="504"),
        access(4.0, 504, upstream=TWO, tried=(ONE,)),
    )

    assert [(one.id, one.joined, one.retried) for one in found] == [
        ("upstream_dial_refused", False, True),
        ("upstream_response_timeout", True, False),
    ]


def test_an_answer_that_broke_off_is_joined_with_the_success_that_the_client_saw_begin():
    broken = "readv() failed (104: Connection reset by peer) while reading upstream"

    assert short(message(1.0, broken, answers="cut"), access(1.0, 200)) == [
        ("error.log", "upstream_reset", True, False)
    ]


def test_a_failing_access_line_waits_for_its_message_and_no_longer_than_others():
    late = 2 * LONGEST_WAIT + 0.1

    assert short(message(0.0, path="/x", client="x"), access(1.0), access(1.0 + late, 200), message(1.0 + late)) == [
        ("error.log", "upstream_dial_refused", False, False),
        ("access.log", "upstream_5xx", False, False),
        ("access.log", "none", False, False),
        ("error.log", "upstream_dial_refused", False, False),
    ]


def test_a_log_of_its_own_does_not_wait():
    assert [one.id for one in outcomes(iter([access(1.0), access(2.0, 200)]), Waiting())] == ["upstream_5xx", "none"]


def test_where_the_clock_stands_still_nothing_is_kept_for_ever():
    pool: Pool[Held] = Pool()
    for number in range(3 * MOST_WAITING):
        held = Held(0.0)
        pool.add(held, [number])
        pool.take(held)

    assert (len(pool._in_order), len(pool._by)) == (0, 0)


def test_parts_whose_clock_stands_still_are_whole_at_last():
    refused = "(111)Connection refused: attempt to connect to 10.0.0.1:80 failed"
    several = [part(1.0, refused, request_id=f"7:{number}") for number in range(MOST_WAITING + 2)]

    first = next(iter(outcomes([access(1.0), *several], Waiting(several_files=True))))

    assert (first.id, first.joined) == ("upstream_dial_refused", True)


def test_nodes_do_not_mix():
    other = message(1.0)._replace(node="gw-2")

    assert [(one.node, one.joined) for one in joined(other, access(1.0))] == [("gw-2", False), ("gw-1", False)]
