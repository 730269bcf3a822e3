"""A node to plant faults into: a healthy one, recorded on a small gateway and cut down, as files of two readings."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from gwdiag.limits.checks import checks
from gwdiag.limits.examine import Wanted, examine
from gwdiag.limits.replay import from_meta
from gwdiag.limits.report import CheckResult
from gwdiag.limits.root import Recorded
from gwdiag.limits.settings import Settings

Planted = str | None | tuple[str | None, str | None] | Callable[[str], str]
"""A file's text in both readings (None: it is missing), in each of them, or what becomes of it by the second."""
Faults = Mapping[str, Planted]

PROC = "proc/2417"
GROUP = "sys/fs/cgroup/system.slice/tyk-gateway.service"
META = {
    "interval_s": 10.0,
    "clk_tck": 100,
    "page_size": 4096,
    "pid": 2417,
    "name": "tyk",
    "uname": "Linux gw-1 6.1.0-28-amd64",
    "cpus": 2,
    "listen": [8080],
    "netns": "pid",
}
HEALTHY = json.loads(Path(__file__).with_name("healthy_node.json").read_text("utf-8"))
TCP_HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def address(ip: str, port: int) -> str:
    return "".join(f"{int(part):02X}" for part in reversed(ip.split("."))) + f":{port:04X}"


def socket(
    local: str, remote: str, state: str, *, unsent: int = 0, retransmits: int = 0, inode: int = 1070001, n: int = 0
) -> str:
    """A row of /proc/net/tcp; addresses as `10.0.0.1:80`."""
    ends = " ".join(address(ip, int(port)) for ip, port in (one.split(":") for one in (local, remote)))
    return (
        f"{n:4}: {ends} {state} {unsent:08X}:00000000 00:00000000 {retransmits:08X}     0        0 {inode} 1 "
        "000000000d72aff7 20 4 21 24 -1                  \n"
    )


LISTENING = socket("0.0.0.0:8080", "0.0.0.0:0", "0A", inode=1065835)


def sockets(*rows: str) -> str:
    return TCP_HEADER + LISTENING + "".join(rows)


def many(count: int, remote: str, state: str, *, first: int = 40000, **more: int) -> str:
    return "".join(
        socket(f"10.88.0.1:{first + n}", remote, state, n=n, inode=1070001 + n, **more) for n in range(count)
    )


def descriptors(count: int, *more: str) -> str:
    return "".join(f"{n} socket:[{1069000 + n}]\n" for n in range(count)) + "".join(
        f"{count + n} {one}\n" for n, one in enumerate(more)
    )


def grown(group: str, **by: int) -> Callable[[str], str]:
    """Counters of /proc/PID/net/snmp or netstat that grew by so much until the second reading."""

    def later(text: str) -> str:
        lines = text.splitlines()
        head, values = (n for n, line in enumerate(lines) if line.startswith(f"{group}:"))
        names, figures = lines[head].split(), lines[values].split()
        for name, more in by.items():
            at = names.index(name)
            figures[at] = str(int(figures[at]) + more)
        lines[values] = " ".join(figures)
        return "\n".join(lines) + "\n"

    return later


def replaced(old: str, new: str) -> Callable[[str], str]:
    def later(text: str) -> str:
        assert old in text, f"{old!r} is not in the healthy file"
        return text.replace(old, new)

    return later


def files(faults: Faults) -> tuple[dict[str, str], dict[str, str]]:
    """The files of both readings with the faults in them."""
    first = {f"{PROC}/net/tcp": sockets(), f"{PROC}/fd.txt": descriptors(20), **HEALTHY["first"]}
    second = {**first, **HEALTHY["changed"]}
    for path, planted in faults.items():
        if callable(planted):
            pair: tuple[str | None, str | None] = (first[path], planted(second[path]))
        else:
            pair = planted if isinstance(planted, tuple) else (planted, planted)
        for reading, text in zip((first, second), pair, strict=True):
            reading.pop(path, None)
            if text is not None:
                reading[path] = text
    return first, second


def write(folder: Path, faults: Faults, *, readings: int = 2, **meta: object) -> Path:
    """A capture of the node."""
    for name, reading in list(zip(("t0", "t1"), files(faults), strict=True))[:readings]:
        for path, text in reading.items():
            file = folder / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8", "surrogateescape", newline="")
    (folder / "meta.json").write_text(json.dumps({**META, **meta}))
    return folder


class Files(Recorded):
    """A recording in memory: a folder of a hundred files for each of a thousand tests takes minutes."""

    def __init__(self, texts: Mapping[str, str], unreadable: tuple[str, ...]) -> None:
        super().__init__(Path("/nowhere"), unreadable)
        self._texts = texts

    def read(self, path: str) -> bytes:
        self._inside(path)
        if path not in self._texts:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self._texts[path].encode("utf-8", "surrogateescape")

    def names(self, path: str) -> list[str]:
        found = {one.removeprefix(f"{path}/").partition("/")[0] for one in self._texts if one.startswith(f"{path}/")}
        if not found:
            raise FileNotFoundError(2, "No such file or directory", path)
        return sorted(found)


def checked(
    name: str, faults: Faults, *, settings: Settings | None = None, readings: int = 2, **meta: object
) -> CheckResult:
    """What one check says of the node with the faults in it."""
    first, second = (Files(texts, tuple(meta.get("unreadable", ()))) for texts in files(faults))  # type: ignore[arg-type]
    found = from_meta(
        {**META, **meta}, Path("node"), second if readings == 2 else first, first if readings == 2 else None
    )
    wanted = Wanted(checks=checks([name, "cg.version"]), settings=settings or Settings())
    return next(one for one in examine(wanted, found).checks if one.id == name)


def said(one: CheckResult) -> tuple[str, float | None]:
    """Status and value, to compare with a literal."""
    return one.status.value, one.value if one.value is None else round(one.value, 4)
