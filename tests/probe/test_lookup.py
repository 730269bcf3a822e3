"""What a resolver makes of real nameservers on loopback."""

import socket
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.probe.dns_query import Came, Question, parsed_answer, query, reply_of
from gwdiag.probe.lookup import Lookup, candidates, look_up
from gwdiag.probe.resolver_files import ResolverConfig
from tests.probe.servers import Zone, closed_port, nameserver

UP = {"up.lab.": ["10.0.0.7"]}


def ask(*zones: Zone | None, name: str = "up.lab", wait_s: float = 0.8, as_: str = "go", **config: object) -> Lookup:
    """A look-up at nameservers with these zones, one after the other; None is a port on which none listens."""
    with ExitStack() as stack:
        servers = tuple(
            stack.enter_context(nameserver(zone))
            if zone
            else ("127.0.0.1", stack.enter_context(closed_port(socket.SOCK_DGRAM)))
            for zone in zones
        )
        return look_up(name, ResolverConfig(servers=servers, **config), wait_s, as_)  # type: ignore[arg-type]


def failure(lookup: Lookup) -> tuple[Came, str | None]:
    assert lookup.failed is not None
    return lookup.failed.came, lookup.failed.rcode


def test_an_address_of_each_kind():
    lookup = ask(Zone({"up.lab.": ["10.0.0.7", "2001:db8::7"]}))

    assert (lookup.addresses, lookup.failed, lookup.queries) == (("10.0.0.7", "2001:db8::7"), None, 2)
    assert lookup.cost_s < 0.3


def test_an_alias_is_told():
    lookup = ask(Zone(UP, aliases={"alias.lab.": "up.lab."}), name="alias.lab")

    assert lookup.addresses == ("10.0.0.7",)
    assert lookup.deciding[0].aliases == ("up.lab",)


@pytest.mark.parametrize(
    ("zone", "came"),
    [
        (Zone(), (Came.ANSWER, "NXDOMAIN")),
        (Zone({"up.lab.": []}), (Came.ANSWER, "NODATA")),
        (Zone(rcode="SERVFAIL"), (Came.ANSWER, "SERVFAIL")),
        (Zone(rcode="REFUSED"), (Came.ANSWER, "REFUSED")),
        (Zone(rcode="NOTIMP"), (Came.ANSWER, "NOTIMP")),
        (Zone(silent=frozenset({"A", "AAAA"})), (Came.SILENCE, None)),
        (None, (Came.CLOSED, None)),
    ],
)
def test_why_there_is_no_address(zone, came):
    assert failure(ask(zone)) == came


def test_a_dangling_alias_says_where_it_leads():
    lookup = ask(Zone(aliases={"up.lab.": "gone.lab."}))

    assert failure(lookup) == (Came.ANSWER, "NXDOMAIN")
    assert lookup.failed.aliases == ("gone.lab",)


def test_a_silent_nameserver_costs_its_timeout_at_every_look_up():
    lookup = ask(Zone(silent=frozenset({"A", "AAAA"})), Zone(UP), timeout_s=5.0)

    assert lookup.addresses == ("10.0.0.7",)
    assert 5.0 < lookup.cost_s < 5.5
    assert lookup.queries == 4


@pytest.mark.parametrize("first", [Zone(rcode="SERVFAIL"), Zone(rcode="REFUSED"), Zone(lame=True), None])
def test_a_nameserver_that_fails_is_passed_over(first):
    assert ask(first, Zone(UP)).addresses == ("10.0.0.7",)


def test_a_nameserver_that_denies_is_believed():
    lookup = ask(Zone(), Zone(UP))

    assert failure(lookup) == (Came.ANSWER, "NXDOMAIN")
    assert [reply.rcode for reply in lookup.replies if reply.question.kind == "A"] == ["NXDOMAIN", "NOERROR"]


def test_the_last_nameserver_says_why():
    assert failure(ask(Zone(silent=frozenset({"A", "AAAA"})), Zone(rcode="SERVFAIL"))) == (Came.ANSWER, "SERVFAIL")


def test_one_kind_without_an_answer_does_not_hide_the_other():
    lookup = ask(Zone(UP, silent=frozenset({"AAAA"})), timeout_s=5.0, attempts=2)

    assert lookup.addresses == ("10.0.0.7",)
    assert lookup.cost_s == 10.0


def test_what_does_not_fit_into_udp_comes_over_tcp():
    lookup = ask(Zone(UP, cut=True))

    assert lookup.addresses == ("10.0.0.7",)
    assert [(one.truncated, one.over_tcp) for one in lookup.replies] == [(True, Came.ANSWER)] * 2


def test_what_does_not_fit_and_has_no_tcp():
    with nameserver(Zone(UP, cut=True), over_tcp=False) as server:
        lookup = look_up("up.lab", ResolverConfig(servers=(server,)), 0.4)

    assert failure(lookup) == (Came.NO_TCP, None)
    assert lookup.failed.over_tcp is Came.CLOSED


def test_a_query_that_gets_lost_is_sent_again():
    class Deaf(Zone):
        def reply(self, wire, *, is_tcp):
            return super().reply(wire, is_tcp=is_tcp) if len(self.seen) >= 2 else self.seen.append("lost")

    assert ask(Deaf(UP)).addresses == ("10.0.0.7",)


def test_the_search_list_is_walked_and_counted():
    zone = Zone(UP)
    lookup = ask(zone, search=("a.lab", "b.lab", "c.lab"), ndots=5)

    assert [one.name for one in lookup.asked] == ["up.lab.a.lab.", "up.lab.b.lab.", "up.lab.c.lab.", "up.lab."]
    assert (lookup.addresses, lookup.queries) == (("10.0.0.7",), 8)


def test_after_silence_go_goes_on_and_glibc_does_not():
    class Deaf(Zone):
        def reply(self, wire, *, is_tcp):
            return None if b"\x01a\x03lab" in wire else super().reply(wire, is_tcp=is_tcp)

    walk = {"search": ("a.lab",), "ndots": 2}

    assert ask(Deaf(UP), **walk).addresses == ("10.0.0.7",)
    assert failure(ask(Deaf(UP), as_="glibc", **walk)) == (Came.SILENCE, None)


@pytest.mark.parametrize(
    ("name", "ndots", "names"),
    [
        ("up", 1, ["up.a.", "up.b.", "up."]),
        ("up.lab", 1, ["up.lab.", "up.lab.a.", "up.lab.b."]),
        ("up.lab", 2, ["up.lab.a.", "up.lab.b.", "up.lab."]),
        ("up.lab.", 5, ["up.lab."]),
    ],
)
def test_which_names_are_asked_for(name, ndots, names):
    assert candidates(name, ResolverConfig(servers=(), search=("a", "b"), ndots=ndots)) == names


QUESTION = Question(("127.0.0.1", 53), "alias.lab.", "A")
WHOLE = Zone(UP, aliases={"alias.lab.": "up.lab."}).reply(query(QUESTION, edns=True).to_wire(), is_tcp=False) or b""


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(0, 9))
def test_a_damaged_answer_is_an_answer_or_none(changes, cut):
    wire = bytearray(WHOLE)
    for place, byte in changes:
        wire[place] = byte
    message = parsed_answer(bytes(wire[: len(wire) - cut]))

    assert message is None or reply_of(QUESTION, message, 0.1).came is Came.ANSWER
