"""Which upstreams fail so that others have to step in? Retries hide a dead member of a list from the clients."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from gwdiag.logs.analysis import Question, View, evidence_of
from gwdiag.model.finding import Finding, Remedy, Scope, Severity
from gwdiag.model.words import counted, listed, number, percent

FEWEST = 3
"""Fewer retries than that are somebody's restart."""


def answer(view: View) -> Iterator[Finding]:
    for api, failed in sorted(retries(view).items()):
        total = failed.total()
        if total < FEWEST:
            continue
        asked = view.traffic.asked([cell for cell in view.traffic.cells if cell.api == api])
        where = f" to {api}" if api else ""
        each = listed(f"{upstream} {number(count)}" for upstream, count in failed.most_common())
        share = f" ({percent(total / asked)})" if asked else ""
        says = (
            f"{counted(total, 'try', 'tries')} of {counted(asked, 'request')}{where}{share} failed at one upstream "
            f"before another was asked: {each}."
        )
        yield Finding(
            id="retried",
            about="retried",
            severity=Severity.WARNING,
            title="Upstreams fail and others step in",
            summary=says,
            evidence=(evidence_of(None, says, total, "tries"),),
            scope=Scope(apis=(api,) if api else (), upstreams=tuple(sorted(failed))),
            remedies=(Remedy(text="Connect to it from the node", command=_connect(failed)),),
            runbook="connection-refused",
        )


def retries(view: View) -> dict[str, Counter[str]]:
    """Tries that only access lines show to have failed, by API and upstream: where messages do, a class tells it."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    told = {upstream for seen in view.classes if seen.retried for upstream in seen.scope.upstreams}
    for cell, count in view.tally.tried.items():
        if cell.upstream not in told:
            found[cell.api][cell.upstream] += count
    return dict(found)


def _connect(failed: Counter[str]) -> str:
    [(worst, _)] = failed.most_common(1)
    host, _, port = worst.rpartition("://")[2].rpartition(":")
    return f"nc -vz -w 5 {host.strip('[]') or 'HOST'} {port or 'PORT'}"


RETRIES = Question(asks="Which upstreams fail so that others have to step in?", answer=answer)
