"""From a path to a case: a folder or archive in the layout of a bundle, a folder of logs, a log; or this node."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from gwdiag.logs.analysis import View
from gwdiag.logs.examine import Wanted, view_of
from gwdiag.logs.one_file import Reading
from gwdiag.logs.reading import read
from gwdiag.logs.source import STDIN
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.report import Input
from gwdiag.triage import live
from gwdiag.triage.archive import unpacked
from gwdiag.triage.case import Case, NodeState, Probed
from gwdiag.triage.copies import copies, is_copy

SAMPLES = 12
"""Lines of each class that are kept: their words decide, and some are shown."""

PROFILES = frozenset((".gz", ".pb", ".pprof", ".prof", ".heap", ".bin", ".txt"))
"""Endings of heap profiles; what lies beside them (sidecars in JSON) is read with them."""

LARGEST_REPORT = 64 << 20
NOTHING = "nothing in it looks like a log, a copy of /proc or a probe"

Ask = Callable[[Sequence[str]], list[Probed]]
"""Probes upstreams from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A case, and what its files gave."""

    case: Case
    inputs: tuple[Input, ...] = ()
    profiles: tuple[Path, ...] = ()
    interrupted: bool = False

    def probed(self, ask: Ask, upstreams: Sequence[str]) -> "Loaded":
        """The same with what probes of these upstreams say."""
        return replace(self, case=replace(self.case, probed=(*self.case.probed, *ask(upstreams))))


@dataclass(slots=True)
class _Parts:
    """What lies beside the logs. `whole`: the node that the folder as a whole is a copy of, its logs among it."""

    nodes: dict[str, NodeState] = field(default_factory=dict)
    whole: str | None = None
    probed: list[Probed] = field(default_factory=list)
    inputs: list[Input] = field(default_factory=list)
    profiles: list[Path] = field(default_factory=list)


@contextmanager
def loaded(path: Path, how: Reading) -> Iterator[Loaded]:
    """What lies there. Copies of nodes are read while the case is asked. Raises Problem where there is nothing."""
    if str(path) == STDIN:
        yield _loaded([STDIN], how, _Parts(), (STDIN,))
        return
    if not path.exists():
        raise Problem(f"{path}: there is no such file or folder", Exit.NOTHING_DONE)
    with unpacked(path) as found:
        logs = path
        if found is not None:
            parts = _parts(found.folder, found.shown)
            if found.problem:
                parts.inputs.append(Input(path=str(path), problem=found.problem))
        elif path.is_dir():
            parts = _parts(path, str(path))
            logs = path / "nodes" if (path / "nodes").is_dir() else path
        else:
            parts = _Parts()
            how = replace(how, beside=tuple(_beside(path)))
        if parts.whole:
            how = replace(how, nodes={str(path): parts.whole} | dict(how.nodes))
        yield _loaded([str(logs)], how, parts, (str(path),))


def loaded_here(here: live.Found, how: Reading) -> Loaded:
    """This node. Without logs it is judged by its kernel's figures and probes alone."""
    parts = _Parts(nodes={here.state.name: here.state})
    nodes = dict.fromkeys((*here.logs, *here.configuration), here.state.name) | dict(how.nodes)
    return _loaded(list(here.logs), replace(how, nodes=nodes, beside=here.configuration), parts, here.logs)


def _loaded(logs: list[str], how: Reading, parts: _Parts, shown: tuple[str, ...]) -> Loaded:
    reading = read(logs, how)
    inputs = (*reading.inputs, *parts.inputs)
    view = view_of(reading, Wanted(), list(shown)) if any(one.events for one in reading.inputs) else None
    if view is None and not parts.nodes and not parts.probed:
        problems = [f"{one.path}: {one.problem}" for one in inputs if one.problem]
        raise Problem(problems[0] if problems else f"{' '.join(shown)}: {NOTHING}", Exit.NOTHING_DONE)
    case = Case(
        view=view,
        known=tuple(reading.known),
        nodes=_joined(parts.nodes, view),
        probed=tuple(parts.probed),
        paths=shown,
    )
    return Loaded(case=case, inputs=inputs, profiles=tuple(parts.profiles), interrupted=reading.interrupted)


def _joined(nodes: dict[str, NodeState], view: View | None) -> dict[str, NodeState]:
    """A capture beside the logs of one node is that node's, whatever it is called."""
    logged = tuple(view.tally.formats) if view else ()
    if len(nodes) != 1 or len(logged) != 1:
        return nodes
    [state] = nodes.values()
    return {logged[0]: replace(state, name=logged[0])} if state.is_capture else nodes


def _parts(path: Path, shown: str) -> _Parts:
    """The parts below a folder, which a report calls as `shown` says."""
    profiles = [one for one in _below(path, "heap") if one.suffix in PROFILES]
    nodes = copies(path, shown)
    whole = next(iter(nodes), None) if is_copy(path) else None
    parts = _Parts(nodes=nodes, whole=whole, profiles=profiles)
    for file in _below(path, "probes"):
        if file.suffix == ".json":
            _add_probes(file, f"{shown}/{file.relative_to(path)}", parts)
    return parts


def _beside(log: Path) -> list[str]:
    """Definitions and settings of a single log: those that lie in its own folder."""
    return sorted(str(one) for one in (*log.parent.glob("*.conf"), *log.parent.glob("apps/*.json")) if one.is_file())


def _add_probes(file: Path, shown: str, parts: _Parts) -> None:
    """What a saved report of `gwdiag probe` says; one that is none becomes an input with a problem."""
    try:
        if file.stat().st_size > LARGEST_REPORT:
            raise ValueError("too large for a report")
        targets = json.loads(file.read_bytes())["targets"]
        parts.probed += [
            Probed(target=str(one["target"]), verdict=str(one["verdict"]), cause=str(one["cause"]), place=shown)
            for one in targets
        ]
    except OSError as error:
        parts.inputs.append(Input(path=shown, problem=error.strerror or str(error)))
    except (ValueError, KeyError, TypeError, RecursionError):
        parts.inputs.append(Input(path=shown, problem="no report of gwdiag probe"))


def _below(path: Path, name: str) -> list[Path]:
    """The files of the folders of that name, of the case and of its nodes."""
    folders = [path / name, *(path / "nodes").glob(f"*/{name}")]
    return sorted(one for folder in folders if folder.is_dir() for one in folder.iterdir() if one.is_file())
