"""Which files are meant by the paths of a command line, what they are named after, and their bytes."""

import errno
import glob
import io
import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from gwdiag.logs.archives import Archive, Member, archive_from, archive_in
from gwdiag.logs.content import Content, Spool, whole
from gwdiag.logs.lines import Stream
from gwdiag.logs.remote import Remote, is_address, remote_files, shown
from gwdiag.logs.unpack import FAULTS, LONGEST_MAGIC, unpacker
from gwdiag.logs.whose import after_nodes, default_node, told
from gwdiag.model.dataclass import dataclass

STDIN = "-"

IN_ARCHIVE = "!"
"""Between the path of an archive and that of a file in it."""

DEEPEST_ARCHIVE = 3
"""Archives within archives that are opened."""


Inode = tuple[int, int]
"""What a file is, whatever it is called: its device and its number there."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file to read, and whose it is. `node` None: its lines may say; `default_node` where they do not.

    `chosen` False: it lies in a folder or an archive that was named, so it may well be something else than a log.
    `content`: where its bytes are, if it is no file of this machine. `path` is then what it is called in reports.
    """

    path: str
    node: str | None
    default_node: str
    chosen: bool
    content: Content | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path that is not there or may not be read, and why."""

    path: str
    reason: str


def files(
    paths: list[str], nodes: Mapping[str, str], passed_over: Callable[[str], bool] = lambda _: False
) -> Iterator[LogFile | Unreadable]:
    """The files behind the paths: files, folders to their depth, globs, addresses, `-`, and what is in archives.

    Each file once, whatever names it has. What an archive lacks because it is damaged comes after what it has.
    `nodes`: names of nodes by path, as `--node NAME=PATH` gives them. Standard input is waited for, as it may be an
    archive. `passed_over` tells which paths are not even opened.
    """
    seen: set[object] = set()
    spool = Spool()
    for path in paths:
        for one in _behind(path, nodes):
            if isinstance(one, Unreadable):
                yield one
            elif not passed_over(one.path) and (identity := _identity(one)) not in seen:
                seen.add(identity)
                yield from _opened_up(one, nodes, spool)


def awaited(path: str, nodes: Mapping[str, str]) -> LogFile | None:
    """The file that will be at a path where there is none yet; None for a glob or an address."""
    if is_address(path) or glob.has_magic(path) or os.path.lexists(path):
        return None
    return _named(Path(path), None, nodes, chosen=True)


def _behind(path: str, nodes: Mapping[str, str]) -> Iterator[LogFile | Unreadable]:
    if path == STDIN:
        yield LogFile(STDIN, nodes.get(STDIN), "stdin", chosen=True)
        return
    if is_address(path):
        yield from _at_address(path, nodes)
        return
    is_glob = glob.has_magic(path) and not os.path.lexists(path)
    matching = sorted(glob.iglob(path, recursive=True)) if is_glob else []  # noqa: PTH207 absolute ones too
    for one in matching or [path]:
        yield from _at(one, nodes)


def _at(path: str, nodes: Mapping[str, str]) -> Iterator[LogFile | Unreadable]:
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        yield Unreadable(path, error.strerror or str(error))
        return
    if stat.S_ISDIR(mode):
        yield from _in_folder(Path(path), nodes)
    else:
        yield _named(Path(path), None, nodes, chosen=True)


def _in_folder(top: Path, nodes: Mapping[str, str]) -> Iterator[LogFile | Unreadable]:
    visited: set[Inode] = set()
    unreadable: list[OSError] = []
    for folder, inner, names in os.walk(top, followlinks=True, onerror=unreadable.append):
        if (identity := _inode(folder)) in visited:  # a link back up: go no deeper
            inner.clear()
            continue
        visited.add(identity)
        inner.sort()
        for name in sorted(names):
            path = Path(folder, name)
            try:
                is_file = path.is_file()  # no sockets, pipes, devices, dangling links
            except OSError as error:
                unreadable.append(error)
                continue
            if is_file:
                yield _named(path, top, nodes, chosen=False)
    for one in unreadable:
        yield Unreadable(str(one.filename), one.strerror or str(one))


def _at_address(address: str, nodes: Mapping[str, str]) -> Iterator[LogFile | Unreadable]:
    try:
        for one in remote_files(address):
            yield _named_remote(one, nodes)
    except OSError as error:
        yield Unreadable(shown(address), error.strerror or str(error))


def _named(path: Path, top: Path | None, nodes: Mapping[str, str], *, chosen: bool) -> LogFile:
    """Its node: as told; the folder after `nodes/`; the first folder below the path given; else its lines may say."""
    whole_path = path.absolute()
    below_top = path.relative_to(top).parts[:-1] if top else ()
    node = next(iter([*told(whole_path, nodes), *after_nodes(whole_path.parts), *below_top]), None)
    return LogFile(str(path), node, default_node(path.name, whole_path.parent.name), chosen=chosen)


def _named_remote(file: Remote, nodes: Mapping[str, str]) -> LogFile:
    path = _below_scheme(file.shown)
    as_told = [name for place, name in nodes.items() if path.is_relative_to(_below_scheme(shown(place)))]
    node = next(iter([*as_told, *after_nodes(path.parts), *file.below]), None)
    default = default_node(path.name, path.parent.name)
    return LogFile(file.shown, node, default, chosen=not file.in_folder, content=file)


def _named_member(archive: LogFile, member: Member, top: tuple[str, ...], nodes: Mapping[str, str]) -> LogFile:
    """The same rules: the archive is as a folder that was named, or has one in it that was."""
    path = f"{archive.path}{IN_ARCHIVE}{'/'.join(member.parts)}"
    below_top = member.parts[len(top) : -1]
    of_archive = [] if archive.content else told(Path(archive.path).absolute(), nodes)
    as_told = [*told(Path(path).absolute(), nodes), *of_archive]
    of_place = [*after_nodes(member.parts), *([archive.node] if archive.node else []), *below_top]
    node = next(iter([*as_told, *of_place]), None)
    default = default_node(*member.parts[-1:], *member.parts[-2:-1])
    return LogFile(path, node, default, chosen=False, content=member.content)


def _below_scheme(address: str) -> PurePosixPath:
    return PurePosixPath(address.rpartition("://")[2])


def _identity(file: LogFile) -> object:
    return file.path if file.content or file.path == STDIN else _inode(file.path)


def _inode(path: str) -> Inode:
    return inode_of(Path(path).stat())


def inode_of(status: os.stat_result) -> Inode:
    """The same for all names of a file."""
    return status.st_dev, status.st_ino


def _opened_up(file: LogFile, nodes: Mapping[str, str], spool: Spool, depth: int = 0) -> Iterator[LogFile | Unreadable]:
    """The files in it, if it is an archive; else itself."""
    archive = _archive(file, spool) if depth < DEEPEST_ARCHIVE else None
    if archive is None:
        yield file
        return
    top = archive.top
    for _, member in sorted(archive.members.items()):
        yield from _opened_up(_named_member(file, member, top, nodes), nodes, spool, depth + 1)
    if archive.problem and (archive.members or file.chosen):
        yield Unreadable(file.path, f"the archive was not read whole: {archive.problem}")
    elif not archive.members and file.chosen:
        yield Unreadable(file.path, "there is no file in this archive")


def _archive(file: LogFile, spool: Spool) -> Archive | None:
    """The archive that it is. What cannot be read is none: reading it will say why."""
    try:
        if file.path == STDIN:
            stdin = _standard_input()
            return None if stdin.isatty() else archive_from(stdin, None, None, spool)
        if file.content is None and not Path(file.path).is_file():  # a pipe can be read only once
            return None
        return archive_in(file.content or whole(file.path), spool)
    except FAULTS:
        return None


def opened(path: str) -> AbstractContextManager[tuple[Stream, int | None]]:
    """The same as `open_log` for what has only a path, or an address, and is no archive."""
    if not is_address(path):
        return open_log(LogFile(path, None, path, chosen=True))
    found = list(remote_files(path))
    if len(found) != 1 or found[0].in_folder:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return open_log(LogFile(shown(path), None, path, chosen=True, content=found[0]))


@contextmanager
def open_log(file: LogFile, taken: Callable[[int], None] | None = None) -> Iterator[tuple[Stream, int | None]]:
    """The bytes of a file, decompressed where they need to be, and how many of them to read.

    The latter is the size of a plain file now: of one that grows, what was there counts. Where it is not None, the
    stream can be sought in. `taken` is told how many bytes of a compressed file were read. Raises FAULTS.
    """
    with ExitStack() as stack:
        plain, size = _plain(file)
        if file.path != STDIN or file.content:
            stack.enter_context(plain)
        if unpack := unpacker(plain.peek(LONGEST_MAGIC)):
            packed = cast(BinaryIO, _Told(plain, taken)) if taken else plain
            yield stack.enter_context(unpack(packed)), None
        else:
            yield plain, size


class _Told(io.RawIOBase):
    """A compressed file that tells how many of its bytes are read."""

    def __init__(self, packed: io.BufferedReader, taken: Callable[[int], None]) -> None:
        self._packed = packed
        self._taken = taken

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        some = self._packed.read(size)
        self._taken(len(some))
        return some


def _plain(file: LogFile) -> tuple[io.BufferedReader, int | None]:
    if file.content:
        return file.content.open()
    plain = _standard_input() if file.path == STDIN else Path(file.path).open("rb")  # noqa: SIM115  closed by open_log
    status = os.fstat(plain.fileno())
    # What is no regular file, or a file of /proc, has no size to go by.
    return plain, status.st_size if stat.S_ISREG(status.st_mode) and status.st_size else None


def content_of(file: LogFile, most: int) -> bytes:
    """The first bytes of a file, decompressed where they need to be; fewer where it is damaged, or cannot be read."""
    found = bytearray()
    with suppress(*FAULTS), open_log(file) as (stream, _):
        while len(found) < most and (block := stream.read1(most - len(found))):
            found += block
    return bytes(found)


def last_change(file: LogFile) -> float | None:
    """Seconds since the epoch; None where it is not known. Raises OSError."""
    if file.content:
        return file.content.changed
    return None if file.path == STDIN else Path(file.path).stat().st_mtime


def _standard_input() -> io.BufferedReader:
    stdin = getattr(sys.stdin, "buffer", None)
    if not isinstance(stdin, io.BufferedReader):
        raise OSError(errno.EBADF, "it is closed")
    return stdin
