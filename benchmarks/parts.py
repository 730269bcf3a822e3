"""The comparisons, one table each."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import comparisons
from bench import MB, Bench, gwdiag, has_jobs, ours
from collectors import AROUND, wrapped
from comparisons import PYTHON, Peer
from line_shapes import SHAPES
from measure import Failed, Run, in_turn, least_peak, ratios, run, spread
from results import Section, Target, at_least, at_most, megabytes, seconds, times, troubles
from results import size as size_of
from truth import peer_untrue, untrue

SMALL = 1_000_000
MOST_MEMORY = 100
"""MB that a process may need at its peak, however long the log."""
MOST_GROWTH = 10
"""MB by which the peak may differ between a log and one ten times as long; what is more would be growth."""


def cpu(of: Run) -> float:
    return of.cpu


def wall(of: Run) -> float:
    return of.wall


SIDE_BY_SIDE = ("tool", "asked", "CPU s (min..max)", "wall s", "MB per CPU s", "peak MB", "CPU, gwdiag = 1 (min..max)")


def side_by_side(bench: Bench, section: Section, name: str, size: int, peers: tuple[Peer, ...]) -> None:
    """gwdiag and the peers over one log; then whether what they say is true."""
    present = {peer.name: peer for peer in bench.here(peers)}
    with bench.log(name, size) as (path, truth):
        places = {"file": shlex.quote(str(path)), "work": shlex.quote(str(bench.work))}
        commands = {of: peer.command.format(**places) for of, peer in present.items()}
        runs, failed = in_turn({"gwdiag": ours(path)} | commands, bench.rounds, bench.core, bench.say)
        base = runs.get("gwdiag")
        for of, ran in runs.items():
            peer = present.get(of)
            compared = ratios(ran, base, cpu) if base else None
            section.add(
                of,
                peer.asks if peer else "the whole report",
                seconds([run.cpu for run in ran]),
                f"{spread([run.wall for run in ran]).median:.2f}",
                f"{path.stat().st_size / MB / spread([run.cpu for run in ran]).median:.0f}",
                megabytes(max(run.peak for run in ran), least_peak()),
                times(compared) if compared else "",
                target=wanted_of(peer, compared.median) if peer and compared else None,
            )
        section.notes += [f"FAILED: {of} ({name}): {why}" for of, why in failed.items()]
        section.notes += [] if "gwdiag" in failed else untrue(path, truth)
        for of, command in commands.items():
            if present[of].answers and of not in failed:
                section.notes += peer_untrue(of, command, truth)


def wanted_of(peer: Peer, compared: float) -> Target | None:
    if peer.at_least:
        return at_least(compared, peer.at_least)
    return at_most(1 / compared, peer.at_most, "x as quick") if peer.at_most else None


def tyk_text(bench: Bench) -> Section:
    section = Section(
        title=f"Tyk text, {size_of(bench.size)}, one core",
        about="Asked: requests per minute, API, status or flag, and upstream; p50, p95 and p99; messages per class.",
        header=SIDE_BY_SIDE,
    )
    side_by_side(bench, section, "logrus_text", bench.size, comparisons.TYK_TEXT)
    return section


def combined(bench: Bench) -> Section:
    size = bench.size // 5
    section = Section(
        title=f"nginx combined, {size_of(size)}, one core",
        about="GoAccess' cost grows with distinct clients and paths: do not expect the same factor of every log.",
        header=SIDE_BY_SIDE,
    )
    side_by_side(bench, section, "combined", size, comparisons.COMBINED)
    return section


def tyk_json(bench: Bench) -> Section:
    size = bench.size // 5
    section = Section(title=f"Tyk JSON, {size_of(size)}, one core", about="Asked: as of Tyk text.", header=SIDE_BY_SIDE)
    side_by_side(bench, section, "logrus_json", size, comparisons.TYK_JSON)
    return section


def formats(bench: Bench) -> Section:
    size = bench.size // 5
    section = Section(
        title=f"Every other format, {size_of(size)} each, one core",
        about="Beside a loop over the lines with one regular expression, whose fields are counted in a dict.",
        header=(
            "format",
            "gwdiag CPU s (min..max)",
            "MB per CPU s",
            "counts",
            "`re` CPU s (min..max)",
            "CPU of `re`, gwdiag = 1",
        ),
    )
    others = [name for name in SHAPES if name not in ("logrus_text", "logrus_json", "combined")]
    for name in bench.formats or others:
        table = Section(title="", about="", header=())
        side_by_side(bench, table, name, size, comparisons.other_formats(name))
        rows = {cells[0]: (cells, target) for cells, target in table.rows}
        if len(rows) == 2:
            (mine, _), (loop, target) = rows.values()
            section.add(
                name, mine[2], mine[4], "wrong" if troubles([table]) else "true", loop[2], loop[6], target=target
            )
        section.notes += troubles([table])
    return section


def compressed(bench: Bench) -> Section:
    section = Section(
        title=f"Compressed, {size_of(bench.size)} of Tyk text",
        about="CPU time of all threads, against the same log as it is. Not held to one core: unpacking may overlap.",
        header=AGAINST_PLAIN,
    )
    with bench.log("logrus_text", bench.size) as (path, truth):
        logs = {f".{kind}": pack(bench, path, kind) for kind in ("gz", "zst")}
        against_plain(bench, section, path, truth, logs, {".gz": 1.2})
    return section


def in_collectors(bench: Bench) -> Section:
    size = bench.size // 5
    section = Section(
        title=f"Wrapped by collectors, {size_of(size)} of nginx combined and what stands around its lines",
        about="CPU time of a log of Kubernetes (CRI), of Docker's json-file and of syslog, against the lines alone.",
        header=AGAINST_PLAIN,
    )
    with bench.log("combined", size) as (path, truth):
        against_plain(bench, section, path, truth, {name: wrapped(path, name) for name in AROUND}, {})
    return section


AGAINST_PLAIN = ("log", "CPU s (min..max)", "wall s", "peak MB", "CPU, plain = 1 (min..max)")


def against_plain(
    bench: Bench, section: Section, path: Path, truth: dict[str, Any], others: dict[str, Path], most: dict[str, float]
) -> None:
    """gwdiag over a log and over others made of it, which are removed then."""
    logs = {"plain": path} | others
    runs, failed = in_turn({name: ours(one) for name, one in logs.items()}, bench.rounds, say=bench.say)
    section.notes += [f"FAILED: {name}: {why}" for name, why in failed.items()]
    for name, one in logs.items():
        if name in failed or "plain" in failed:
            continue
        compared = ratios(runs[name], runs["plain"], cpu)
        section.add(
            name,
            seconds([run.cpu for run in runs[name]]),
            f"{spread([run.wall for run in runs[name]]).median:.2f}",
            megabytes(max(run.peak for run in runs[name]), least_peak()),
            times(compared),
            target=at_most(compared.median, most[name]) if name in most else None,
        )
        section.notes += untrue(one, truth)
    for one in others.values():
        one.unlink()


PACK = """
import gzip, shutil, sys, zstandard
how, log, packed = sys.argv[1:]
out = gzip.open(packed, "wb", 6) if how == "gz" else zstandard.open(packed, "wb")
with open(log, "rb") as lines, out:
    shutil.copyfileobj(lines, out, 1 << 20)
