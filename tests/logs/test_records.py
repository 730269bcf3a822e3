"""Lines into records: what collectors put around them is off, and a stack trace belongs to its panic."""

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gwdiag.logs.clock import Clock
from gwdiag.logs.lines import numbered_lines
from gwdiag.logs.records import Record, records
from gwdiag.model.event import Event, Kind
from tests.conftest import SAMPLES

PANIC = "2026/11/20 08:37:48 http: panic serving 10.20.0.9:41234: runtime error: invalid memory address"
STACK = """\
goroutine 4711 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1947 +0xbe
panic({0x2b5c1a0?, 0x5e0c4f0?})
\t/usr/local/go/src/runtime/panic.go:785 +0x132
runtime.panicmem()
main.(*Limiter).Allow(0x0, {0xc000a3e0c0, 0x24})
\t/src/gateway/limiter.go:87 +0x45
main.main.func2({0x3f1c2e0, 0xc0009b2000}, 0xc000b4c140)
created by net/http.(*Server).Serve in goroutine 1
\t/usr/local/go/src/net/http/server.go:3360 +0x485
...additional frames elided...
rax    0x0
rflags 0x10202
exit status 2""".splitlines()
PLAIN = "2026/11/20 08:37:49 listening on :8080"


def read(*lines: str) -> list[Record]:
    return list(records(iter(enumerate(lines, 1)), Clock()))


def texts(*lines: str) -> list[tuple[int, str]]:
    return [(record.line, record.text) for record in read(*lines)]


def test_a_line_becomes_a_record_with_its_number_and_format():
    assert read("", PLAIN) == [
        Record(2, PLAIN, "go_log", Event(at=1795163869.0, kind=Kind.NOTICE, message="listening on :8080"))
    ]


def test_a_panic_with_its_stack_is_one_record_that_names_the_first_own_function():
    panic, after = read(PANIC, *STACK, PLAIN)

    assert panic == Record(
        1,
        PANIC,
        "go_log",
        Event(
            at=1795163868.0,
            kind=Kind.REQUEST,
            level="error",
            message="http: panic serving 10.20.0.9:41234: runtime error: invalid memory address",
            detail="main.(*Limiter).Allow",
        ),
    )
    assert after.line == len(STACK) + 2


def test_a_stack_that_has_no_function_of_the_program_s_own_names_none():
    [panic] = read(PANIC, "goroutine 4711 [running]:", "net/http.(*conn).serve.func1()", "runtime.panicmem()")

    assert panic.event.detail is None


def test_the_lines_of_a_stack_without_a_panic_are_records_of_no_format():
    assert texts(PLAIN, "main.main()", "goroutine 1 [running]:") == [
        (1, PLAIN),
        (2, "main.main()"),
        (3, "goroutine 1 [running]:"),
    ]


def test_an_indented_line_continues_the_record_before_it():
    assert texts(PLAIN, "\tmore of it", "    and more", PLAIN) == [(1, PLAIN), (4, PLAIN)]


def test_an_indented_line_after_one_of_no_format_stands_alone():
    assert texts("no format", "\tindented") == [(1, "no format"), (2, "\tindented")]


def test_a_line_of_no_format_ends_a_stack():
    assert texts(PANIC, "goroutine 1 [running]:", "no format", "main.main()") == [
        (1, PANIC),
        (3, "no format"),
        (4, "main.main()"),
    ]


def test_a_record_inside_a_stack_is_one_of_its_own():
    read_ = read(PANIC, STACK[0], PLAIN, *STACK[5:7])

    assert [(record.line, record.event and record.event.detail) for record in read_] == [
        (1, None),
        (3, None),
        (4, None),
        (5, None),
    ]


def test_empty_lines_and_blanks_make_no_records():
    assert texts("", "  ", "\t", PLAIN, "") == [(4, PLAIN)]


def test_what_no_format_reads_has_neither_format_nor_event():
    assert read("one two three") == [Record(1, "one two three", None, None)]


def test_a_log_may_change_its_format_from_line_to_line():
    mixed = [
        'time="2026-11-20T08:37:48Z" level=info msg=x',
        '{"level":"info","msg":"x","time":"2026-11-20T08:37:48Z"}',
        "ERRO[0001] x",
        "[Jun 02 08:41:19] ERROR x",
        PLAIN,
        "Nov 20 08:37:48 gw-1 tyk[1]: ERRO[0001] x",
    ]

    formats = [record.format for record in read(*mixed, *mixed)]

    assert formats == ["logrus_text", "logrus_json", "logrus_terminal", "tyk_bracket", "go_log", "logrus_terminal"] * 2


def test_a_wrapped_stack_is_one_record_too():
    wrapped = [f"2026-11-20T08:37:48.1Z stderr F {line}" for line in (PANIC, *STACK)]

    [record] = read(*wrapped)

    assert (record.line, record.text, record.event.detail) == (1, PANIC, "main.(*Limiter).Allow")


def test_a_wrapped_line_of_no_format_is_shown_without_its_wrapping():
    assert texts("Nov 20 08:37:48 gw-1 tyk[1]: one two three") == [(1, "one two three")]


def test_a_journal_export_gives_the_host_of_its_records():
    [record] = read("__CURSOR=s=1", "_HOSTNAME=gw-1", f"MESSAGE={PLAIN}", "")

    assert (record.line, record.text, record.event.host) == (3, PLAIN, "gw-1")


SAMPLE_LINES = [
    line.encode()
    for folder in ("formats", "wrappers")
    for path in sorted((SAMPLES / folder).iterdir())
    for line in path.read_text("utf-8").splitlines()
]
PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(SAMPLE_LINES),
    st.sampled_from(SAMPLE_LINES).flatmap(lambda line: st.integers(0, len(line)).map(lambda end: line[:end])),
    st.sampled_from([PANIC.encode(), *(line.encode() for line in STACK), b"__CURSOR=x", b"MESSAGE=x", b"\t", b""]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PIECES, st.sampled_from([b"\n", b"\n", b"\r\n", b"\r", b"\0"])), max_size=12))
@example([(b"2026-11-20T08:37:48Z stderr P http: proxy ", b"\n"), (b"", b"\n"), (b"http: EOF", b"\n")])
def test_any_bytes_give_records_in_the_order_of_their_lines(pieces):
    content = b"".join(piece + end for piece, end in pieces)
    lines = dict(numbered_lines(io.BytesIO(content)))

    found = list(records(iter(lines.items()), Clock()))

    numbers = [record.line for record in found]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(lines)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*SAMPLE_LINES, b"", b"junk"]), max_size=12))
def test_every_record_has_the_number_of_the_line_that_its_text_came_from(content):
    lines = {number: line.decode() for number, line in enumerate(content, 1)}

    for record in records(iter(lines.items()), Clock()):
        whole = lines[record.line]
        assert record.text[:20] in whole.replace("\\n", "").replace('\\"', '"')


@pytest.mark.parametrize("text", ["(" * 200_000, "a." * 100_000, "a.b(" * 50_000, " " * 200_000 + "x"])
def test_a_continuation_that_is_endless_takes_no_time(text):
    assert texts(PANIC, text)[0] == (1, PANIC)
