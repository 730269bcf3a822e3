"""A message and the access line of the same request become one failed request."""

import pytest

from gwdiag.logs.join import LONGEST_WAIT, Outcome
from gwdiag.logs.waiting import MOST_WAITING
from gwdiag.model.event import Event, Kind
from tests.logs.from_lines import outcomes_of
from tests.tyk_log import access, message, old_access, old_proxy_error, proxy_error

REFUSED = "dial tcp 10.20.0.31:9001: connect: connection refused"
TIMEOUT = "dial tcp 10.20.0.31:9001: i/o timeout"

Short = tuple[int, str, bool]
"""The line, the class, whether it was joined."""


def short(*lines: str) -> list[Short]:
    return [(one.line, one.id, one.joined) for one in outcomes_of(lines)]


def test_a_pair_of_5_8_is_one_event_with_what_each_line_knows():
    lines = [old_proxy_error(0, REFUSED), old_access(0, status=500)]

    assert outcomes_of(lines) == [
        Outcome(
            path="gw-1.log",
            node="gw-1",
            line=1,
            text=lines[0],
            format="logrus_text",
            event=Event(
                at=1795161600.0,
                kind=Kind.ACCESS,
                level="info",
                message=f"http: proxy error: {REFUSED}",
                claim="upstream_dial_refused",
                status=500,
                api_id="id-orders",
                api="Orders",
                upstream="http://orders.internal:9001",
                client="203.0.113.7",
                method="GET",
                path="/items/1",
            ),
            id="upstream_dial_refused",
            joined=True,
        )
    ]


def test_the_words_of_the_message_decide_over_the_flag_of_the_access_line():
    ports = "dial tcp 10.20.0.31:9001: connect: cannot assign requested address"
    lines = [proxy_error(0, ports), access(0, status=500, flag="URT", detail="request_timeout")]

    [one] = outcomes_of(lines)

    assert (one.id, one.event.claim, one.event.flag) == ("gateway_port_exhausted", "gateway_port_exhausted", "URT")


def test_a_504_that_gives_the_same_reason_is_the_access_line_of_a_dial_timeout():
    line = access(0, status=504, flag="UCT", detail="connection_timeout")

    assert short(proxy_error(0, TIMEOUT), line) == [(1, "upstream_dial_timeout", True)]


def test_a_504_belongs_first_to_the_message_that_is_answered_so():
    lines = [
        proxy_error(0, TIMEOUT),
        proxy_error(0, "net/http: timeout awaiting response headers"),
        access(0, status=504, flag="UCT", detail="connection_timeout"),
    ]

    assert short(*lines) == [(2, "upstream_response_timeout", True), (1, "upstream_dial_timeout", False)]


def test_interleaved_requests_of_several_clients_find_their_own_line():
    lines = [
        old_proxy_error(0, REFUSED, client="203.0.113.1"),
        old_proxy_error(0, TIMEOUT, client="203.0.113.2"),
        old_access(0, client="203.0.113.3"),
        old_access(0, status=500, client="203.0.113.2"),
        old_access(1, status=500, client="203.0.113.1"),
    ]

    assert short(*lines) == [
        (3, "none", False),
        (2, "upstream_dial_timeout", True),
        (1, "upstream_dial_refused", True),
    ]


def test_of_several_that_fit_the_oldest_is_taken():
    lines = [
        old_proxy_error(0, REFUSED),
        old_proxy_error(0, TIMEOUT),
        old_access(0, status=500),
        old_access(0, status=500),
    ]

    assert short(*lines) == [(1, "upstream_dial_refused", True), (2, "upstream_dial_timeout", True)]


@pytest.mark.parametrize(
    ("failure", "answer"),
    [
        (old_proxy_error(0, REFUSED), old_access(0, status=500, upstream="http://returns.internal:9003")),
        (old_proxy_error(0, REFUSED), old_access(0, status=499)),
        (old_proxy_error(0, REFUSED), old_access(0, status=504)),
        (old_proxy_error(0, REFUSED), old_access(0, status=200)),
        (old_proxy_error(0, REFUSED), old_access(0, status=500, client="203.0.113.99")),
        (proxy_error(0, REFUSED), access(0, status=500, api="Returns", flag="UCF")),
        (old_proxy_error(0, "context canceled"), old_access(0, status=500)),
        (old_proxy_error(0, "net/http: timeout awaiting response headers"), old_access(0, status=500)),
    ],
    ids=[
        "another upstream",
        "a client that left",
        "a timeout",
        "a success",
        "another client",
        "another API",
        "a message about a client that left",
        "a message about a timeout",
    ],
)
def test_lines_of_different_requests_stay_two(failure, answer):
    assert [one.joined for one in outcomes_of([failure, answer])] == [False, False]


