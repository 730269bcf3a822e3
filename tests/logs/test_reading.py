"""Files into sums: bad input is a problem with a name, and everything readable still counts."""

import bz2
import gzip
import json
import lzma
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gwdiag.logs.examine import Wanted, examine
from gwdiag.logs.lines import CHUNK, numbered_lines
from gwdiag.logs.one_file import Reading
from gwdiag.logs.reading import Read, read
from gwdiag.logs.source import opened
from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.report import Input
from gwdiag.render import renderers
from tests.conftest import SAMPLES
from tests.logs.from_lines import YEAR
from tests.logs.small_logs import failures, log, successes
from tests.tyk_log import BEGIN, access, old_access, proxy_error

HEALTHY = "\n".join(log(successes(0, 10))).encode() + b"\n"
"""20 lines."""


def at(second: float) -> datetime:
    return datetime.fromtimestamp(BEGIN, UTC) + timedelta(seconds=second)


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def reading(*paths: object, **how: object) -> Read:
    return read([str(path) for path in paths], Reading(**({"year": YEAR} | how)))  # type: ignore[arg-type]


def problem(path: Path) -> str | None:
    [one] = reading(path).inputs
    return one.problem


def test_a_file_and_what_it_gave(tmp_path):
    path = put(tmp_path / "gw-1.log", HEALTHY + b"no format\n")

    assert reading(path).inputs == [
        Input(
            path=str(path),
            node="gw-1",
            format="logrus_text",
            bytes=len(HEALTHY) + 10,
            lines=21,
            events=20,
            unparsed=1,
            first=at(0),
            last=at(9),
        )
    ]


def test_an_empty_file_is_empty(tmp_path):
    assert problem(put(tmp_path / "a.log", b"")) == "it is empty"


@pytest.mark.parametrize("content", [b"\0" * 5000, b"\n\n\n", b"\r\n"])
def test_a_file_of_nothing_but_holes_has_no_line(tmp_path, content):
    assert problem(put(tmp_path / "a.log", content)) in ("it is empty", "no line has a format that is known")


def test_binary_junk_has_no_known_format(tmp_path):
    junk = bytes(range(256)) * 400

    [one] = reading(put(tmp_path / "a.log", junk)).inputs

    assert (one.problem, one.bytes, one.events) == ("no line has a format that is known", len(junk), 0)
    assert one.unparsed == one.lines


def test_a_file_that_is_not_there_is_named_and_the_others_are_read(tmp_path):
    path = put(tmp_path / "a.log", HEALTHY)

    found = reading(tmp_path / "absent.log", path)

    assert [(one.path, one.events, one.problem) for one in found.inputs] == [
        (str(tmp_path / "absent.log"), 0, "No such file or directory"),
        (str(path), 20, None),
    ]


def test_a_file_that_may_not_be_read_is_named_and_the_others_are_read(tmp_path):
    path, closed = put(tmp_path / "a.log", HEALTHY), put(tmp_path / "closed.log", HEALTHY)
    closed.chmod(0o000)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read everything")

    for paths in ([path, closed], [tmp_path]):
        assert [(one.path, one.events, one.problem) for one in reading(*paths).inputs] == [
            (str(path), 20, None),
            (str(closed), 0, "Permission denied"),
        ]


