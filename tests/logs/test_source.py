"""Which files are meant by the paths of a command line, whose they are, and what is in them."""

import bz2
import gzip
import io
import lzma
import os
import random
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from gwdiag.logs.source import STDIN, LogFile, Unreadable, files, last_change, opened
from gwdiag.logs.source import content_of as first_of
from gwdiag.logs.unpack import FAULTS

CONTENT = b"one\ntwo\n"


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def found(*paths: object, **nodes: object) -> list[LogFile | Unreadable]:
    return list(files([str(path) for path in paths], {str(path): name for name, path in nodes.items()}))


def names(*paths: object) -> list[str]:
    return [Path(one.path).name for one in found(*paths)]


def test_a_file_is_named_after_itself_unless_its_lines_say_more(tmp_path):
    path = put(tmp_path / "gateway.log")

    assert found(path) == [LogFile(str(path), None, "gateway", chosen=True)]


def test_a_folder_is_read_to_its_depth_and_in_the_order_of_names(tmp_path):
    for name in ("b/two.log", "b/c/d/three.log", "a/one.log", "zero.log"):
        put(tmp_path / name)

    assert found(tmp_path) == [
        LogFile(str(tmp_path / "zero.log"), None, "zero", chosen=False),
        LogFile(str(tmp_path / "a/one.log"), "a", "one", chosen=False),
        LogFile(str(tmp_path / "b/two.log"), "b", "two", chosen=False),
        LogFile(str(tmp_path / "b/c/d/three.log"), "b", "three", chosen=False),
    ]


def test_globs_are_expanded_in_order(tmp_path):
    for name in ("b.log", "a.log", "a.txt", "deep/er/c.log"):
        put(tmp_path / name)

    assert names(tmp_path / "*.log") == ["a.log", "b.log"]
    assert names(tmp_path / "**" / "*.log") == ["a.log", "b.log", "c.log"]
    assert all(one.chosen for one in found(tmp_path / "*.log"))


def test_a_glob_may_match_folders(tmp_path):
    put(tmp_path / "gw-1" / "a.log")
    put(tmp_path / "gw-2" / "b.log")

    assert names(tmp_path / "gw-*") == ["a.log", "b.log"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path):
    put(tmp_path / "a.log")

    assert names(put(tmp_path / "[a].log")) == ["[a].log"]


def test_standard_input_is_a_file_too(tmp_path):
    assert found("-") == [LogFile(STDIN, None, "stdin", chosen=True)]
    assert found("-", gw1="-") == [LogFile(STDIN, "gw1", "stdin", chosen=True)]


@pytest.mark.parametrize("name", ["absent.log", "absent/a.log", "*.absent"])
def test_what_is_not_there_is_said(tmp_path, name):
    assert found(tmp_path / name) == [Unreadable(str(tmp_path / name), "No such file or directory")]


def test_a_file_taken_for_a_folder_is_said(tmp_path):
    path = put(tmp_path / "a.log") / "b.log"

    assert found(path) == [Unreadable(str(path), "Not a directory")]


def test_a_name_that_is_too_long_is_said():
    assert found("x" * 5000) == [Unreadable("x" * 5000, "File name too long")]


def test_each_file_comes_once_however_often_and_under_whatever_name_it_is_given(tmp_path):
    path = put(tmp_path / "a.log")
    (tmp_path / "link.log").symlink_to(path)
    (tmp_path / "hard.log").hardlink_to(path)

    assert found(path, tmp_path, tmp_path / "*.log", tmp_path / "." / "a.log") == [
        LogFile(str(path), None, "a", chosen=True)
    ]


def test_a_link_back_up_ends_the_way_down(tmp_path):
    put(tmp_path / "gw" / "a.log")
    (tmp_path / "gw" / "up").symlink_to(tmp_path)
    (tmp_path / "gw" / "self").symlink_to(tmp_path / "gw" / "self")

    assert names(tmp_path) == ["a.log"]


def test_a_folder_behind_a_link_is_read(tmp_path):
    put(tmp_path / "elsewhere" / "a.log")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "gw-1").symlink_to(tmp_path / "elsewhere")

    assert found(tmp_path / "logs") == [LogFile(str(tmp_path / "logs/gw-1/a.log"), "gw-1", "a", chosen=False)]


def test_a_dangling_link_whose_name_looks_like_a_glob_is_said(tmp_path):
    (tmp_path / "a*.log").symlink_to("nowhere")

    assert found(tmp_path / "a*.log") == [Unreadable(str(tmp_path / "a*.log"), "No such file or directory")]


def test_pipes_and_dangling_links_in_folders_are_left_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")

    assert found(tmp_path) == []


def needs_permissions(path: Path) -> None:
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")


def test_a_folder_that_may_not_be_listed_is_said_and_the_rest_is_read(tmp_path):
    put(tmp_path / "a.log")
    closed = put(tmp_path / "closed" / "b.log").parent
    closed.chmod(0o000)
    try:
        needs_permissions(closed)
        read = found(tmp_path)
    finally:
        closed.chmod(0o700)

    assert read == [
        LogFile(str(tmp_path / "a.log"), None, "a", chosen=False),
        Unreadable(str(closed), "Permission denied"),
    ]


