"""Which numbers of a line tell something."""

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.formats import Grammars
from gwdiag.logs.records import Record
from gwdiag.logs.scan.trial import Recogniser, Sort, Use
from gwdiag.model.event import Event, Kind

PROXY = b"2026/11/20 08:27:48 http: proxy error: dial tcp 10.0.3.8:8080: i/o timeout"
DIAL = b"2026/11/20 08:27:48 dial tcp 10.0.3.8:8080: connect: connection refused"
REDIS = b"2026/11/20 08:27:49 dial tcp 10.0.3.9:6379: connect: connection refused"


@pytest.fixture
def recogniser() -> Recogniser:
    return Recogniser(Clock(), Grammars())


def test_what_is_copied_from_the_line_tells_nothing(recogniser: Recogniser):
    assert recogniser.sort(PROXY) == Sort(time=(0, 11), time_shape=b"0/0/0 0:0:0", telling=())


def test_a_port_tells_whether_it_is_that_of_the_store(recogniser: Recogniser):
    sort = recogniser.sort(DIAL)
    kind, other = recogniser.kind(DIAL, sort), recogniser.kind(REDIS, sort)

    assert sort == Sort(time=(0, 11), time_shape=b"0/0/0 0:0:0", telling=((29, 30),))
    assert (kind.class_, kind.use, kind.waits) == ("upstream_dial_refused", Use.COUNT, False)
    assert (other.class_, other.use, other.waits) == ("storage_down", Use.COUNT, False)


def test_a_number_tells_however_many_digits_it_has(recogniser: Recogniser):
    line = (
        b"2016/12/08 15:41:44 [error] 48#0: *2 [lua] a.lua:20: accounts.internal could not be resolved (%d: timed out)"
    )
    sort = recogniser.sort(line % 8)

    assert recogniser.kind(line % 8, sort).class_ == "dns_failure"
    assert recogniser.kind(line % 110, sort).class_ == "dns_timeout"


def test_the_record_of_a_line_is_made_of_that_of_another(recogniser: Recogniser):
    kind = recogniser.kind(PROXY, recogniser.sort(PROXY))

    assert kind.of(PROXY.replace(b"10.0.3.8", b"10.20.30.40"), 7, 12.5) == Record(
        7,
        "2026/11/20 08:27:48 http: proxy error: dial tcp 10.20.30.40:8080: i/o timeout",
        "go_log",
        Event(
            at=12.5,
            kind=Kind.REQUEST,
            level="error",
            message="http: proxy error: dial tcp 10.20.30.40:8080: i/o timeout",
            answers="5xx",
            upstream="10.20.30.40:8080",
        ),
    )


def test_nothing_is_copied_from_the_time_that_stands_elsewhere(recogniser: Recogniser):
    line = b"[Fri Nov 20 08:27:10.5 2026] [proxy:error] [pid 4] AH00957: http: attempt to connect to 10.0.3.8:80 (*)"
    kind = recogniser.kind(line, recogniser.sort(line))

    assert kind.of(line.replace(b":10.5", b":11.5"), 1, 12.5).event.upstream == "http://10.0.3.8:80"


def test_a_number_that_makes_a_quiet_line_a_failure_tells(recogniser: Recogniser):
    line = b"2026/11/20 08:27:48 exit status 0 of job 77"
    sort = recogniser.sort(line)

    assert recogniser.kind(line, sort).use is Use.IGNORE


def test_a_number_behind_a_letter_is_a_name(recogniser: Recogniser):
    line = b"[Fri Nov 20 08:27:48.118234 2026] [core:notice] [pid 4] AH00094: Command line: 'httpd -D FOREGROUND'"
    places = recogniser.sort(line).telling

    assert line.index(b"00094") - len("20082748118234202") + 6 in [begin for begin, _ in places]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"   at main.go:12",
        b"\x00\xff\xfe 12 34",
        b"words without a format 12",
        b'10.0.0.1 - - [20/Nov/2026:08:27:48 +0000] "GET /a/1 HTTP/1.1" 200 5 "-" "-"',  # access lines have another way
        b"2026/11/20 99:27:48 http: proxy error: EOF",  # no time, and no line without one
    ],
)
def test_what_can_only_be_read_by_itself(line: bytes, recogniser: Recogniser):
    assert recogniser.sort(line) is None


def test_a_line_without_a_time(recogniser: Recogniser):
    line = b"[NOTICE]   (16420) : New worker (16423) forked"
    sort = recogniser.sort(line)

    assert (sort.time, sort.time_shape) == ((0, 0), b"")
    assert recogniser.kind(line, sort).of(line, 3, None).event.at is None


UPSTREAM = (
    b"2026/11/20 08:27:48 [error] 7#7: *%d upstream timed out (%d: Connection timed out) while connecting to upstream,"
    b' client: 10.0.0.1, server: _, request: "%s HTTP/1.1", upstream: "http://%s", host: "%s"'
)


def test_kin_differ_in_paths_and_values_and_only_a_few_are_read(recogniser: Recogniser):
    first = recogniser.sort(UPSTREAM % (1, 110, b"GET /orders/12", b"10.0.3.8:80/12", b"a.example.com"))
    reads = recogniser.reads
    line = UPSTREAM % (2, 110, b"POST /users/a/7/b?c=1", b"users:8080/a/7/b?c=1", b"b.example.com")
    has_kin, other = recogniser.has_kin(line), recogniser.sort(line)

    assert has_kin
    assert recogniser.reads - reads <= 6 < reads
    assert first.telling == other.telling == ((48, 49),)


def test_what_says_something_else_is_no_kin(recogniser: Recogniser):
    recogniser.sort(UPSTREAM % (1, 110, b"GET /orders/12", b"10.0.3.8:80/12", b"a.example.com"))

    assert not recogniser.has_kin(b"2026/11/20 08:27:48 [error] 7#7: *1 upstream timed out, client: 10.0.0.1")


@pytest.mark.parametrize("port", [8080, 6379])
def test_numbers_in_what_kin_have_of_their_own_may_tell(port: int, recogniser: Recogniser):
    line = b"2026/11/20 08:27:48 /orders/%d: dial tcp to=%s: connect: connection refused"
    recogniser.sort(line % (7, b"users.internal"))
    own = line % (7, b"10.0.0.1:%d" % port)
    alone = Recogniser(Clock(), Grammars())

    assert recogniser.has_kin(own)
    assert recogniser.sort(own) == alone.sort(own)
    assert recogniser.kind(own, recogniser.sort(own)) == alone.kind(own, alone.sort(own))


def test_kin_that_has_a_number_twice_is_tried_as_if_it_had_none(recogniser: Recogniser):
    line = (
        b"2026/11/20 14:31:22.054\tERROR\thttp.log.error.log0\tEOF since 2026-11-20T14:31:22Z\t"
        b'{"request": {"remote_ip": "10.20.0.%d", "client_ip": "10.20.0.%d", "a": 1}, "duration": 0.00258007}'
    )
    recogniser.sort(line % (9, 8))
    sort = recogniser.sort(line % (9, 9))
    kind = recogniser.kind(line % (9, 9), sort)

    assert recogniser.has_kin(line % (9, 9))
    assert sort == Recogniser(Clock(), Grammars()).sort(line % (9, 9))
    assert kind.event.client == "10.20.0.9"


def test_a_fraction_tells_nothing_although_its_digits_are_counted(recogniser: Recogniser):
    line = b"[   247.245746s] DEBUG ThreadId(01) outbound:accept{client.addr=10.3.2.1:59879}: linkerd_app: Closed"

    assert recogniser.sort(line).telling == ()