DAMAGED = "compressed data is damaged or cut after line {}; what came before it was read"
LONG = b"".join(b"%s\n" % access(second).encode() for second in range(20_000))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
def test_of_a_compressed_file_that_is_cut_what_came_before_counts(tmp_path, compress: Callable[[bytes], bytes]):
    whole = compress(LONG)

    [one] = reading(put(tmp_path / "a.log.gz", whole[: len(whole) * 9 // 10])).inputs

    assert one.problem == DAMAGED.format(one.lines)
    assert 10_000 < one.events <= one.lines < 20_000


def test_of_a_gzip_file_with_garbage_behind_it_all_is_read(tmp_path):
    [one] = reading(put(tmp_path / "a.log.gz", gzip.compress(HEALTHY) + b"garbage")).inputs

    assert (one.events, one.problem) == (20, DAMAGED.format(20))


def test_of_a_gzip_file_damaged_in_the_middle_what_came_before_counts(tmp_path):
    whole = bytearray(gzip.compress(LONG))
    whole[len(whole) // 2 : len(whole) // 2 + 50] = b"\xff" * 50

    [one] = reading(put(tmp_path / "a.log.gz", bytes(whole))).inputs

    assert one.problem == DAMAGED.format(one.lines)
    assert 1000 < one.events < 20_000


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b", b"\x1f\x8bjunk", b"BZhjunk", b"\xfd7zXZ\0junk", gzip.compress(b"", mtime=0)[:9]]
)
def test_what_only_begins_like_a_compressed_file_is_damaged(tmp_path, content):
    assert problem(put(tmp_path / "a.log", content)) == "compressed data is damaged or cut: no line can be read"


def test_an_empty_compressed_file_is_empty(tmp_path):
    assert problem(put(tmp_path / "a.log.gz", gzip.compress(b""))) == "it is empty"


def test_of_a_file_that_grows_while_it_is_read_what_was_there_counts(tmp_path):
    path = put(tmp_path / "a.log", LONG)

    with opened(str(path)) as (stream, most):
        with path.open("ab") as more:
            more.write(LONG)
        last, _ = list(numbered_lines(stream, most))[-1]

    assert 20_000 <= last < 20_000 + CHUNK // 400


def test_messages_that_wait_for_their_access_line_count_though_the_file_breaks_off(tmp_path):
    messages = "\n".join(proxy_error(second / 100, "EOF") for second in range(50)).encode() + b"\n"

    found = reading(put(tmp_path / "a.log.gz", gzip.compress(HEALTHY + messages) + b"garbage"))

    assert found.tally.alone == {"Orders": 50}


def test_a_pipe_is_read_to_its_end(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[gzip.compress(HEALTHY)])
    writer.start()
    try:
        [one] = reading(path).inputs
    finally:
        writer.join()

    assert (one.node, one.events, one.problem) == ("pipe", 20, None)


def test_formats_may_be_mixed_in_one_file(tmp_path):
    lines = [access(0), "2026/11/20 08:00:01 listening on :8080", access(2), "ERRO[0001] x", "no format"]

    [one] = reading(put(tmp_path / "a.log", "\n".join(lines).encode())).inputs

    assert (one.format, one.events, one.unparsed) == ("logrus_text, go_log, logrus_terminal", 4, 1)


def test_the_node_is_the_one_that_the_lines_name(tmp_path):
    lines = [f"Nov 20 08:00:0{number} gw-{number} tyk[1]: {access(number)}" for number in (1, 2)]
    both, one = put(tmp_path / "both.log", "\n".join(lines).encode()), put(tmp_path / "one.log", lines[0].encode())

    assert [found.node for found in reading(both, one).inputs] == [None, "gw-1"]
    assert [found.node for found in reading(one, nodes={str(one): "told"}).inputs] == ["told"]


def test_the_year_comes_from_the_option_or_from_the_file_s_last_change(tmp_path):
    path = put(tmp_path / "a.log", old_access(0).encode())
    os.utime(path, (BEGIN, BEGIN - 2 * 365 * 86_400))

    assert reading(path, year=None).inputs[0].first == at(0).replace(year=2024)
    assert reading(path, year=2019).inputs[0].first == at(0).replace(year=2019)


@pytest.mark.parametrize("changed", [0, 1 << 33, 1 << 40])
def test_any_last_change_of_a_file_will_do(tmp_path, changed):
    path = put(tmp_path / "a.log", old_access(0).encode())
    try:
        os.utime(path, (changed, changed))
    except OverflowError:
        pytest.skip("this file system has no such times")

    assert reading(path, year=None).inputs[0].events == 1


def test_lines_of_no_format_are_counted_and_a_few_are_kept(tmp_path):
    junk = [f"junk {number}" for number in range(4)] + ["connection refused by 10.20.0.31"]
    path = put(tmp_path / "a.log", "\n".join([access(0), *junk]).encode())

    found = reading(path)

    assert [(one.place.line, one.text) for one in found.unparsed] == [(2, "junk 0"), (3, "junk 1"), (4, "junk 2")]
    assert found.unparsed_classes == {"none": 4, "upstream_dial_refused": 1}


def test_in_a_folder_what_is_no_log_is_passed_over(tmp_path):
    put(tmp_path / "gateway.log", HEALTHY)
    put(tmp_path / "tyk.conf", b'{"listen_port": 8080, "secret": "x", "level": "info"}\n')
    put(tmp_path / "README", b"one\ntwo\nthree\n")
    put(tmp_path / "core", bytes(range(256)) * 100)
    put(tmp_path / "empty", b"")
    put(tmp_path / "cut.gz", gzip.compress(LONG)[:5])
    put(tmp_path / "proc/net/tcp", b"  sl  local_address rem_address   st\n   0: 00000000:1F90 00000000:0000 0A\n")

    assert [one.path for one in reading(tmp_path).inputs] == [str(tmp_path / "gateway.log")]


def test_in_a_folder_a_log_is_known_by_its_content_whatever_its_name(tmp_path):
    put(tmp_path / "a.json", HEALTHY)
    put(tmp_path / "b.conf", gzip.compress(HEALTHY))
    put(tmp_path / "c", b"junk\n" * 8 + HEALTHY[: HEALTHY.index(b"\n") + 1])
    put(tmp_path / "d", b"junk\n" * 9 + HEALTHY[: HEALTHY.index(b"\n") + 1])

    assert [Path(one.path).name for one in reading(tmp_path).inputs] == ["a.json", "b.conf", "c"]


def test_definitions_beside_the_logs_are_found_with_the_node_they_belong_to(tmp_path):
    definition = {"api_id": "a1", "name": "Orders", "proxy": {"target_url": "http://orders.internal:9001/x"}}
    put(tmp_path / "nodes/gw-1/gateway.log", HEALTHY)
    put(tmp_path / "nodes/gw-1/apps/a1.json", json.dumps(definition).encode())
    put(tmp_path / "nodes/gw-1/tyk.conf", b'{"listen_port": 8080, "secret": "x", "proxy_default_timeout": 7}')

    conf = str(tmp_path / "nodes/gw-1/tyk.conf")

    assert reading(tmp_path).known == [
        (
            "gw-1",
            GatewaySettings(
                path=conf,
                limits=(
                    Limit(name="proxy_default_timeout", seconds=7.0, path=conf),
                    Limit(name="write_timeout", seconds=120.0, path=conf),
                ),
                write_timeout_s=120.0,
                listen_port=8080,
            ),
        ),
        (
            "gw-1",
            ApiDefinition(
                id="a1", name="Orders", target="http://orders.internal:9001", url="http://orders.internal:9001/x"
            ),
        ),
    ]


def test_a_definition_that_was_named_itself_is_no_log(tmp_path):
    path = put(tmp_path / "a1.json", b'{"api_id": "a1"}')

    with pytest.raises(Problem) as raised:
        examine([str(path)], Reading(), Wanted())

    assert str(raised.value) == f"nothing to examine: {path}: no line has a format that is known"
    assert raised.value.status is Exit.NOTHING_DONE


JSON_ACCESS = {
    "level": "info",
    "msg": "",
    "time": "2026-11-20T08:00:00Z",
    "prefix": "access-log",
    "status": 500,
    "latency_total": 5,
    "latency_gateway": 1,
    "api_name": "Orders",
    "upstream_addr": "http://orders.internal:9001/items",
}


@pytest.mark.parametrize(
    "odd",
    [
        {"latency_total": float("nan")},
        {"latency_total": float("inf")},
        {"latency_total": 1e300},
        {"latency_total": -5},
        {"time": "0001-01-01T00:00:00+14:00"},
        {"time": "9999-12-31T23:59:59Z"},
        {"time": "1970-01-01T00:00:00+14:00"},
        {"status": 10**30},
        {"status": -1},
        {"status": 0},
        {"api_name": "\ud800"},
        {"api_name": "x" * 100_000},
        {"api_name": "a\x1b[31m\x00b\nc"},
        {"upstream_addr": "http://[::1"},
        {"upstream_addr": "://"},
        {"client_ip": {"a": [1]}},
        {"level": ["error"]},
    ],
)
def test_odd_values_in_a_record_end_no_report(tmp_path, odd):
    lines = [json.dumps(JSON_ACCESS), json.dumps(JSON_ACCESS | odd), json.dumps(JSON_ACCESS | odd | {"status": 200})]
    path = put(tmp_path / "a.log", "\n".join(lines * 10).encode())

    assert_all_is_written(path)


def assert_all_is_written(path: Path) -> None:
    report = examine([str(path)], Reading(year=YEAR), Wanted(by="client"))

    for name, renderer in renderers().items():
        assert renderer.render(report, None).encode("utf-8", "replace"), name


LINES = [
    line.encode()
    for folder in ("formats", "wrappers")
    for path in sorted((SAMPLES / folder).iterdir())
    for line in path.read_text("utf-8").splitlines()
]
NUMBERS = st.one_of(st.integers(0, 60), st.integers(-1000, 10**12)).map(lambda number: str(number).encode())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.sampled_from(LINES),
            st.binary(max_size=40),
            st.builds(lambda line, number: line.replace(b"08", number, 3), st.sampled_from(LINES), NUMBERS),
            st.builds(
                lambda line, number: line.replace(b"latency_total=0", b"latency_total=" + number),
                st.sampled_from(LINES),
                NUMBERS,
            ),
        ),
        max_size=25,
    )
)
@example([b'time="2026-11-20T08:00:00Z" level=info msg="" prefix=access-log status=500 latency_total=1e999'])
def test_any_bytes_give_a_report_or_say_why_not(tmp_path, content):
    path = put(tmp_path / "a.log", b"\n".join(content))

    try:
        assert_all_is_written(path)
    except Problem as why:
        assert why.status is Exit.NOTHING_DONE  # noqa: PT017  either may happen


