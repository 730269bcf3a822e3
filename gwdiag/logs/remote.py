"""Files at an address (`s3://bucket/logs/`), through fsspec. What its many back ends raise becomes an OSError here."""

import errno
import glob
import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from gwdiag.model.dataclass import dataclass
from gwdiag.model.pattern import pattern
from gwdiag.redact import redacted

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ADDRESS = pattern(r"[A-Za-z][A-Za-z0-9+.-]+(?:::[A-Za-z][A-Za-z0-9+.-]+)*://")
"""A scheme of two letters or more (`C://` is a path of Windows), or several, as fsspec chains them."""

USER = pattern(r"(?<=://)(?:[^/@]*|[^/@:]+:(?!\d+/)[^@]*)@")
QUERY = pattern(r"\?[^?]*=.*")
"""Where credentials are: `user:password@`, a signed address's query. A `?` without `=` may be part of a glob."""

EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "http": "http", "https": "http"}
"""Schemes whose library is an extra of gwdiag's own."""

STREAMED = frozenset(("http", "https"))
"""Many servers give a file only as a whole: one cannot seek in it."""

BLOCK = 2 << 20
"""Bytes asked for at once."""

DEEPEST = 30
"""Folders within folders; a web server may show endless ones."""

CONNECT_S, READ_S = 10, 60

TIMES = ("LastModified", "mtime", "last_modified", "updated", "modified", "created", "Last-Modified")
"""What the back ends call the time of the last change."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at an address. `shown`: the address without credentials."""

    shown: str
    path: str  # as its file system calls it
    below: tuple[str, ...]  # the folders it lies in, below the folder that was given
    in_folder: bool
    system: Any
    size: int | None
    changed: float | None

    def open(self) -> tuple[io.BufferedReader, int | None]:
        """Its bytes, and how many there are if one can seek in them. Raises OSError."""
        is_streamed = bool(STREAMED & set(_schemes(self.system)))
        with _one_kind_of_error(self.shown):
            file = self.system.open(self.path, "rb", block_size=0 if is_streamed else BLOCK)
            can_seek = not is_streamed and self.size is not None and file.seekable()
        size = self.size if can_seek else None
        return io.BufferedReader(_Reader(file, size, self.shown), 1 << 16), size


def is_address(path: str) -> bool:
    """Whether it is no path of this machine."""
    return bool(ADDRESS.match(path))


def shown(address: str) -> str:
    """The address as it may be printed: without user, password and query. A path as it is."""
    return "::".join(map(_bare, address.split("::"))) if is_address(address) else address


def _bare(text: str) -> str:
    return QUERY.sub("", USER.sub("", text))


def remote_files(address: str) -> Iterator[Remote]:
    """The files there: one, those that a glob matches, all in a folder to its depth. Raises OSError."""
    with _one_kind_of_error(address):
        system, path = _file_system(address)
        is_streamed = bool(STREAMED & set(_schemes(system)))
        has_magic = "*" in path if is_streamed else glob.has_magic(path)
        info = None if is_streamed and has_magic else _info(system, path, may_be_absent=has_magic)
        matching = {path: info} if info else system.glob(path, detail=True)
        if not matching:
            raise FileNotFoundError
        for place, about in sorted(matching.items()):
            is_folder = about["type"] == "directory" or (is_streamed and place.endswith("/"))
            name = address if place == path else system.unstrip_protocol(place)
            if not is_folder:
                yield _remote(system, place, about, shown(name))
                continue
            inside = system.find(place, maxdepth=DEEPEST, detail=True)
            for inner, about_inner in sorted(inside.items()):
                relative = inner.removeprefix(place).lstrip("/")
                if relative:  # a web server's folder is a file as well
                    yield _remote(system, inner, about_inner, f"{shown(name).rstrip('/')}/{relative}", relative)


def _remote(system: Any, path: str, about: Mapping[str, Any], name: str, relative: str = "") -> Remote:
    below = PurePosixPath(relative).parts[:-1]
    size = about.get("size")
    return Remote(name, path, below, bool(relative), system, size if isinstance(size, int) else None, _changed(about))


