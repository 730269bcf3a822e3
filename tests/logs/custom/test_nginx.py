"""nginx's log_format strings, and those of a configuration."""

import time

import pytest

from gwdiag.logs.clock import Clock
from gwdiag.logs.custom.nginx import formats_of_conf, from_format
from gwdiag.model.event import Event, Kind
from gwdiag.model.problem import Problem

CONF = r"""
user nginx;
# log_format commented '$status';
http {
    log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                    '$status $body_bytes_sent "$http_referer" '   # the agent comes next
                    "\"$http_user_agent\" $request_time";
    log_format  json  escape=json
        '{'
          '"at":"$time_iso8601",'
          '"status":$status,'
          '"agent":"$http_user_agent",'
          '"upstream":"$upstream_addr",'
          '"us":"$upstream_status"'
        '}';
    log_format tabs '$time_local\t$remote_addr\t$request\t${status}';
    log_format none '$http_referer $cookie_a';
    access_log /var/log/nginx/access.log main;
}
stream { log_format basic '$remote_addr [$time_local] $protocol $status $bytes_sent $bytes_received $session_time'; }
"""


def read(format_: str, line: str) -> Event | None:
    return from_format(format_, "x").read(line, Clock())


def test_the_formats_of_a_configuration():
    assert {name: one.cannot_tell for name, one in formats_of_conf(CONF).items()} == {
        "main": "no upstream",
        "json": "no duration",
        "tabs": "no duration, no upstream",
        "basic": "no upstream",
    }


def test_a_line_of_a_configuration_s_format():
    line = '{"at":"2026-11-20T14:07:10+00:00","status":502,"agent":"a \\"b\\"","upstream":"a:1, b:2","us":"502, 502"}'

    assert formats_of_conf(CONF)["json"].read(line, Clock()) == Event(
        at=1795183630.0,
        kind=Kind.ACCESS,
        status=502,
        upstream="b:2",
        tried=("a:1",),
    )


def test_pieces_and_escapes_are_put_together():
    main = formats_of_conf(CONF)["main"]
    seen = main.read('10.20.0.9 - - [20/Nov/2026:14:07:10 +0000] "GET /a HTTP/1.1" 200 1 "-" "x \\x22y" 0.041', Clock())
    tabs = formats_of_conf(CONF)["tabs"].read("20/Nov/2026:14:07:10 +0000\t10.20.0.9\tGET /a b HTTP/1.1\t404", Clock())

    assert (seen.at, seen.client, seen.path, seen.duration_ms) == (1795183630.0, "10.20.0.9", "/a", 41.0)
    assert (tabs.client, tabs.path, tabs.status) == ("10.20.0.9", "/a", 404)


@pytest.mark.parametrize(
    ("format_", "line", "status", "path", "duration", "upstream"),
    [
        ("$status", "200", 200, None, None, None),
        ("$status|$request|$request_time", "200|GET /a|b HTTP/1.1|0.041", 200, "/a|b", 41.0, None),
        ("$request $status", "GET /a b HTTP/1.1 200", 200, "/a", None, None),
        ("$http_user_agent $request_time $status", "Mozilla/5.0 (X11; rv:10.0) 12 0.041 200", 200, None, 41.0, None),
        ("$upstream_addr $upstream_status $status", "a:1, b:2 502, 200 200", 200, None, None, "b:2"),
        ("$upstream_addr|$status", "a:1 : [::1]:80|200", 200, None, None, "[::1]:80"),
        ("[$upstream_addr] $status", "[unix:/run/a.sock] 200", 200, None, None, "unix:/run/a.sock"),
        ("$scheme://$host$request_uri $status", "https://a.example.com/a?key=1 200", 200, "/a", None, None),
        ("$uri$is_args$args $status", "/a/b?key=1 200", 200, "/a/b", None, None),
        ("${request_time}s $status", "0.041s 200", 200, None, 41.0, None),
        ('$status $my_own "$http_x" $request_time', '200 what ever "x" 0.041', 200, None, 41.0, None),
        ("$status $status $request_method $uri", "200 500 GET /a", 200, "/a", None, None),
        ("log_format x escape=none '$status \"$http_x\" $request_uri';", '200 "a "b"" /a', 200, "/a", None, None),
        ("$status $upstream_addr", "200 -", 200, None, None, None),
    ],
)
def test_variables_anywhere(format_, line, status, path, duration, upstream):
    seen = read(format_, line)

    assert (seen.status, seen.path, seen.duration_ms, seen.upstream) == (status, path, duration, upstream)


@pytest.mark.parametrize(
    ("format_", "line"),
    [
        ("[$time_local] $status", ""),
        ("[$time_local] $status", "[20/Nov/2026] 200"),
        ("a=$status", "b=200"),
        ('"$request" $status', '"GET / HTTP/1.1'),
    ],
)
def test_a_line_of_another_format_is_none(format_, line):
    assert read(format_, line) is None


@pytest.mark.parametrize(
    ("format_", "problem"),
    [
        ("", "--format: it has no variable that tells of a request, such as $status or $request"),
        ("$uri", "--format: it has no variable that tells of a request, such as $status or $request"),
        (
            "$http_referer [$time_local]",
            "--format: it has no variable that tells of a request, such as $status or $request",
        ),
        ("$status" + " " * 9000, "--format: it is longer than the 8192 characters that are read"),
    ],
)
def test_a_format_that_tells_nothing_is_a_problem(format_, problem):
    with pytest.raises(Problem) as raised:
        from_format(format_, "--format")

    assert str(raised.value) == problem


@pytest.mark.parametrize(
    "conf", ["", "log_format", "log_format a", "log_format a '$status", "log_format ; $status;", "{" * 9]
)
def test_a_configuration_without_formats_has_none(conf):
    assert formats_of_conf(conf) == {}


@pytest.mark.parametrize(
    ("format_", "line"),
    [
        ("$a $b $c $d $e $f $g $h $status", "x " * 130_000),
        ("$http_a $http_b $request_time $status", "0.001 " * 40_000),
        ('"$a" "$b" "$c" $status', '"' * 260_000),
        ('"$a" "$b" "$c" $status', '\\"' * 130_000),
        ("$upstream_addr $upstream_status $status", "1, " * 80_000),
        ("$a$b$c$d $status", "x" * 260_000),
        ("$a" * 2000 + " $status", "x" * 260_000),
    ],
)
def test_no_format_and_no_line_take_long(format_, line):
    one = from_format(format_, "x")
    begin = time.perf_counter()
    one.read(line, Clock())

    assert time.perf_counter() - begin < 2