def test_a_file_behind_a_closed_folder_is_said(tmp_path):
    path = put(tmp_path / "closed" / "b.log")
    path.parent.chmod(0o600)
    try:
        needs_permissions(path)
        read, in_folder, by_glob = found(path), found(tmp_path), found(path.parent / "*.log")
    finally:
        path.parent.chmod(0o700)

    assert read == [Unreadable(str(path), "Permission denied")]
    assert in_folder == [Unreadable(str(path), "Permission denied")]
    assert by_glob == [Unreadable(str(path), "Permission denied")]


def node_of(path: Path, *given: object, **nodes: object) -> tuple[str | None, str]:
    """Its node as told by its place, and the name that it has otherwise."""
    [one] = found(*(given or [path]), **nodes)
    return one.node, one.default_node


def test_the_node_is_the_one_that_was_told(tmp_path):
    path = put(tmp_path / "nodes" / "gw-1" / "a.log")

    assert node_of(path, told=path) == ("told", "a")
    assert node_of(path, tmp_path, told=tmp_path / "nodes") == ("told", "a")
    assert node_of(path, path, other=tmp_path / "elsewhere") == ("gw-1", "a")
    assert node_of(path, tmp_path, all=tmp_path, one=path) == ("one", "a")


def test_else_it_is_the_folder_after_nodes(tmp_path):
    path = put(tmp_path / "case" / "nodes" / "gw-1" / "logs" / "a.log")

    assert node_of(path, tmp_path) == ("gw-1", "a")
    assert node_of(path, tmp_path / "case" / "nodes" / "gw-1") == ("gw-1", "a")
    assert node_of(path, path) == ("gw-1", "a")


def test_of_several_folders_named_nodes_the_last_counts(tmp_path):
    path = put(tmp_path / "nodes" / "prod" / "nodes" / "gw-1" / "a.log")

    assert node_of(path, tmp_path) == ("gw-1", "a")


def test_a_file_right_in_nodes_has_no_node_by_it(tmp_path):
    path = put(tmp_path / "nodes" / "gw-1.log")

    assert node_of(path, path) == (None, "gw-1")


def test_else_it_is_the_first_folder_below_the_path_given(tmp_path):
    path = put(tmp_path / "gw-1" / "logs" / "a.log")

    assert node_of(path, tmp_path) == ("gw-1", "a")
    assert node_of(path, path.parent) == (None, "a")
    assert node_of(path, path) == (None, "a")


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("gw-1.log", "gw-1"),
        ("gw-1.log.1", "gw-1"),
        ("gw-1.log.2.gz", "gw-1"),
        ("gw-1.log-20261120", "gw-1"),
        ("gw-1.log-20261120.gz", "gw-1"),
        ("gw-1.2026-11-20.log", "gw-1"),
        ("gw-1-2026-11-20T08.log", "gw-1"),
        ("gw-1-2026-11-20T083015.log.xz", "gw-1"),
        ("gw-1.out", "gw-1"),
        ("gw-1.err.bz2", "gw-1"),
        ("gw-1.log.2.zst", "gw-1"),
        ("gw-1.jsonl", "gw-1"),
        ("gw-1", "gw-1"),
        ("tyk.eu.example.com.log", "tyk.eu.example.com"),
        (".log", ".log"),
        (
            f"tyk-7c9f4d5b6-x2v9k_prod_gateway-{'0a' * 32}.log",
            "tyk-7c9f4d5b6-x2v9k",
        ),
        ("tyk-7c9f4d5b6-x2v9k_prod_gateway-0a0a.log", "tyk-7c9f4d5b6-x2v9k_prod_gateway-0a0a"),
    ],
)
def test_else_it_is_the_file_s_name_without_its_endings(tmp_path, name, node):
    assert node_of(put(tmp_path / name)) == (None, node)


COMPRESSIONS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstandard.compress}


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=list(COMPRESSIONS))
@pytest.mark.parametrize("name", ["a.log", "a.gz", "a.txt"])
def test_compressed_files_are_known_by_their_content_whatever_their_name(tmp_path, compress, name):
    path = put(tmp_path / name, compress(CONTENT))

    assert content_of(path) == (CONTENT, None)


@pytest.mark.parametrize("content", [b"", b"B", b"BZ", b"\x1f", CONTENT, b"\xfd7zXZ", b"\x28\xb5\x2f"])
def test_a_plain_file_has_its_size_as_the_end(tmp_path, content):
    assert content_of(put(tmp_path / "a.gz", content)) == (content, len(content) or None)


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=list(COMPRESSIONS))
def test_several_compressed_files_one_after_another_are_one_file(tmp_path, compress):
    assert content_of(put(tmp_path / "a.gz", compress(b"one\n") + compress(b"two\n")))[0] == CONTENT


SKIPPABLE = b"\x5a\x2a\x4d\x18\x05\0\0\0other"
"""A frame of Zstandard that is no data: RFC 8878, section 3.1.2."""