"""


def pack(bench: Bench, log: Path, how: str) -> Path:
    packed = log.with_name(f"{log.name}.{how}")
    bench.say(f"packing {packed.name}")
    subprocess.run([sys.executable, "-c", PACK, how, log, packed], check=True)
    return packed


def memory(bench: Bench) -> Section:
    section = Section(
        title="Memory",
        about="Peak of the largest process, of one run each.",
        header=("log", "peak MB", "CPU s", "MB per CPU s"),
    )
    short, longer, longest = bench.size, bench.size * 10 // 3, bench.size * 10
    peaks: dict[int, float] = {}
    for name, size in (
        *(("logrus_text", size) for size in (short, longer, longest)),
        *((name, longer) for name in ("logrus_json", "combined")),
    ):
        with bench.log(name, size) as (path, _):
            bench.say(f"memory: {name}, {size_of(size)}")
            try:
                one = run(ours(path))
            except Failed as problem:
                section.notes.append(f"FAILED: {name}, {size_of(size)}: {problem}")
                continue
        if name == "logrus_text":
            peaks[size] = one.peak / MB
        section.add(
            f"{name}, {size_of(size)}",
            megabytes(one.peak, least_peak()),
            f"{one.cpu:.2f}",
            f"{size / MB / one.cpu:.0f}",
            target=at_most(one.peak / MB, MOST_MEMORY, " MB"),
        )
    if short in peaks and longest in peaks:
        more = peaks[longest] - peaks[short]
        what = f"{size_of(longest)} more than {size_of(short)}"
        section.add(what, f"{more:+.0f}", "", "", target=at_most(more, MOST_GROWTH, " MB"))
    return section


def processes(bench: Bench) -> Section:
    size = bench.size * 10 // 3
    section = Section(
        title=f"Two processes, {size_of(size)} of Tyk text",
        about="By wall time, which means something only where two cores are free.",
        header=("processes", "wall s (min..max)", "CPU s", "peak MB", "wall, one = 1 (min..max)"),
    )
    if not has_jobs():
        bench.say("SKIPPED: this gwdiag has no --jobs")
        section.notes.append("SKIPPED: this gwdiag has no `--jobs`.")
        return section
    with bench.log("logrus_text", size) as (path, truth):
        commands = {str(jobs): ours(path, jobs) for jobs in (1, 2)}
        runs, failed = in_turn(commands, bench.rounds, say=bench.say)
        if failed:
            section.notes += [f"failed with {jobs}: {why}" for jobs, why in failed.items()]
            return section
        for jobs, ran in runs.items():
            compared = ratios(ran, runs["1"], wall)
            section.add(
                jobs,
                seconds([run.wall for run in ran]),
                f"{spread([run.cpu for run in ran]).median:.2f}",
                megabytes(max(run.peak for run in ran), least_peak()),
                times(compared),
                target=at_most(compared.median, 0.7) if jobs == "2" else None,
            )
        section.notes += untrue(path, truth, jobs=2)
    return section


def start(bench: Bench) -> Section:
    section = Section(
        title="Start",
        about="CPU time, against an interpreter that does nothing.",
        header=("command", "CPU ms (min..max)", "wall ms", "CPU, `python -c pass` = 1 (min..max)"),
    )
    with bench.log("logrus_text", SMALL) as (path, _):
        commands = {
            "python -c pass": f"{PYTHON} -c pass",
            "gwdiag --help": f"{gwdiag()} --help",
            "gwdiag logs, 1 MB": ours(path),
        }
        # They are short, so there can be more of them.
        runs, failed = in_turn(commands, 4 * bench.rounds + 1, bench.core, lambda _: None)
        section.notes += [f"failed: {name}: {why}" for name, why in failed.items()]
        for name, ran in runs.items():
            used = spread([1000 * run.cpu for run in ran])
            compared = ratios(ran, runs["python -c pass"], cpu)
            wanted = {"gwdiag --help": 7, "gwdiag logs, 1 MB": 16}.get(name)
            section.add(
                name,
                f"{used.median:.0f} ({used.least:.0f}..{used.most:.0f})",
                f"{spread([1000 * run.wall for run in ran]).median:.0f}",
                times(compared),
                target=at_most(compared.median, wanted) if wanted else None,
            )
    return section


PARTS: dict[str, Callable[[Bench], Section]] = {
    "tyk-text": tyk_text,
    "combined": combined,
    "tyk-json": tyk_json,
    "compressed": compressed,
    "wrapped": in_collectors,
    "formats": formats,
    "memory": memory,
    "processes": processes,
    "start": start,
}
