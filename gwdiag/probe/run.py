"""All targets, some at a time, and the report of them."""

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

from gwdiag._version import __version__
from gwdiag.model.report import status_of
from gwdiag.model.words import counted, listed
from gwdiag.probe.how import How, with_own
from gwdiag.probe.judge import judged
from gwdiag.probe.look import Look, look_at
from gwdiag.probe.parallel import started
from gwdiag.probe.proxies import proxy_for
from gwdiag.probe.report import ProbeReport, TargetResult
from gwdiag.probe.resolver_files import read_files
from gwdiag.probe.stages.dns import Resolved, is_address, resolve
from gwdiag.probe.target import Target

AT_ONCE = 8
"""Targets that are looked at side by side."""

Progress = Callable[[int, int], None]
"""Told how many targets are done, of how many."""


def probe(targets: Sequence[Target], how: How, progress: Progress = lambda _done, _all: None) -> ProbeReport:
    """The report on the targets. Ctrl-C ends it early, with what is known by then."""
    looks = [Look(target=one, proxy=proxy_for(one)) for one in targets]
    interrupted = False
    try:
        for number, pending in enumerate(_begun(looks, how)):
            progress(number, len(looks))
            pending.result()
    except KeyboardInterrupt:
        interrupted = True
    return report_of(looks, how, interrupted=interrupted)


def _begun(looks: Sequence[Look], how: How) -> "list[Future[Look]]":
    """The looks to come. A name that several targets have is looked up once."""
    files = read_files(how.resolver)
    lookups: dict[str, Future[Resolved]] = {}
    turn = threading.Lock()

    def resolved(name: str) -> "Future[Resolved] | None":
        if is_address(name):
            return None
        with turn:
            if name not in lookups:
                lookups[name] = started(lambda: resolve(name, files, how))
            return lookups[name]

    waiting: SimpleQueue[tuple[Look, Future[Look]]] = SimpleQueue()
    pending: list[Future[Look]] = []
    for look in looks:
        pending.append(Future())
        waiting.put((look, pending[-1]))

    def work() -> None:
        while True:
            try:
                look, future = waiting.get_nowait()
            except Empty:
                return
            try:
                future.set_result(look_at(look, with_own(how, look.target.tls), resolved(look.target.host)))
            except Exception as error:
                future.set_exception(error)

    for _ in range(min(AT_ONCE, len(looks))):
        started(work)
    return pending


def report_of(looks: Sequence[Look], how: How, *, interrupted: bool) -> ProbeReport:
    """What the looks come to."""
    both = [judged(one, with_own(how, one.target.tls)) for one in looks]
    results = tuple(result for result, _ in both)
    findings = tuple(sorted((one for _, every in both for one in every), key=lambda one: -one.severity.rank))
    return ProbeReport(
        command="probe",
        version=__version__,
        created=datetime.now(UTC),
        host=socket.gethostname(),
        findings=findings,
        status=status_of(
            findings, incomplete=not all(one.has_ended for one in looks) or any(one.is_skipped for one in results)
        ),
        summary=summary_of(results),
        interrupted=interrupted,
        targets=results,
    )


def summary_of(results: Sequence[TargetResult]) -> str:
    """The verdict in one sentence."""
    if len(results) == 1:
        [one] = results
        verdict = "" if one.verdict == "none" else f"{one.verdict}: "
        return f"{one.target}: {verdict}{one.cause}."
    broken = [one.target for one in results if any(stage.outcome == "fail" for stage in one.stages)]
    bad = [one for one in results if one.target in broken or one.verdict != "none"]
    skipped = [one.target for one in results if one.is_skipped and one not in bad]
    if not bad and not skipped:
        return f"All {counted(len(results), 'target')} work."
    text = f"{len(results) - len(bad) - len(skipped)} of {counted(len(results), 'target')} work without trouble"
    if skipped:
        text += f"; not looked at inside: {listed(skipped)}"
    if bad:
        text += f"; look at {listed(f'{one.target} ({one.verdict})' for one in bad)}"
    return f"{text}."
