"""What is in archives, whole, hostile and damaged: all that can be read is, and one line says what cannot."""

import bz2
import errno
import gzip
import io
import json
import lzma
import random
import resource
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs import archives, tar
from gwdiag.logs.archives import archive_in
from gwdiag.logs.content import Spool, whole
from gwdiag.logs.source import LogFile, Unreadable, content_of, files, last_change, open_log
from tests.logs.test_source import CONTENT, found, put

Tree = dict[str, bytes]

BUNDLE: Tree = {
    "case-7/nodes/gw-1/gateway.log": b"gw-1\n",
    "case-7/nodes/gw-2/gateway.log": b"gw-2\n",
    "case-7/tyk.conf": b'{"listen_port": 8080}',
}

COMPRESSIONS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}

CHANGED = 1_795_161_600
"""2026-11-20T08:00:00Z"""


def tarred(tree: Tree, format_: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=format_) as archive:
        for name, content in tree.items():
            add(archive, name, content)
    return made.getvalue()


def add(archive: tarfile.TarFile, name: str, content: bytes = b"", **more: object) -> None:
    about = tarfile.TarInfo(name)
    about.size, about.mtime = len(content), CHANGED
    for field, value in more.items():
        setattr(about, field, value)
    archive.addfile(about, io.BytesIO(content))


def zipped(tree: Tree, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in tree.items():
            archive.writestr(name, content)
    return made.getvalue()


def content(path: Path, content_: bytes) -> Tree:
    """All that is found in an archive of these bytes, by name."""
    return contents(put(path / "a", content_))


def contents(path: Path) -> Tree:
    listed = [one for one in found(path) if isinstance(one, LogFile)]
    return {one.path.removeprefix(f"{path}!"): content_of(one, 1 << 20) for one in listed}


def problems(path: Path) -> list[str]:
    return [one.reason for one in found(path) if isinstance(one, Unreadable)]


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=list(COMPRESSIONS))
@pytest.mark.parametrize("name", ["a.tar.gz", "a.log"])
def test_the_files_of_an_archive_are_logs_to_be_judged_whatever_its_name(tmp_path, compress, name):
    path = put(tmp_path / name, compress(tarred(BUNDLE)))

    assert found(path) == [
        LogFile(f"{path}!case-7/nodes/gw-1/gateway.log", "gw-1", "gateway", chosen=False),
        LogFile(f"{path}!case-7/nodes/gw-2/gateway.log", "gw-2", "gateway", chosen=False),
        LogFile(f"{path}!case-7/tyk.conf", None, "tyk.conf", chosen=False),
    ]
    assert list(contents(path).values()) == list(BUNDLE.values())


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize(
    "name", ["a.log", "é/ü.log", "x" * 90 + "/" + "y" * 90 + "/a.log", "./a//b/a.log", "a\nb.log", "a b.log"]
)
def test_every_kind_of_tar_and_of_name(tmp_path, format_, name):
    shown = name.removeprefix("./").replace("//", "/")

    assert content(tmp_path, tarred({name: CONTENT, "z": b"z"}, format_)) == {shown: CONTENT, "z": b"z"}


@pytest.mark.parametrize("format_", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_a_name_longer_than_any_header(tmp_path, format_):
    name = "/".join(["folder" * 20] * 9) + "/a.log"

    assert content(tmp_path, tarred({name: CONTENT}, format_)) == {name: CONTENT}


def test_an_archive_of_the_oldest_kind_has_no_mark(tmp_path):
    block = bytearray(tarred({"a.log": CONTENT}, tarfile.USTAR_FORMAT))
    block[156:157], block[257:265] = b"\0", b"\0" * 8
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])

    assert content(tmp_path, bytes(block)) == {"a.log": CONTENT}


def nodes(tree: Tree, path: Path, *given: Path, **named: object) -> list[str | None]:
    put(path, tarred(tree))
    listed = found(*(given or [path]), **named)
    return [one.node for one in listed if isinstance(one, LogFile)]


def test_nodes_are_named_as_in_a_folder(tmp_path):
    path = tmp_path / "a.tar"
    two = {"gw-1/logs/a.log": b"", "gw-2/a.log": b""}

    assert nodes(two, path) == ["gw-1", "gw-2"]
    assert nodes({f"top/{name}": b"" for name in two}, path) == ["gw-1", "gw-2"]
    assert nodes({"gw-1/a.log": b""}, path) == [None]
    assert nodes({"a.log": b"", "gw-1/a.log": b""}, path) == [None, "gw-1"]
    assert nodes({"x/nodes/gw-1/y/a.log": b""}, path) == ["gw-1"]
    assert nodes(two, tmp_path / "nodes/gw-9/a.tar") == ["gw-9", "gw-9"]
    assert nodes({"a.log": b""}, tmp_path / "more/gw-8/a.tar", tmp_path / "more") == ["gw-8"]


