"""Where it fails and where it does not: nodes, APIs, upstream addresses."""

from collections import Counter
from collections.abc import Iterable, Mapping

from gwdiag.logs.analysis.odd_one_out import odd_ones
from gwdiag.logs.over_time import ALWAYS, Span
from gwdiag.logs.tally import Cell
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import counted, listed, number, percent
from gwdiag.triage.case import Case
from gwdiag.triage.fact import Answer, FalseAlarm, answer, fact
from gwdiag.triage.facts.errors import NO_LOGS
from gwdiag.triage.symptoms import Symptom

FAILING = 0.2
"""An API or address takes part where its share of failures is at least this part of the worst one's."""


def _span(symptom: Symptom) -> Span:
    return symptom.main.span if symptom.main else ALWAYS


def _failed(symptom: Symptom, case: Case, cells: Iterable[Cell]) -> int:
    assert case.view
    cells = list(cells)
    return sum(case.view.traffic.failed(one.id, cells, _span(symptom)) for one in symptom.classes)


@fact(
    "Is it one node, while others send requests to the same APIs without it?",
    false_alarm=FalseAlarm.SELDOM,
    command="gwdiag logs {logs} --by node",
)
def one_node(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    if not symptom.classes:
        nodes = {cell.node for cell in case.view.traffic.cells if cell.api in symptom.scope.apis}
        slow = {one.node for one in symptom.slowed}
        if len(nodes) < 2:
            return Unavailable("only one node has requests for it")
        says = f"requests became slower on {listed(sorted(slow))} of {counted(len(nodes), 'node')}"
        return answer(len(slow) == 1, says, len(slow))
    failed, asked = _by_node(symptom, case)
    if len(asked) < 2:
        return Unavailable("only one node has requests for it")
    shares = listed([f"{node} {percent(failed[node] / asked[node])}" for node in sorted(asked)])
    return answer(bool(odd_nodes(symptom, case)), f"share of failures by node: {shares}")


def odd_nodes(symptom: Symptom, case: Case) -> tuple[str, ...]:
    """The nodes that have the trouble while others with the same requests do not; none where that cannot be told."""
    failed, asked = _by_node(symptom, case)
    found = odd_ones(failed, asked) if len(asked) > 1 else None
    return tuple(sorted(found.names)) if found and len(found.names) < len(asked) else ()


def _by_node(symptom: Symptom, case: Case) -> tuple[Counter[str], Counter[str]]:
    """Failures and requests of the symptom's APIs, by node."""
    if case.view is None or not symptom.classes:
        return Counter(), Counter()
    traffic, apis = case.view.traffic, set(symptom.scope.apis)
    same = [cell for cell in traffic.cells if cell.api in apis or (not apis and cell.api)]
    every = traffic.by(lambda cell: cell.node, same, _span(symptom))
    asked = Counter({node: count for node, count in every.items() if count})
    failed = Counter({node: _failed(symptom, case, [cell for cell in same if cell.node == node]) for node in asked})
    return failed, asked


@fact(
    "Is it one API, while the same nodes serve others without it?",
    false_alarm=0.5,
    command="gwdiag logs {logs} --by api",
)
def one_api(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    others = _other_apis(symptom, case)
    if not others:
        return Unavailable("there is only one API")
    apis = symptom.scope.apis
    says = f"{'only ' * (len(apis) < others)}{listed(apis)}, of {number(others)} APIs there"
    return answer(len(apis) == 1, says, len(apis))


def _other_apis(symptom: Symptom, case: Case) -> int:
    assert case.view
    apis = {cell.api for cell in case.view.traffic.cells if cell.api and cell.node in symptom.scope.nodes}
    return len(apis) if len(apis) > 1 else 0


@fact("Do all APIs of the affected nodes take part?", false_alarm=FalseAlarm.SELDOM)
def every_api(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    total = _other_apis(symptom, case)
    if not total:
        return Unavailable("there is only one API")
    part = len([api for api in symptom.scope.apis if api])
    return answer(
        part >= total, f"{number(part)} of {number(total)} APIs on {listed(symptom.scope.nodes)} take part", part
    )


@fact("Do several APIs with different upstreams take part?", false_alarm=FalseAlarm.SELDOM)
def several_upstreams(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    upstreams = {cell.upstream.rpartition("://")[2] for cell in symptom.cells if cell.upstream}
    apis = set(symptom.scope.apis)
    return answer(
        len(apis) > 1 and len(upstreams) > 1,
        f"{number(len(apis))} APIs and {number(len(upstreams))} upstream addresses take part",
        len(upstreams),
    )


def members_of(symptom: Symptom, case: Case) -> dict[str, tuple[int, int]]:
    """Failed and asked requests of each upstream address of the symptom's APIs, without a scheme."""
    assert case.view
    found: dict[str, tuple[int, int]] = {}
    traffic, span = case.view.traffic, _span(symptom)
    for cell in traffic.beside(symptom.cells):
        if cell.upstream and cell.api in symptom.scope.apis and (asked := traffic.asked([cell], span)):
            failed, before = found.get(cell.upstream, (0, 0))
            found[cell.upstream] = failed + _failed(symptom, case, [cell]), before + asked
    return found


def dead_members(members: Mapping[str, tuple[int, int]]) -> list[str]:
    """The addresses at which most requests fail."""
    return sorted(one for one, (failed, asked) in members.items() if failed >= 2 and failed / asked > 0.5)


@fact("Is it one of the addresses of a list, while the others answer?", command="gwdiag logs {logs} --by upstream")
def one_member(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    retried = Counter(
        {cell.upstream: count for cell, count in case.view.tally.tried.items() if cell.api in symptom.scope.apis}
    )
    listed_members = [one for definition in case.defined(symptom.scope.apis) for one in definition.members]
    members = members_of(symptom, case)
    for upstream, count in retried.items():
        failed, asked = members.get(upstream, (0, 0))
        members[upstream] = failed + count, asked + count
    if len(members) < 2:
        if len(set(listed_members)) < 2:
            return answer(False, "the API has one upstream", 1)
        return Unavailable("the log does not show which address of the list was asked")
    failing = dead_members(members)
    healthy = sorted(one for one, (failed, asked) in members.items() if asked >= 3 and failed / asked < FAILING / 2)
    says = listed(
        [f"{one} {percent(failed / asked)} of {number(asked)}" for one, (failed, asked) in sorted(members.items())]
    )
    return answer(bool(failing and healthy), f"share of failures by address: {says}", len(failing))


@fact("Is the share of failures that of one target among N?", false_alarm=FalseAlarm.SELDOM)
def share_of_one_in_n(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    sizes = {len(set(one.members)) for one in case.defined(symptom.scope.apis) if len(set(one.members)) > 1}
    main = symptom.main
    if not sizes:
        return answer(False, "the API has no list of targets")
    if main is None or main.share is None:
        return Unavailable("the share of failures cannot be told")
    fits = [size for size in sizes if abs(main.share - 1 / size) < 0.35 / size]
    return answer(
        bool(fits),
        f"{percent(main.share)} of the requests fail; the list has {listed(map(str, sorted(sizes)))} targets",
        main.share,
    )