def test_frames_of_zstandard_that_are_no_data_are_passed_over(tmp_path):
    frames = [SKIPPABLE, zstandard.compress(b"one\n"), SKIPPABLE, SKIPPABLE, zstandard.compress(b"two\n"), SKIPPABLE]

    assert content_of(put(tmp_path / "a.zst", b"".join(frames))) == (CONTENT, None)


def test_zstandard_as_a_program_writes_it_while_it_goes_on(tmp_path):
    """Without a size in front, in many blocks, flushed now and then, with a checksum."""
    packed = io.BytesIO()
    lines = [b"%d\n" % random.Random(number).getrandbits(200) for number in range(50_000)]
    with zstandard.ZstdCompressor(write_checksum=True).stream_writer(packed, closefd=False) as writer:
        for number, line in enumerate(lines):
            writer.write(line)
            if number % 5000 == 0:
                writer.flush()

    assert content_of(put(tmp_path / "a", packed.getvalue()))[0] == b"".join(lines)


def read_until_broken(path: Path) -> tuple[bytes, type[Exception]]:
    read: list[bytes] = []
    with opened(str(path)) as (stream, _), pytest.raises(FAULTS) as raised:
        read.extend(iter(lambda: stream.read1(1000), b""))
    return b"".join(read), raised.type


LINES = b"".join(b"%d\n" % random.Random(number).getrandbits(200) for number in range(20_000))


@pytest.mark.parametrize("share", [0.001, 0.5, 0.9, 0.99999])
def test_of_zstandard_that_is_cut_what_came_before_is_read(tmp_path, share):
    packed = zstandard.compress(LINES)

    read, error = read_until_broken(put(tmp_path / "a", packed[: int(len(packed) * share)]))

    assert LINES.startswith(read)
    assert len(read) > len(LINES) * (share - 0.4)
    assert error is EOFError


def test_of_damaged_zstandard_what_came_before_is_read(tmp_path):
    packed = bytearray(zstandard.compress(LINES))
    packed[len(packed) * 2 // 3 :: 7] = b"\xff" * len(packed[len(packed) * 2 // 3 :: 7])

    read, error = read_until_broken(put(tmp_path / "a", bytes(packed)))

    assert LINES.startswith(read)
    assert len(read) > len(LINES) // 3
    assert error is EOFError


def test_garbage_behind_zstandard_is_damage_after_all_of_it(tmp_path):
    assert read_until_broken(put(tmp_path / "a", zstandard.compress(CONTENT) + b"garbage")) == (CONTENT, EOFError)


def test_zstandard_that_needs_too_much_memory_is_said(tmp_path):
    long = zstandard.ZstdCompressionParameters.from_level(3, window_log=30, enable_ldm=True)
    packing = zstandard.ZstdCompressor(compression_params=long).compressobj()  # as `zstd --long=30`
    path = put(tmp_path / "a", packing.compress(LINES) + packing.flush())

    with pytest.raises(OSError, match="zstd needs over 128 MiB of memory"):
        content_of(path)


def test_a_bomb_of_zstandard_takes_little_memory(tmp_path):
    path = put(tmp_path / "a", zstandard.compress(bytes(1 << 29)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with opened(str(path)) as (stream, _):
        read = sum(len(block) for block in iter(lambda: stream.read1(1 << 20), b""))

    assert read == 1 << 29
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def test_the_first_bytes_of_a_file_can_be_had_alone(tmp_path):
    plain, packed = put(tmp_path / "a", CONTENT), put(tmp_path / "b", zstandard.compress(CONTENT))
    cut, gone = put(tmp_path / "c", gzip.compress(LINES)[:1000]), tmp_path / "d"

    read = [first_of(LogFile(str(path), None, "", chosen=True), 5) for path in (plain, packed, cut, gone)]

    assert read == [CONTENT[:5], CONTENT[:5], LINES[:5], b""]


def test_the_last_change_of_a_file(tmp_path):
    path = put(tmp_path / "a")
    os.utime(path, (7, 7))

    assert last_change(LogFile(str(path), None, "", chosen=True)) == 7
    assert last_change(LogFile(STDIN, None, "", chosen=True)) is None


@pytest.mark.parametrize("compress", [gzip.compress, bytes], ids=["gzip", "plain"])
def test_a_pipe_is_read_to_its_end(tmp_path, compress: Callable[[bytes], bytes]):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=[compress(CONTENT)])
    writer.start()
    try:
        assert found(path) == [LogFile(str(path), None, "pipe", chosen=True)]
        assert content_of(path) == (CONTENT, None)
    finally:
        writer.join()


def test_a_file_of_proc_has_no_size_to_go_by():
    if not Path("/proc/version").exists():
        pytest.skip("this system has no /proc")

    content, most = content_of(Path("/proc/version"))

    assert content == Path("/proc/version").read_bytes()
    assert most is None


def content_of(path: Path) -> tuple[bytes, int | None]:
    with opened(str(path)) as (stream, most):
        return b"".join(iter(lambda: stream.read1(1000), b"")), most