HOSTILE = ["a", "a.", 'a="b" ', "a=b ", "  ", '"', "/", "a/", "/1", "(", "[a", "\\", "http://a", "1.", "key=", "é", "{"]
BEGINNINGS = [
    "",
    "level=error msg=",
    'level=error msg="x"',
    "ERRO[0001] ",
    "[Jun 02 08:41:19] ERROR ",
    "2026/11/20 08:37:48 http: panic serving x: ",
    "Nov 20 08:37:48 ",
    "2026-11-20T08:37:48.111Z ",
    "<14>1 2026-11-20T08:37:48Z a b c d [",
    '{"log":"',
]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_an_endless_line_of_whatever_kind_takes_no_time(tmp_path, beginning):
    lines = [f"{beginning}{text * (100_000 // len(text))}{end}" for text in HOSTILE for end in ("", "!")]
    path = put(tmp_path / "a.log", "\n".join([access(0), *lines]).encode())
    began = time.process_time()

    reading(path)

    assert time.process_time() - began < 5


def test_outliers_of_time_take_neither_time_nor_memory(tmp_path):
    unset = access(0).replace("2026-11-20T08:00:00Z", "1970-01-01T00:00:07Z")
    far = access(0).replace("2026-11-20", "2199-11-20")
    path = put(tmp_path / "a.log", "\n".join([unset, far, *log(successes(0, 60), failures(20, 60))]).encode())
    began = time.process_time()

    report = examine([str(path)], Reading(), Wanted(interval=1))

    assert report.totals.requests == 202
    assert time.process_time() - began < 5


