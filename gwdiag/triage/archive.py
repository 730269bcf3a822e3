"""A case that came as a tar or zip archive: its small parts go into a folder for a while, logs are read where they are.

Members keep no name that leads out of the folder, links are left out, and what is unpacked is bounded.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from gwdiag.logs.archives import Archive, archive_in
from gwdiag.logs.content import Spool, whole
from gwdiag.logs.unpack import FAULTS
from gwdiag.model.problem import Exit, Problem

PARTS = frozenset(("system", "system_before", "probes", "heap", "t0", "t1", "proc", "sys", "kernel"))
"""Folders of a case, a capture or an sos report whose files are not logs. `kernel` has what `sysctl -a` printed."""

META = "meta.json"
"""What a capture says of itself, beside its folders."""

LARGEST, MOST = 64 << 20, 512 << 20
"""Bytes of one file that is unpacked, and of all of them."""


class Unpacked(NamedTuple):
    """The folder that holds the parts of an archive, what a report calls it, and why one is left out.

    What is wrong with the archive itself, whoever reads its logs says.
    """

    folder: Path
    shown: str
    problem: str | None


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked | None]:
    """The archive's parts; None where the path is no archive. Raises Problem for one that cannot be read."""
    archive = _archive(path)
    if archive is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="gwdiag-") as name:
        folder = Path(name)
        problem = _unpack(archive, folder)
        inside = "/".join(archive.top)
        yield Unpacked(folder / inside, f"{path}!{inside}", problem)


def _archive(path: Path) -> Archive | None:
    if not path.is_file():
        return None
    try:
        return archive_in(whole(str(path)), Spool())
    except FAULTS as error:
        raise Problem(f"{path}: {getattr(error, 'strerror', None) or error}", Exit.NOTHING_DONE) from None


def _unpack(archive: Archive, folder: Path) -> str | None:
    """Writes the parts. What cannot be read or written is left out; the first reason is given."""
    total, problem = 0, None
    for parts, member in archive.members.items():
        if not PARTS & set(parts[:-1]) and parts[-1] != META:
            continue
        try:
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            stream, _ = member.content.open()
            with closing(stream):
                content = stream.read(min(LARGEST, MOST - total) + 1)
            total += len(content)
            if len(content) > LARGEST or total > MOST:
                return f"{'/'.join(parts)} is too large to be unpacked; what follows it was left out"
            target.write_bytes(content)
        except (*FAULTS, ValueError) as error:
            problem = problem or f"{'/'.join(parts)}: {getattr(error, 'strerror', None) or error}"
    return problem