@pytest.mark.parametrize(
    ("error", "status", "id_"),
    [
        ("context canceled", 499, "client_canceled"),
        ("context deadline exceeded", 504, "enforced_timeout"),
        ("net/http: timeout awaiting response headers", 504, "upstream_response_timeout"),
        ("EOF", 500, "upstream_closed"),
        ("EOF", 503, "upstream_closed"),
    ],
)
def test_each_kind_of_failure_finds_the_status_that_it_answers_with(error, status, id_):
    assert short(old_proxy_error(0, error), old_access(0, status=status)) == [(1, id_, True)]


def test_a_cut_answer_is_joined_with_its_line_of_a_success():
    cut = proxy_error(5, "x").replace("http: proxy error: x", "http: proxy error during body copy: unexpected EOF")
    alone = cut.replace(' server_name="orders.internal:9001"', "").replace('user_ip="203.0.113.7, 10.20.0.9"', "")

    assert short(cut, access(5)) == [(1, "upstream_closed", True)]
    assert short(alone, access(5)) == [(1, "upstream_closed", True)]
    assert [one.event.status for one in outcomes_of([alone, access(5)])] == [200]


def test_a_refusal_of_a_middleware_is_joined_with_its_access_line():
    refusal = (
        'time="2026-11-20T08:00:00Z" level=warning message="Attempted access with non-existent key." api_id=id-orders'
        " api_name=Orders mw=AuthKey origin=203.0.113.7 path=/orders/items"
    )
    answer = access(0, status=403, upstream="", path="/orders/items") + " mw=AuthKey"

    assert short(refusal, answer) == [(1, "auth_failed", True)]


def test_when_all_hosts_are_down_the_upstream_of_the_access_line_is_made_up():
    lines = [
        old_proxy_error(0, "all hosts are down, uptime tests are failing", server="127.0.0.1:34225"),
        old_access(0, status=503, upstream="http://127.0.0.1:34225"),
    ]

    [one] = outcomes_of(lines)

    assert (one.id, one.joined, one.event.upstream) == ("no_healthy_upstream", True, None)


def test_a_message_without_an_access_line_is_an_outcome_by_itself():
    assert short(old_access(0), old_proxy_error(1, REFUSED), old_access(2)) == [
        (1, "none", False),
        (3, "none", False),
        (2, "upstream_dial_refused", False),
    ]


def test_a_message_waits_for_ten_seconds_of_the_log_and_no_longer():
    failed = old_proxy_error(5, REFUSED)
    on_time, late = (old_access(5 + LONGEST_WAIT + more, status=500) for more in (0, 1))

    assert short(message(5, "x"), failed, on_time) == [(1, "none", False), (2, "upstream_dial_refused", True)]
    assert short(message(5, "x"), failed, late) == [
        (1, "none", False),
        (2, "upstream_dial_refused", False),
        (3, "upstream_connect_failed", False),
    ]


def test_only_so_many_messages_wait_at_once():
    lines = [old_proxy_error(0, REFUSED, client=f"client-{number}") for number in range(MOST_WAITING + 2)]
    lines.append(old_access(0, status=500, client="client-0"))
    lines.append(old_access(0, status=500, client="client-2"))

    found = outcomes_of(lines)

    assert [(one.line, one.joined) for one in found[:4]] == [
        (1, False),
        (2, False),
        (MOST_WAITING + 3, False),
        (3, True),
    ]
    assert len(found) == MOST_WAITING + 3


def test_a_clock_that_goes_back_lets_nothing_expire_and_nothing_wait_for_ever():
    lines = [
        old_access(100),
        old_proxy_error(100, REFUSED, client="203.0.113.1"),
        old_access(50),
        old_proxy_error(50, REFUSED, client="203.0.113.2"),
        old_access(50, status=500, client="203.0.113.1"),
        old_access(51, status=500, client="203.0.113.2"),
        old_proxy_error(51, TIMEOUT, client="203.0.113.3"),
        old_access(111),
    ]

    assert short(*lines) == [
        (1, "none", False),
        (3, "none", False),
        (2, "upstream_dial_refused", True),
        (4, "upstream_dial_refused", True),
        (7, "upstream_dial_timeout", False),
        (8, "none", False),
    ]


def test_without_times_messages_wait_to_the_end():
    lines = ['level=error msg="http: proxy error: EOF"', *["level=info msg=x"] * 50]

    assert short(*lines)[-1] == (1, "upstream_closed", False)


def test_lines_of_no_format_are_left_out():
    assert short("junk", old_access(0), "more junk") == [(2, "none", False)]


def test_nothing_is_lost_or_told_twice():
    lines = [
        line
        for second in range(60)
        for line in (
            old_proxy_error(second, REFUSED, client=f"203.0.113.{second % 7}"),
            old_access(second),
            old_access(second + second % 3, status=500, client=f"203.0.113.{second % 7}"),
            old_proxy_error(second, TIMEOUT, client="203.0.113.99"),
        )
    ]

    found = outcomes_of(lines)

    told = sorted(one.line for one in found)
    assert told == sorted(set(told))
    assert len(found) + sum(one.joined for one in found) == len(lines)
    assert sum(one.id == "upstream_dial_refused" for one in found) == 60
    assert sum(one.id == "upstream_dial_timeout" for one in found) == 60
