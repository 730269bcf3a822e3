"""The file systems that the gateway writes to: its logs, and files on their way."""

import re

from gwdiag.limits.check import Unreadable
from gwdiag.limits.host import Host
from gwdiag.model.dataclass import dataclass

WRITTEN = ("/var/log", "/tmp", "/var/tmp")
IMAGES = ("squashfs", "erofs", "iso9660")
"""File systems of images: always full and read-only, and meant to be."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system."""

    point: str
    kind: str
    options: tuple[str, ...]


def mounts(host: Host) -> dict[str, Mount]:
    """By mount point; of several at one point the last, which hides the others."""
    path = host.now.of_process("mounts")
    found = {}
    for line in host.now.lines(path):
        words = line.split()
        if len(words) < 4:
            raise Unreadable(f"/{path} is damaged: {line[:60]!r}")
        point = re.sub(r"\\([0-7]{3})", lambda seen: chr(int(seen[1], 8)), words[1])
        found[point] = Mount(point, words[2], tuple(words[3].split(",")))
    return found


def written_to(host: Host) -> list[str]:
    """The folders of logs and temporary files, and of the logs that the process holds open."""
    folders = list(WRITTEN)
    try:
        targets = host.now.targets
    except Unreadable:
        targets = []
    folders += [target.rpartition("/")[0] for target in targets if re.fullmatch(r"/.*\.log(\.\d+)?", target)]
    return list(dict.fromkeys(folders))


def holding(folder: str, points: dict[str, Mount]) -> Mount | None:
    """The mount that a folder lies on."""
    inside = [point for point in points if point == "/" or folder == point or folder.startswith(f"{point}/")]
    return points[max(inside, key=len)] if inside else None