def test_nodes_of_archives_can_be_told(tmp_path):
    path = tmp_path / "a.tar"

    assert nodes(BUNDLE, path, told=path) == ["told"] * 3
    assert nodes(BUNDLE, path, told=f"{path}!case-7/nodes/gw-2") == ["gw-1", "told", None]


@pytest.mark.parametrize("compress", COMPRESSIONS.values(), ids=list(COMPRESSIONS))
def test_compressed_files_in_an_archive_are_opened_too(tmp_path, compress):
    assert content(tmp_path, tarred({"a.log.1": compress(CONTENT)})) == {"a.log.1": CONTENT}


@pytest.mark.parametrize("outer", [tarred, zipped, lambda tree: gzip.compress(tarred(tree))])
@pytest.mark.parametrize("inner", [tarred, zipped, lambda tree: lzma.compress(tarred(tree))])
def test_archives_in_an_archive_are_opened_too(
    tmp_path, outer: Callable[[Tree], bytes], inner: Callable[[Tree], bytes]
):
    made = outer({"gw-1/logs.tar": inner({"a.log": CONTENT}), "gw-2/b.log": b"b"})
    path = put(tmp_path / "a", made)

    assert found(path) == [
        LogFile(f"{path}!gw-1/logs.tar!a.log", "gw-1", "a", chosen=False),
        LogFile(f"{path}!gw-2/b.log", "gw-2", "b", chosen=False),
    ]
    assert contents(path) == {"gw-1/logs.tar!a.log": CONTENT, "gw-2/b.log": b"b"}


def test_archives_in_archives_end_somewhere(tmp_path):
    made = CONTENT
    for _ in range(10):
        made = gzip.compress(tarred({"a": made}))

    [name] = content(tmp_path, made)

    assert name == "a!a!a"


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_files_of_an_archive_are_read_side_by_side(tmp_path, compress):
    tree = {f"{number}.log": b"".join(b"%d %d\n" % (number, line) for line in range(50_000)) for number in range(3)}
    listed = found(put(tmp_path / "a", compress(tarred(tree))))
    opened = [open_log(one) for one in listed if isinstance(one, LogFile)]
    streams = [one.__enter__()[0] for one in opened]

    read = [b"", b"", b""]
    while any(blocks := [stream.read1(1000) for stream in streams]):
        read = [before + block for before, block in zip(read, blocks, strict=True)]
    for one in opened:
        one.__exit__(None, None, None)

    assert read == list(tree.values())


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_one_can_seek_in_plain_files_of_an_archive(tmp_path, compress):
    [_, second] = found(put(tmp_path / "a", compress(tarred({"a": b"x" * 700, "b": bytes(range(250)) * 100}))))

    with open_log(second) as (stream, size):
        stream.seek(1000)
        first = stream.read1(5)
        stream.seek(-3, io.SEEK_END)
        last = stream.read1(5)

    assert (size, first, last) == (25_000, bytes(range(5)), bytes(range(247, 250)))


def test_the_last_change_of_a_file_is_that_of_the_file_in_the_archive(tmp_path):
    path = put(tmp_path / "a", gzip.compress(tarred({"a": b""})))

    assert [last_change(one) for one in found(path)] == [CHANGED]


