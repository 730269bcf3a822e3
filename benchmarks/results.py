"""What was measured, as Markdown."""

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from measure import Spread, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a measured value should be: `said` in words, and whether it is."""

    said: str
    reached: bool

    @property
    def verdict(self) -> str:
        return "yes" if self.reached else "**no**"


@dataclass(slots=True, kw_only=True)
class Section:
    """One table. A row is its cells and, where there is one, its target."""

    title: str
    about: str
    header: Sequence[str]
    rows: list[tuple[Sequence[str], Target | None]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, *cells: str, target: Target | None = None) -> None:
        self.rows.append((cells, target))

    def markdown(self) -> str:
        has_targets = any(target for _, target in self.rows)
        header = (*self.header, "target", "reached") if has_targets else self.header
        lines = [f"## {self.title}", "", self.about, ""]
        if self.rows:
            lines += [_row(header), "|" + "---|" * len(header)]
        for cells, target in self.rows:
            more = ((target.said, target.verdict) if target else ("", "")) if has_targets else ()
            lines.append(_row((*cells, *more)))
        lines += ["", *(f"- {note}" for note in self.notes)]
        return "\n".join(lines).rstrip() + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def at_least(value: float, wanted: float) -> Target:
    return Target(said=f">= {wanted:g}x", reached=value >= wanted)


def at_most(value: float, wanted: float, unit: str = "x") -> Target:
    return Target(said=f"<= {wanted:g}{unit}", reached=value <= wanted)


def seconds(values: Sequence[float]) -> str:
    return times(spread(values))


def times(of: Spread) -> str:
    return f"{of.median:.2f} ({of.least:.2f}..{of.most:.2f})"


def size(bytes_: float) -> str:
    return f"{bytes_ / 1e6:,.4g} MB" if bytes_ < 1e9 else f"{bytes_ / 1e9:,.4g} GB"


def megabytes(peak: float, least: float) -> str:
    """Peaks below what every child has are not known any better."""
    return f"< {least / 1e6:.0f}" if peak <= least else f"{peak / 1e6:.0f}"


def markdown(sections: Sequence[Section], versions: Mapping[str, str], skipped: Mapping[str, str], command: str) -> str:
    lines = [
        "# Results of the benchmarks",
        "",
        f"Written by `{command}`; [README.md](README.md) says what is measured and how.",
        "",
        *_in_short(sections),
        "",
        *(f"- {line}" for line in machine()),
        f"- gwdiag {version('gwdiag')} at {commit()}; {', '.join(f'{name} {version(name)}' for name in _libraries())}",
        *(f"- {said}" for said in sorted(set(versions.values()))),
        *(f"- SKIPPED: {name.removeprefix('import ')} is not here; `{get}`" for name, get in sorted(skipped.items())),
        "",
    ]
    return "\n".join(lines) + "\n" + "\n".join(section.markdown() for section in sections)


def _in_short(sections: Sequence[Section]) -> list[str]:
    targets = [target for section in sections for _, target in section.rows if target]
    said = [f"{sum(target.reached for target in targets)} of {len(targets)} targets are reached."]
    for section in sections:
        missed = [cells[0] for cells, target in section.rows if target and not target.reached]
        said += [f"- not reached, {section.title}: {'; '.join(missed)}"] if missed else []
    return said + [f"- {note}" for note in troubles(sections)]


def troubles(sections: Sequence[Section]) -> list[str]:
    """What did not run, and counts that are not true."""
    return [note for section in sections for note in section.notes if note.startswith(("WRONG", "FAILED"))]


def _libraries() -> list[str]:
    """Those that gwdiag reads logs with, as far as they are installed."""
    found = []
    for name in ("numpy", "msgspec", "isal", "zstandard", "pyarrow"):
        try:
            version(name)
        except ModuleNotFoundError:
            continue
        found.append(name)
    return found


def machine() -> list[str]:
    cpus = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":")[1].strip() for line in cpus.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    where = f"{model}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"
    return [
        f"{datetime.now(UTC):%Y-%m-%d}: {where}; load {os.getloadavg()[0]:.1f} at the end",
        f"{platform.python_implementation()} {platform.python_version()}",
    ]


def commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "../gwdiag")
    return (git("rev-parse", "--short", "HEAD") or "no commit") + (" with changes" if changed else "")
