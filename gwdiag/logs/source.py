"""Which files are meant by the paths of a command line, and what they are named after."""

import bz2
import errno
import glob
import gzip
import io
import itertools
import lzma
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from gwdiag.logs.lines import Stream

STDIN = "-"

MAGIC: dict[bytes, Callable[[BinaryIO], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": lambda plain: gzip.GzipFile(fileobj=plain),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
"""How compressed files begin (RFC 1952; bzip2; The .xz File Format), and what opens them."""

ENDINGS = re.compile(r"(?:\.(?:gz|bz2|xz|log|json|jsonl|txt|out|err|\d{1,4})|[-.]\d{4}-?\d\d-?\d\d(?:[-T]?\d{2,6})?)+$")
"""What rotation and habit add to a log's name: `.log.1.gz`, `-20261120`, `.2026-11-20.log`."""

KUBERNETES_NAME = re.compile(r"(?P<pod>[a-z0-9.-]+)_[a-z0-9-]+_[a-z0-9.-]+-[0-9a-f]{64}\.log$")
"""A file of /var/log/containers: pod, namespace, container and its id."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file to read, and whose it is. `node` None: its lines may say; `default_node` where they do not.

    `chosen` False: it lies in a folder that was named, so it may well be something else than a log.
    """

    path: str
    node: str | None
    default_node: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A path that is not there or may not be read, and why."""

    path: str
    reason: str


def files(paths: list[str], nodes: Mapping[str, str]) -> Iterator[LogFile | Unreadable]:
    """The files behind the paths: files, folders to their depth, globs, `-`. Each file once, whatever names it has.

    `nodes`: names of nodes by path, as `--node NAME=PATH` gives them.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        for one in _behind(path, nodes):
            if isinstance(one, LogFile) and one.path != STDIN:
                if (identity := _identity(one.path)) in seen:
                    continue
                seen.add(identity)
            yield one


def _behind(path: str, nodes: Mapping[str, str]) -> Iterator[LogFile | Unreadable]:
    if path == STDIN:
        yield LogFile(STDIN, nodes.get(STDIN), "stdin", chosen=True)
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
    visited: set[tuple[int, int]] = set()
    unreadable: list[OSError] = []
    for folder, inner, names in os.walk(top, followlinks=True, onerror=unreadable.append):
        if (identity := _identity(folder)) in visited:  # a link back up: go no deeper
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


def _named(path: Path, top: Path | None, nodes: Mapping[str, str], *, chosen: bool) -> LogFile:
    """Its node: as told; the folder after `nodes/`; the first folder below the path given; else its lines may say."""
    whole = path.absolute()
    told = [name for place, name in nodes.items() if whole.is_relative_to(Path(place).absolute())]
    after_nodes = [inner for outer, inner in itertools.pairwise(whole.parts[:-1]) if outer == "nodes"]
    below_top = path.relative_to(top).parts[:-1] if top else ()
    node = next(iter([*told, *after_nodes[-1:], *below_top]), None)
    kubernetes = KUBERNETES_NAME.match(path.name)
    default = kubernetes["pod"] if kubernetes else ENDINGS.sub("", path.name) or path.name
    return LogFile(str(path), node, default, chosen=chosen)


def _identity(path: str) -> tuple[int, int]:
    status = Path(path).stat()
    return status.st_dev, status.st_ino


@contextmanager
def opened(path: str) -> Iterator[tuple[Stream, int | None]]:
    """The bytes of a file, decompressed where they need to be, and how many of them to read.

    The latter is the size of a plain file now: of one that grows, what was there counts. Raises OSError.
    """
    with ExitStack() as stack:
        plain = _standard_input() if path == STDIN else stack.enter_context(Path(path).open("rb"))
        begin = plain.peek(6)
        for magic, unpack in MAGIC.items():
            if begin.startswith(magic):
                yield stack.enter_context(unpack(plain)), None
                return
        status = os.fstat(plain.fileno())
        # What is no regular file, or a file of /proc, has no size to go by.
        yield plain, status.st_size if stat.S_ISREG(status.st_mode) and status.st_size else None


def _standard_input() -> io.BufferedReader:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return cast(io.BufferedReader, sys.stdin.buffer)
