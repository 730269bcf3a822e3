"""Did requests become slower, though they succeed? Then nobody sees errors yet, and everybody waits."""

import shlex
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, evidence_of, time_of
from gwdiag.logs.change import Shape, find_change
from gwdiag.logs.over_time import Span
from gwdiag.logs.tally import bin_latency
from gwdiag.model.finding import Finding, Remedy, Scope, Severity, Window
from gwdiag.model.words import duration, listed, moment

TIMES, MORE_MS = 3.0, 100.0
"""A request is slow that took at least so many times as long as a quick one, and at least so much longer."""

QUICK = 0.25
"""The share of the requests that is quick: the middle one would be slow where most of the log is."""

MANY, FEW = 0.3, 0.1
"""Share of slow requests since the change, at least, and before it, at most."""

FEWEST = 20
SAME_MOMENT = 15.0
"""Seconds in which all that one finding names became slower."""


class Slowed(NamedTuple):
    """An API that became slower on a node. Times are seconds since the epoch; `end` None: it stayed so.

    `before` and `since`: how many successes had which latency, by bin. `share`: of slow ones since then, 0 to 1.
    """

    node: str
    api: str
    begin: float
    end: float | None
    before: Counter[int]
    since: Counter[int]
    share: float


def answer(view: View) -> Iterator[Finding]:
    # Where requests fail, their latency is told with the failures.
    told = {api for seen in view.frequent for api in seen.scope.apis if not seen.window.onset_at_start}
    places = sorted({(cell.node, cell.api) for cell in view.traffic.cells if cell.api and cell.api not in told})
    found = [one for node, api in places if (one := slowed(view, node, api))]
    found.sort(key=lambda one: one.begin)
    while found:
        together = [one for one in found if one.begin - found[0].begin <= SAME_MOMENT]
        found = found[len(together) :]
        yield _finding(view, together)


def slowed(view: View, node: str, api: str) -> Slowed | None:
    """When the API's successes became slower on the node; None where they did not, or where it cannot be told."""
    cells = [cell for cell in view.traffic.cells if (cell.node, cell.api) == (node, api)]
    quick = percentile(view.traffic.latencies(cells), QUICK)
    slow = view.traffic.latencies_over_time(cells, at_least=max(TIMES * quick, quick + MORE_MS))
    change = find_change(slow, view.traffic.latencies_over_time(cells))
    if change.begin is None or change.shape is Shape.AT_START or change.after < MANY or change.before > FEW:
        return None
    width = view.traffic.latency_width
    before = view.traffic.latencies(cells, Span(None, change.begin - 1))
    since = view.traffic.latencies(cells, Span(change.begin, change.end))
    if min(before.total(), since.total()) < FEWEST:
        return None
    end = None if change.end is None else float((change.end + 1) * width)
    return Slowed(node, api, float(change.begin * width), end, before, since, change.after)


def percentile(latencies: Counter[int], share: float) -> float:
    """Milliseconds, of latencies by bin; 0 of none."""
    seen, total = 0, latencies.total()
    for latency in sorted(latencies):
        seen += latencies[latency]
        if total and seen >= share * total:
            return bin_latency(latency)
    return 0.0


def _finding(view: View, together: list[Slowed]) -> Finding:
    apis, nodes = (tuple(sorted(set(names))) for names in zip(*((one.api, one.node) for one in together), strict=True))
    cells = [cell for cell in view.traffic.cells if cell.api in apis and cell.node in nodes and cell.upstream]
    upstreams = tuple(sorted({one for cell in cells for one in view.names.targets(cell.api, cell.upstream)}))
    begin, ends = time_of(min(one.begin for one in together)), [one.end for one in together if one.end]
    end = time_of(max(ends)) if len(ends) == len(together) else None
    before, since = Counter[int](), Counter[int]()
    for one in together:
        before.update(one.before)
        since.update(one.since)
    figures = f"{_in_words(before)} before, {_in_words(since)} since"
    over = f"until {moment(end)}" if end else "to the end of the log"
    return Finding(
        id="slower",
        severity=Severity.WARNING,
        title="Requests became slower",
        summary=f"Requests to {listed(apis)} on {listed(nodes)} became slower at about {moment(begin)} and stayed so "
        f"{over}, though they succeed: {figures}.",
        evidence=(
            evidence_of(None, figures, max(one.share for one in together), "share of slow requests"),
            *(
                evidence_of(sample, f"the slowest request of {node}: {duration(slowest / 1000)}", slowest, "ms")
                for node, (slowest, sample) in view.tally.slowest.items()
                if node in nodes
            ),
        ),
        scope=Scope(nodes=nodes, apis=apis, upstreams=upstreams),
        window=Window(onset=begin, first=begin, last=end or (time_of(view.tally.last) if view.tally.last else None)),
        remedies=(
            Remedy(text="See which paths", command=f"gwdiag logs --by path {shlex.join(view.paths)}"),
            Remedy(
                text="Time the upstream from the node, without the gateway",
                command="curl -s -o /dev/null -w '%{time_connect} %{time_starttransfer}\\n' "
                + (shlex.quote(f"{upstreams[0]}/") if upstreams else "UPSTREAM_URL"),
            ),
        ),
        runbook="response-timeout" if len(upstreams) == 1 else "gateway-resources#overload",
    )


def _in_words(latencies: Counter[int]) -> str:
    return ", ".join(f"p{100 * share:.0f} {duration(percentile(latencies, share) / 1000)}" for share in (0.5, 0.95))


SLOWER = Question(asks="Did requests become slower, though they succeed?", answer=answer)
