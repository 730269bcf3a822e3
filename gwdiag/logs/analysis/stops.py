"""Did a gateway die, or fall silent while the others went on?"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from gwdiag.logs.analysis import Question, View, evidence_of, time_of
from gwdiag.logs.over_time import OverTime, Span
from gwdiag.logs.tally import MarkSeen, Sample
from gwdiag.model.event import Mark
from gwdiag.model.finding import Evidence, Finding, Remedy, Scope, Severity, Window
from gwdiag.model.words import counted, duration, listed, moment, number

SHORTEST_SILENCE = 10.0
"""Seconds."""

EXPECTED = 20.0
"""Requests that a node must have missed, by what the others had, for its silence to be none of chance."""

SHOWN = 3


class Silence(NamedTuple):
    """A node without requests: seconds since the epoch, and how many it would have had by what the others had.

    `goes_on`: it has requests again later.
    """

    node: str
    begin: float
    end: float
    missed: float
    goes_on: bool


def answer(view: View) -> Iterator[Finding]:
    deaths = unclean_restarts(view)
    if deaths:
        yield _restart_finding(view, deaths)
    for one in silences(view):
        if not any(death.node == one.node and one.begin <= death.at <= one.end + SHORTEST_SILENCE for death in deaths):
            yield _silence_finding(view, one)


def unclean_restarts(view: View) -> list[MarkSeen]:
    """Starts of a process whose log goes further back, and does not say that it was shut down before."""
    found = []
    for node in sorted({mark.node for mark in view.tally.marks}):
        requests = _requests(view, node)
        # The end of the first second with requests: those that came in it may well have come after the start.
        earliest = (requests.buckets[0] + 1) * view.traffic.width if requests else float("inf")
        was_running, was_shut_down = False, False
        for mark in sorted((mark for mark in view.tally.marks if mark.node == node), key=lambda mark: mark.at):
            if mark.mark is Mark.SHUTDOWN:
                was_shut_down = True
            elif mark.mark is Mark.START:
                if not was_shut_down and (was_running or earliest <= mark.at):
                    found.append(mark)
                was_running, was_shut_down = True, False
    return found


def silences(view: View) -> Iterator[Silence]:
    """The longest silence of each node while the others had traffic."""
    nodes = sorted({cell.node for cell in view.traffic.cells})
    every = view.traffic.asked_over_time(view.traffic.cells)
    if len(nodes) < 2 or not view.traffic.has_successes:
        return
    width = view.traffic.width
    for node in nodes:
        own = _requests(view, node)
        of_others = every.up_to[-1] - own.up_to[-1]
        busy = [*own.buckets, every.buckets[-1] + 1]
        before, after = max(pairwise(busy), key=lambda pair: pair[1] - pair[0])
        meanwhile = every.within(Span(before + 1, after - 1))  # all of the others
        missed = meanwhile * own.up_to[-1] / max(of_others - meanwhile, 1)
        begin, end = float((before + 1) * width), float(after * width)
        if end - begin >= SHORTEST_SILENCE and missed >= EXPECTED:
            yield Silence(node, begin, end, missed, goes_on=after in own)


def _requests(view: View, node: str) -> OverTime[int]:
    return view.traffic.asked_over_time(cell for cell in view.traffic.cells if cell.node == node)


def _restart_finding(view: View, deaths: list[MarkSeen]) -> Finding:
    nodes = tuple(sorted({one.node for one in deaths}))
    times = listed((moment(time_of(one.at)) for one in deaths), SHOWN)
    return Finding(
        id="unclean_restart",
        severity=Severity.WARNING,
        title="A gateway died and was started again",
        summary=f"{counted(len(deaths), 'start')} on {listed(nodes)} without a shutdown before: {times}. "
        "The process was killed, crashed or ran out of memory.",
        evidence=tuple(
            evidence_of(Sample(one.place, one.node, one.text, one.text), f"a start of {one.node}", one.text)
            for one in deaths[:SHOWN]
        ),
        scope=Scope(nodes=nodes),
        window=Window(onset=time_of(deaths[0].at), first=time_of(deaths[0].at), last=time_of(deaths[-1].at)),
        remedies=_why_it_died(view, nodes),
        runbook="gateway-resources#memory",
    )


def _silence_finding(view: View, one: Silence) -> Finding:
    shutdown = next(
        (
            mark
            for mark in view.tally.marks
            if mark.node == one.node
            and mark.mark is Mark.SHUTDOWN
            and one.begin - SHORTEST_SILENCE <= mark.at <= one.end
        ),
        None,
    )
    seconds = one.end - one.begin
    figure = f"{number(round(one.missed))} requests would have been its share"
    what = f"{one.node} has no request from {moment(time_of(one.begin))}"
    if shutdown:
        why = f", after a shutdown at {moment(time_of(shutdown.at))}."
    elif one.goes_on:
        why = ": it hung, got no traffic, or lost lines."
    else:
        why = ": it died, hung or got no traffic, or its log was taken earlier than the others'."
    until = f" for {duration(seconds)}" if one.goes_on else f" to the end of the log, {duration(seconds)}"
    is_strange = one.goes_on and not shutdown
    evidence = [Evidence(statement=f"{figure}, by what the others had", value=seconds, unit="s")]
    if shutdown:
        sample = Sample(shutdown.place, shutdown.node, shutdown.text, shutdown.text)
        evidence.append(evidence_of(sample, "its shutdown", None))
    return Finding(
        id="silent_node",
        severity=Severity.WARNING if is_strange else Severity.INFO,
        title="A node fell silent",
        summary=f"{what}{until}, while the others went on; {figure}{why}",
        evidence=tuple(evidence),
        scope=Scope(nodes=(one.node,)),
        window=Window(onset=time_of(one.begin), first=time_of(one.begin), last=time_of(one.end)),
        remedies=() if shutdown else _why_it_died(view, (one.node,)),
        runbook=None if shutdown else "gateway-resources#memory",
    )


def _why_it_died(view: View, nodes: tuple[str, ...]) -> tuple[Remedy, ...]:
    product = view.product(nodes)
    service = product.service if product else "SERVICE"
    return (
        Remedy(text="Did the kernel kill it", command="dmesg -T | grep -iE 'out of memory|killed process'"),
        Remedy(text="What the service manager says", command=f"journalctl -u {service} --no-pager -n 50"),
        Remedy(text="In Kubernetes", command="kubectl describe pod POD | grep -A7 'Last State'"),
    )


STOPS = Question(asks="Did a gateway die, or fall silent while the others went on?", answer=answer)