def _info(system: Any, path: str, *, may_be_absent: bool) -> dict[str, Any] | None:
    try:
        return dict(system.info(path))
    except FileNotFoundError:
        if may_be_absent:
            return None
        raise


def _file_system(address: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    scheme = address[: address.index(":")].lower()
    system, path = url_to_fs(address, **_options(scheme))
    return system, path


def _options(scheme: str) -> dict[str, Any]:
    """How long to wait. The libraries' own ways are to wait for minutes, or to end a long download."""
    if scheme in STREAMED:
        from aiohttp import ClientTimeout

        return {"client_kwargs": {"timeout": ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=READ_S)}}
    if scheme in ("s3", "s3a"):
        wait = {"connect_timeout": CONNECT_S, "read_timeout": READ_S, "retries": {"max_attempts": 3}}
        return {"config_kwargs": wait}
    return {}


def _schemes(system: Any) -> tuple[str, ...]:
    return (system.protocol,) if isinstance(system.protocol, str) else tuple(system.protocol)


def _changed(about: Mapping[str, Any]) -> float | None:
    from email.utils import parsedate_to_datetime  # slow to load

    written = next((about[key] for key in TIMES if about.get(key)), None)
    try:
        if isinstance(written, str):
            is_http = written[:1].isalpha()  # Fri, 20 Nov 2026 08:27:48 GMT
            written = parsedate_to_datetime(written) if is_http else datetime.fromisoformat(written)
        if isinstance(written, datetime):
            return (written if written.tzinfo else written.replace(tzinfo=UTC)).timestamp()
        return float(written) if written is not None else None
    except (TypeError, ValueError, OverflowError):
        return None


class _Reader(io.RawIOBase):
    """A file of fsspec. It has its own place: some of them are one object for all who have opened them."""

    def __init__(self, file: Any, size: int | None, name: str) -> None:
        self._file, self._size, self._name = file, size, name
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._size is not None

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size or 0}[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        with _one_kind_of_error(self._name):
            if self._size is not None:
                self._file.seek(self._at)
            data = self._file.read(len(view))
        if not data and self._at < (self._size or 0):
            raise OSError(errno.EIO, "it ended before its end")
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


@contextmanager
def _one_kind_of_error(address: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # each back end has its own: botocore's, aiohttp's, paramiko's
        raise _as_os_error(error, address) from None


def _as_os_error(error: Exception, address: str) -> OSError:
    scheme = address[: address.index(":")].lower()
    if isinstance(error, ImportError):
        extra = EXTRAS.get(scheme)
        how = f"pip install 'gwdiag[{extra}]'" if extra else _words(error, address)
        return OSError(errno.ENOPKG, f"a package for {scheme}:// is not installed: {how}")
    if isinstance(error, ValueError) and "rotocol not known" in str(error):
        return OSError(errno.EPROTONOSUPPORT, f"{scheme}:// is no kind of address that is known")
    if isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):  # whatever a web server says
        return _as_os_error(error.__cause__, address)
    if isinstance(error, FileNotFoundError) or _status(error) in (404, 410):
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    if isinstance(error, PermissionError) or _status(error) in (401, 403):
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return TimeoutError(errno.ETIMEDOUT, "it did not answer in time")
    return OSError(errno.EIO, _words(error, address))


def _status(error: Exception) -> int | None:
    """The HTTP status in an error of aiohttp's or botocore's."""
    answer = getattr(error, "response", None)
    of_answer = answer.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(answer, dict) else None
    found = getattr(error, "status", of_answer)
    return found if isinstance(found, int) else None


def _words(error: Exception, address: str) -> str:
    """One line of what the library says, without anything that is secret."""
    text = " ".join(str(error).split()) or type(error).__name__
    secrets = [*USER.findall(address), *QUERY.findall(address)]
    for secret in secrets:
        text = text.replace(secret, "")
    parts = [part for secret in secrets for part in re.split(r"[:/@=&?]", secret) if len(part) > 2]
    if any(part in text for part in parts):  # the library took the address apart
        return f"{type(error).__name__}, in words that hold parts of the address's credentials"
    return redacted(_bare(text))[:200]
