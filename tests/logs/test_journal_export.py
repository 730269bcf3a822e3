"""`journalctl -o export`: each block of fields becomes its message, with the number of the line it stands in."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.journal_export import JournalLine, without_journal_fields
from gwdiag.logs.lines import LONGEST, numbered_lines


def read(content: bytes) -> list[JournalLine]:
    return list(without_journal_fields(numbered_lines(io.BytesIO(content))))


def binary(message: bytes) -> bytes:
    """A MESSAGE as it is written when it has control characters: the length in eight bytes, then the value."""
    return b"MESSAGE\n" + len(message).to_bytes(8, "little") + message + b"\n"


def block(message: bytes, host: bytes = b"gw-1") -> bytes:
    return b"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795163868118234\n_HOSTNAME=" + host + b"\n" + message + b"\n"


def test_other_lines_pass_as_they_are():
    assert read(b"one\n\nMESSAGE=two\n") == [JournalLine(1, "one"), JournalLine(2, ""), JournalLine(3, "MESSAGE=two")]


def test_a_block_becomes_its_message():
    export = block(b"MESSAGE=http: proxy error: EOF\n") + block(b"MESSAGE=key=value\n", host=b"gw-2")

    assert read(export) == [JournalLine(4, "http: proxy error: EOF", "gw-1"), JournalLine(9, "key=value", "gw-2")]


def test_the_host_may_come_after_the_message_or_not_at_all():
    export = b"__CURSOR=s=1\nMESSAGE=one\n_HOSTNAME=gw-1\n\n__CURSOR=s=2\nMESSAGE=two\n\n"

    assert read(export) == [JournalLine(2, "one", "gw-1"), JournalLine(6, "two", None)]


def test_a_message_of_several_lines_stays_one():
    export = block(binary(b"panic: boom\n\tmain.go:12\n\tmain.go:13")) + b"after\n"

    assert read(export) == [JournalLine(4, "panic: boom\n\tmain.go:12\n\tmain.go:13", "gw-1"), JournalLine(9, "after")]


def test_fields_after_a_message_of_several_lines_end_it():
    export = b"__CURSOR=s=1\n" + binary(b"one\ntwo") + b"_HOSTNAME=gw-1\nPRIORITY=6\n\n"

    assert read(export) == [JournalLine(2, "one\ntwo", "gw-1")]


def test_the_length_of_a_message_is_no_part_of_it_whatever_its_bytes_are():
    for length in (*range(3, 600), 0x0A05, 0x100A, 0x1FFF, 0x2000, 0x80FF, 0x10203):
        text = "a\n" + "b" * (length - 2)

        assert [line.text for line in read(block(binary(text.encode())))] == [text], length


def test_of_a_message_without_an_end_the_beginning_is_kept():
    [line] = read(b"__CURSOR=s=1\nMESSAGE\n" + b"no field\n" * LONGEST)

    assert len(line.text) < LONGEST + 10


def test_a_block_without_a_message_gives_no_line():
    assert read(b"__CURSOR=s=1\nPRIORITY=6\n\nafter\n") == [JournalLine(4, "after")]


def test_a_block_that_is_cut_off_gives_what_it_has():
    assert read(b"__CURSOR=s=1\n_HOSTNAME=gw-1\nMESSAGE=half a mess") == [JournalLine(3, "half a mess", "gw-1")]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["__CURSOR=x", "MESSAGE", "MESSAGE=m", "_HOSTNAME=h", "", "x", "\x05\x01t", "\t"])))
def test_any_lines_give_lines_in_their_order(texts):
    numbers = [line.number for line in without_journal_fields(iter(enumerate(texts, 1)))]

    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(1, len(texts) + 1))