def test_an_archive_made_to_be_reproducible_has_the_time_of_its_own(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        add(archive, "a", mtime=0)
    path = put(tmp_path / "a", made.getvalue())

    assert [last_change(one) for one in found(path)] == [path.stat().st_mtime]


def test_what_is_no_file_is_left_out(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        add(archive, "folder/", type=tarfile.DIRTYPE)
        add(archive, "link", type=tarfile.SYMTYPE, linkname="/etc/passwd")
        add(archive, "hard", type=tarfile.LNKTYPE, linkname="a.log")
        add(archive, "device", type=tarfile.CHRTYPE, devmajor=1, devminor=5)
        add(archive, "disk", type=tarfile.BLKTYPE)
        add(archive, "pipe", type=tarfile.FIFOTYPE)
        add(archive, "a.log", CONTENT)

    assert content(tmp_path, made.getvalue()) == {"a.log": CONTENT}


@pytest.mark.parametrize("name", ["/etc/cron.d/a", "../../a", "/../a", "a/../../b", "./../x"])
@pytest.mark.parametrize("make", [tarred, zipped])
def test_names_that_lead_out_of_an_archive_lead_nowhere(tmp_path, name, make: Callable[[Tree], bytes]):
    before = set(tmp_path.parent.rglob("*"))
    path = put(tmp_path / "a", make({name: CONTENT}))

    read = contents(path)

    assert list(read.values()) == [CONTENT]
    assert not [one for one in read if ".." in one or one.startswith("/")]
    assert set(tmp_path.parent.rglob("*")) - before == {path}


@pytest.mark.parametrize("name", ["/", "..", "./", "../..", "."])
def test_names_of_nothing_are_left_out(tmp_path, name):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        add(archive, name, CONTENT)
        add(archive, "a.log", CONTENT)

    assert content(tmp_path, made.getvalue()) == {"a.log": CONTENT}


def test_of_a_name_that_comes_twice_the_last_counts(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        add(archive, "a.log", b"old\n")
        add(archive, "./a.log", CONTENT)

    assert content(tmp_path, made.getvalue()) == {"a.log": CONTENT}


@pytest.mark.parametrize("format_", ["oldgnu", "pax", "gnu"])
@pytest.mark.parametrize("version", ["0.0", "0.1", "1.0"])
def test_of_a_sparse_file_the_bytes_between_the_holes_are_read(tmp_path, format_, version):
    if not (gnu_tar := shutil.which("tar")):
        pytest.skip("there is no GNU tar")
    path = tmp_path / "in" / "a.log"
    put(path, b"")
    with path.open("r+b") as file:
        for number in range(40):
            file.seek(number << 20)
            file.write(b"%4095d\n" % number)
        file.truncate(1 << 40)
    options = [f"--format={format_}", *(["--sparse-version", version] if format_ == "pax" else [])]
    command = [gnu_tar, *options, "-S", "-cf", tmp_path / "a.tar", "-C", tmp_path / "in", "a.log"]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this tar knows no sparse files")

    [read] = contents(tmp_path / "a.tar").values()

    assert read.replace(b"\0", b"") == b"".join(b"%4095d\n" % number for number in range(40))


def small_blocks(data: bytes) -> bytes:
    return bz2.compress(data, compresslevel=1)


MANY = {f"{number:02}.log": random.Random(number).randbytes(3000) for number in range(100)}


@pytest.mark.parametrize(
    "compress", [gzip.compress, lambda data: bz2.compress(data, 1), lzma.compress, zstandard.compress]
)
def test_of_a_compressed_archive_that_is_cut_what_came_before_is_read(tmp_path, compress):
    made = compress(tarred(MANY))
    path = put(tmp_path / "a", made[: len(made) * 3 // 4])

    read = contents(path)

    assert 0 < len(read) < 100
    assert list(read.values())[:-1] == list(MANY.values())[: len(read) - 1]
    assert problems(path) == ["the archive was not read whole: its compressed data is damaged or cut"]


def test_of_a_plain_archive_that_is_cut_what_came_before_is_read(tmp_path):
    made = tarred(MANY)
    cut = made[: len(made) // 2]

    read = content(tmp_path, cut)

    assert list(read.values())[:-1] == list(MANY.values())[: len(read) - 1]
    assert 0 < len(list(read.values())[-1]) < 3000
    assert problems(tmp_path / "a") == ["the archive was not read whole: it is cut"]


def test_a_damaged_header_ends_an_archive(tmp_path):
    made = bytearray(tarred({"a": b"a", "b": b"b"}, tarfile.USTAR_FORMAT))
    made[1024 + 3] ^= 1

    assert content(tmp_path, bytes(made)) == {"a": b"a"}
    assert problems(tmp_path / "a") == ["the archive was not read whole: it is damaged"]


@pytest.mark.parametrize(
    "size", [b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"-0000000001\0", b"1e5        \0"]
)
def test_sizes_may_lie(tmp_path, size):
    made = bytearray(tarred({"a": b"a", "b": b"b"}, tarfile.USTAR_FORMAT))
    made[124:136] = size
    made[148:156] = b" " * 8
    made[148:156] = b"%06o\0 " % sum(made[:512])

    content(tmp_path, bytes(made))

    [problem] = problems(tmp_path / "a")
    assert problem in ("the archive was not read whole: it is cut", "the archive was not read whole: it is damaged")


def test_a_size_in_pax_records_may_lie(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        add(archive, "a", CONTENT, pax_headers={"size": str(10**18)})

    [read] = content(tmp_path, made.getvalue()).values()

    assert read.startswith(CONTENT)
    assert len(read) < len(made.getvalue())


def test_a_bomb_is_left_alone_after_what_came_before_it(tmp_path):
    bomb = gzip.compress(tarred({"a.log": CONTENT, "bomb": bytes(50 << 20)}))

    archive = archive_in(whole(str(put(tmp_path / "a", bomb))), Spool(most=10 << 20))

    assert archive
    assert [(parts, member.content.size >> 20) for parts, member in archive.members.items()] == [
        (("a.log",), 0),
        (("bomb",), 10),
    ]
    assert archive.problem == "it becomes over 10 MiB, far more than logs do: the rest was left out"


def test_where_the_disk_is_nearly_full_nothing_is_unpacked(tmp_path):
    made = gzip.compress(tarred({"a.log": CONTENT}))

    archive = archive_in(whole(str(put(tmp_path / "a", made))), Spool(left_free=1 << 60))

    assert archive
    assert archive.problem
    assert archive.problem.startswith("after 0 bytes there is no room in ")
    assert archive.problem.endswith(" (TMPDIR says where) to unpack the rest: less than 1.07e+09 GiB would stay free")


def test_when_writing_fails_what_was_unpacked_is_read(tmp_path):
    """In a process of its own that may write no file over 1 MB."""
    path = put(tmp_path / "a", gzip.compress(tarred({"a.log": CONTENT, "b.log": bytes(3 << 20)})))
    program = (
        "import sys; from gwdiag.logs.source import files, content_of\n"
        "a, b, problem = files(sys.argv[1:], {}); print(content_of(a, 99), problem.reason)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith(f"{CONTENT!r} the archive was not read whole: after 1 MiB there is no room in ")
    assert done.stdout.endswith(f"to unpack the rest: {OSError(errno.EFBIG, 'File too large').strerror}\n")


def test_of_very_many_entries_the_first_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 50)

    assert len(content(tmp_path, tarred(MANY))) == 50
    assert problems(tmp_path / "a") == [
        "the archive was not read whole: it has more than 50 entries: the rest was left out"
    ]


def test_an_archive_of_nothing_is_said(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        add(archive, "folder", type=tarfile.DIRTYPE)

    for number, nothing in enumerate((made.getvalue(), gzip.compress(made.getvalue()), zipped({}))):
        path = put(tmp_path / "in" / str(number), nothing)
        assert found(path) == [Unreadable(str(path), "there is no file in this archive")]
    assert found(tmp_path) == []


def test_archives_in_a_folder_are_opened_and_the_damage_of_a_few_is_said(tmp_path):
    put(tmp_path / "gw-1/a.tgz", gzip.compress(tarred(MANY))[:100_000])
    put(tmp_path / "gw-2/a.log", CONTENT)
    put(tmp_path / "gw-3/cut.zip", zipped(BUNDLE)[:-30])
    put(tmp_path / "gw-4/a.gz", gzip.compress(CONTENT))

    listed = found(tmp_path)

    assert {one.node for one in listed if isinstance(one, LogFile)} == {"gw-1", "gw-2", "gw-4"}
    assert [one for one in listed if isinstance(one, Unreadable)] == [
        Unreadable(f"{tmp_path}/gw-1/a.tgz", "the archive was not read whole: its compressed data is damaged or cut")
    ]


def test_an_archive_that_is_given_twice_is_read_once(tmp_path):
    path = put(tmp_path / "a.tar", tarred(BUNDLE))

    assert len(found(path, path, tmp_path)) == 3


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_zip_archive_is_one_too(tmp_path, method):
    path = put(tmp_path / "a", zipped(BUNDLE | {"case-7/empty": b"", "case-7/folder/": b""}, method))

    assert contents(path) == BUNDLE | {"case-7/empty": b""}
    assert [one.node for one in found(path) if isinstance(one, LogFile)] == [None, "gw-1", "gw-2", None]


def test_of_a_zip_archive_what_is_encrypted_is_said_and_the_rest_is_read(tmp_path):
    made = bytearray(zipped({"a.log": CONTENT, "b.log": CONTENT}))
    directory = made.index(b"PK\x01\x02")
    made[directory + 8] |= 1

    assert content(tmp_path, bytes(made)) == {"b.log": CONTENT}
    assert problems(tmp_path / "a") == [
        "the archive was not read whole: 1 file left out, damaged, encrypted or packed in an unknown way"
    ]


def test_a_zip_archive_with_damaged_data_gives_what_came_before(tmp_path):
    lines = b"".join(b"%d\n" % random.Random(number).getrandbits(60) for number in range(100_000))
    made = bytearray(zipped({"a.log": lines}))
    made[len(made) // 2 : len(made) // 2 + 200] = b"\xff" * 200

    [read] = content(tmp_path, bytes(made)).values()

    assert 1000 < len(read) < len(lines)
    assert lines.startswith(read[: len(read) // 2])


@pytest.mark.parametrize("cut", [4, 30, 100, -1, -22])
def test_a_zip_archive_that_is_cut_is_said(tmp_path, cut):
    path = put(tmp_path / "a", zipped(BUNDLE)[:cut])

    assert problems(path) == ["the archive was not read whole: it is damaged or cut"]


def test_a_zip_archive_of_very_many_files_is_said(tmp_path):
    made = bytearray(zipped(BUNDLE))
    made[-10:-6] = (1 << 30).to_bytes(4, "little")

    assert content(tmp_path, bytes(made)) == {}
    assert problems(tmp_path / "a") == ["the archive was not read whole: it has too many files"]


@pytest.mark.parametrize("make", [tarred, zipped, lambda tree: gzip.compress(tarred(tree))])
def test_an_archive_on_standard_input(tmp_path, make: Callable[[Tree], bytes]):
    program = (
        "from gwdiag.logs.source import files, content_of\n"
        "for one in files(['-'], {}): print(one.path, one.node, content_of(one, 99))"
    )
    done = subprocess.run([sys.executable, "-c", program], input=make(BUNDLE), capture_output=True, check=True)

    assert done.stdout.decode().splitlines() == [
        f"-!{name} {node} {BUNDLE[name]!r}" for name, node in zip(BUNDLE, ["gw-1", "gw-2", None], strict=True)
    ]


def test_nothing_is_left_behind(tmp_path):
    """Neither in the folder for temporary files nor among the open files."""
    path = put(tmp_path / "a", gzip.compress(tarred(BUNDLE)))
    open_before = sorted(Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").exists() else []

    listed = found(path)
    contents(path)
    del listed

    assert list(tmp_path.iterdir()) == [path]
    if open_before:
        assert sorted(Path("/proc/self/fd").iterdir()) == open_before


HEADER_PARTS = st.tuples(st.integers(0, 511), st.integers(0, 255))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(HEADER_PARTS, max_size=6), st.integers(0, 5000), st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
)
def test_any_damage_to_headers_ends_in_words(changes, cut, format_):
    made = bytearray(tarred({"a" * 120: b"x" * 700, "b": b"y" * 10}, format_))
    for place, value in changes:
        made[place + 512 * (place % 7)] = value
    for begin in range(0, len(made) - 511, 512):  # hostile, not only damaged: the sums are right
        if any(made[begin : begin + 512]):
            made[begin + 148 : begin + 156] = b" " * 8
            made[begin + 148 : begin + 156] = b"%06o\0 " % sum(made[begin : begin + 512])
    made = made[: max(0, len(made) - cut)]

    listed = []
    with suppress(tar.Damaged):
        listed += [one for one in tar.entries(io.BytesIO(made), len(made)) if one]

    assert all(0 <= one.begin <= one.begin + one.size <= max(len(made), one.begin) for one in listed)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_damage_to_a_zip_archive_ends_in_words(tmp_path_factory, changes):
    made = bytearray(zipped({"a.log": CONTENT * 50, "gw-1/b.log": CONTENT}))
    for place, value in changes:
        made[place % len(made)] = value
    path = put(tmp_path_factory.mktemp("zip") / "a", bytes(made))

    for one in files([str(path)], {}):
        if isinstance(one, LogFile):
            content_of(one, 1 << 20)


def test_definitions_in_an_archive_can_be_read(tmp_path):
    [_, _, conf] = found(put(tmp_path / "a", gzip.compress(tarred(BUNDLE))))

    assert json.loads(content_of(conf, 1 << 20)) == {"listen_port": 8080}
    assert content_of(conf, 5) == b'{"lis'