def test_many_clients_and_upstreams_take_little_time(tmp_path):
    lines = [
        line
        for number in range(10_000)
        for line in (
            access(number / 20, client=f"c{number}", upstream=f"http://u{number % 300}:1"),
            *([proxy_error(number / 20, "EOF", client=f"c{number}")] if number % 3 else []),
            *([access(number / 20, client=f"c{number}", status=500, flag="UPE")] if number % 3 else []),
        )
    ]
    path = put(tmp_path / "a.log", "\n".join(lines).encode())
    began = time.process_time()

    report = examine([str(path)], Reading(), Wanted(by="client"))

    assert report.totals.requests == 10_000 + 6_666
    assert time.process_time() - began < 20


def test_formats_of_a_configuration_make_no_log_of_other_files(tmp_path):
    """The lines are those of Apache's own configuration in Debian."""
    (tmp_path / "apache2.conf").write_text(
        'LogFormat "%h %l %u %t \\"%r\\" %>s %O" common\n'
        'LogFormat "%{Referer}i -> %U" referer\n'
        'LogFormat "%{User-agent}i" agent\n'
    )
    (tmp_path / "services").write_text("ssh 22/tcp # SSH Remote Login Protocol\nsmtp 25/tcp mail\n" * 20)

    assert read([str(tmp_path)], Reading()).inputs == []
