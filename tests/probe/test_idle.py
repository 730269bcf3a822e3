"""How long idle connections live, at real servers that close, reset or forget them."""

import socket
import time

import pytest

from gwdiag.probe.details import Bracket, IdleDetail, Rung
from gwdiag.probe.known_idle_times import default_of
from gwdiag.probe.stages.idle import AUTO, Seen, detail_of, remarks_of, rungs_for
from gwdiag.probe.target import parsed
from tests.probe.looking import look
from tests.probe.servers import OK, Behaviour, answers, closes, head, request, resets, silent, tcp_server


def ends_after(seconds: float, end: Behaviour) -> Behaviour:
    """A server that ends an idle connection after so long."""

    def behave(sock: socket.socket) -> None:
        while request(sock):
            sock.sendall(OK)
            sock.settimeout(seconds)
            try:
                sock.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                end(sock)
                return
            sock.settimeout(5)

    return behave


def forgets_after(seconds: float) -> Behaviour:
    """A server that answers nothing on a connection that was idle for longer."""

    def behave(sock: socket.socket) -> None:
        while request(sock):
            sock.sendall(OK)
            began = time.monotonic()
            if sock.recv(1, socket.MSG_PEEK) and time.monotonic() - began > seconds:
                silent(sock)

    return behave


@pytest.mark.parametrize(("end", "how"), [(closes, "closed"), (resets, "reset")])
def test_an_end_that_can_be_seen_is_measured_to_the_moment(end, how):
    with tcp_server(ends_after(1.0, end)) as port:
        seen = look(f"http://127.0.0.1:{port}/", idle=(0.3, 2.0), samples=1)

    detail = seen.stage("idle").detail
    assert seen.verdict == ("none", "warning")
    assert "idle_timeout_short" in seen.ids
    assert detail.how == how
    assert 0.9 < detail.idle_timeout_s.low <= detail.idle_timeout_s.high < 1.6


def test_an_end_that_only_shows_in_use_lies_between_two_rungs():
    with tcp_server(forgets_after(1.0)) as port:
        seen = look(f"http://127.0.0.1:{port}/", idle=(0.5, 1.5), samples=1, timeout_s=0.7)

    detail = seen.stage("idle").detail
    assert detail.how == "silent"
    assert (round(detail.idle_timeout_s.low, 1), round(detail.idle_timeout_s.high, 1)) == (0.5, 1.5)
    assert "something between forgets them" in seen.result.cause


def test_connections_that_live_are_no_finding():
    with tcp_server(answers(OK)) as port:
        seen = look(f"http://127.0.0.1:{port}/", idle=(0.2, 0.5), samples=1)

    assert seen.verdict == ("none", "ok")
    assert seen.stage("idle").detail.idle_timeout_s is None
    assert [one.outcome for one in seen.stage("idle").detail.rungs] == ["alive", "alive"]


def test_where_connections_are_not_kept_there_is_nothing_to_measure():
    with tcp_server(answers(head("200 OK", Connection="close"))) as port:
        seen = look(f"http://127.0.0.1:{port}/", idle=(0.2,), samples=1)

    assert (seen.verdict, seen.stage("idle").outcome) == (("none", "ok"), "skip")


def test_nothing_is_measured_where_nothing_is_sent():
    with tcp_server(silent) as port:
        seen = look(f"127.0.0.1:{port}", idle=(0.2,), samples=1)

    assert (seen.verdict, seen.stage("idle").outcome) == (("none", "ok"), "skip")


def rung(idle_s: float, outcome: str, ended_s: float | None = None) -> Seen:
    return Seen(rung=Rung(idle_s=idle_s, outcome=outcome, address="10.0.0.7"), ended_s=ended_s)


@pytest.mark.parametrize(
    ("seen", "bracket", "how"),
    [
        ([rung(1, "alive"), rung(5, "alive")], None, None),
        ([rung(1, "alive"), rung(5, "silent"), rung(9, "silent")], Bracket(low=1, high=5), "silent"),
        ([rung(1, "alive"), rung(2.1, "closed", 2.1), rung(2.2, "closed", 2.2)], Bracket(low=2.1, high=2.1), "closed"),
        ([rung(1, "silent")], Bracket(low=0.0, high=1), "silent"),
        ([], None, None),
    ],
)
def test_the_bracket(seen, bracket, how):
    detail = detail_of(seen)

    assert (detail.idle_timeout_s, detail.how) == (bracket, how)


@pytest.mark.parametrize(("low", "said"), [(89.9, ("idle_timeout_short", "warning")), (90.0, ("idle_timeout", "info"))])
def test_what_outlives_the_pool_is_no_trouble(low, said):
    [one] = remarks_of(IdleDetail(idle_timeout_s=Bracket(low=low, high=low), how="closed", rungs=()), parsed("h:80"))

    assert (one.id, one.severity) == said


def test_rungs_stand_close_where_there_are_enough_of_them():
    assert rungs_for((1.0, 4.0)) == [1.0, 4.0]
    assert rungs_for((2.0, 12.0)) == [2.0, 4.5, 7.0, 9.5, 12.0]
    assert len(rungs_for((60.0, 350.0))) == 24
    assert rungs_for(AUTO) == sorted(AUTO)


@pytest.mark.parametrize(
    ("low", "high", "whose"),
    [(60.0, 60.1, "AWS ALB, nginx towards upstreams"), (4.9, 5.0, "Node.js, uvicorn, Apache httpd"), (30, 31, None)],
)
def test_whose_default_it_is(low, high, whose):
    assert default_of(low, high) == whose


def test_a_wide_bracket_is_nobodys_default():
    assert default_of(1.0, 100.0) is None
