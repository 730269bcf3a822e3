"""Which failures does the access log call a success? Answers that broke off, and answers cut by the write timeout."""

from collections import Counter
from collections.abc import Iterable, Iterator

from gwdiag.logs.analysis import Question, View, evidence_of
from gwdiag.logs.tally import Cell
from gwdiag.model.definition import DEFAULT_WRITE_TIMEOUT
from gwdiag.model.finding import Finding, Remedy, Scope, Severity
from gwdiag.model.words import counted, duration, listed, number

RUNBOOK = "resets-and-closed-connections#cut-answers-logged-as-200"


def answer(view: View) -> Iterator[Finding]:
    if view.tally.cut_answers:
        yield _cut_answers(view)
    by_node: Counter[str] = Counter()
    for cell, latencies in view.tally.latency.items():
        if cell.node not in view.settings and not view.is_tyk((cell.node,)):  # others say it where they cut an answer
            continue
        limit = 1000 * _write_timeout(view, cell.node)
        by_node[cell.node] += sum(count for latency, count in latencies.items() if latency >= limit)
    late = {node: count for node, count in by_node.items() if count}
    if late:
        yield _write_timeout_cut(view, late)


def _cut_answers(view: View) -> Finding:
    cells, count = view.tally.cut_answers, view.tally.cut_answers.total()
    apis = tuple(sorted({cell.api for cell in cells if cell.api}))
    classes = [seen.id for seen in view.classes if seen.id in ("upstream_reset", "upstream_closed", "enforced_timeout")]
    sample = next((view.first_sample(id_) for id_ in classes), None)
    says = (
        f"{counted(count, 'answer')} to {listed(apis)} broke off after the client had its status: "
        "the access log calls them 200, the client got less than it was promised."
    )
    return Finding(
        id="cut_answers",
        severity=Severity.ERROR if count >= 5 else Severity.WARNING,
        title="Cut answers, logged as 200",
        summary=says,
        evidence=(evidence_of(sample, says, count, "answers"),),
        scope=Scope(
            nodes=tuple(sorted({cell.node for cell in cells})),
            apis=apis,
            upstreams=tuple(sorted({cell.upstream for cell in cells if cell.upstream})),
        ),
        remedies=(Remedy(text=_how_to_count(view, cells)),),
        runbook=RUNBOOK,
    )


def _how_to_count(view: View, cells: Iterable[Cell]) -> str:
    by = "`during body copy`" if view.is_tyk({cell.node for cell in cells}) else "messages, flags or bytes"
    return f"Count failures by {by}, not by status; look at the upstream's own log"


def _write_timeout(view: View, node: str) -> float:
    return view.settings[node].write_timeout_s if node in view.settings else DEFAULT_WRITE_TIMEOUT


def _write_timeout_cut(view: View, late: dict[str, int]) -> Finding:
    worst = max(late, key=lambda node: late[node])
    slowest, sample = view.tally.slowest[worst]
    limit, total = _write_timeout(view, worst), sum(late.values())
    known = f"write_timeout of {duration(limit)}" + (
        "" if worst in view.settings else " (the default; tyk.conf not seen)"
    )
    says = (
        f"{counted(total, 'request')} on {listed(late)} took longer than the {known} and "
        f"{'is' if total == 1 else 'are'} logged as a success: the client saw its connection close without an answer. "
        f"The slowest took {duration(slowest / 1000)}."
    )
    return Finding(
        id="write_timeout_cut",
        severity=Severity.WARNING,
        title="Answers cut by the write timeout, logged as a success",
        summary=says,
        evidence=(evidence_of(sample, says, number(slowest / 1000), "s"),),
        scope=Scope(nodes=tuple(sorted(late))),
        remedies=(
            Remedy(
                text="Raise http_server_options.write_timeout above the slowest answer that is wanted",
                command="grep -n write_timeout tyk.conf",
            ),
        ),
        runbook=RUNBOOK,
    )


LOGGED_AS_SUCCESS = Question(asks="Which failures does the access log call a success?", answer=answer)
