"""From small logs, definitions, probes and copies of nodes to what a fact says of them."""

from collections.abc import Iterable, Mapping

from gwdiag.definitions import Known
from gwdiag.limits.moment import Moment
from gwdiag.limits.snapshot import Snapshot
from gwdiag.model.definition import ApiDefinition
from gwdiag.model.finding import Scope
from gwdiag.model.problem import Unavailable
from gwdiag.triage.case import Case, NodeState, Probed
from gwdiag.triage.fact import Fact
from gwdiag.triage.symptoms import Symptom, symptoms
from tests.limits.node import Files
from tests.logs.from_lines import Logs, view_of
from tests.triage.small_case import system

Told = tuple[str, str]
"""Yes, no or unknown, and the sentence."""

ORDERS = ApiDefinition(id="id-orders", name="Orders", target="http://orders.internal:9001")
PAYMENTS = ApiDefinition(id="id-payments", name="Payments", target="http://payments.internal:9002")
NOTHING = Case(view=None)


def told(fact: Fact, case: Case, symptom: Symptom) -> Told:
    answer = fact.tell(symptom, case)
    if isinstance(answer, Unavailable):
        return "unknown", answer.reason
    return "yes" if answer.is_so else "no", answer.says


def case_of(
    logs: Logs, *, known: Iterable[tuple[str, Known]] = (), nodes: Mapping[str, NodeState] | None = None
) -> Case:
    definitions = [one for _, one in known if isinstance(one, ApiDefinition)]
    return Case(view=view_of(logs, definitions=definitions), known=tuple(known), nodes=nodes or {})


def worst(case: Case) -> Symptom:
    """The trouble with the most failures."""
    assert case.view
    return symptoms(case.view)[0]


def of_logs(fact: Fact, logs: Logs, *definitions: ApiDefinition) -> Told:
    """What it says of the worst trouble of the logs."""
    case = case_of(logs, known=[("gw-1", one) for one in definitions])
    return told(fact, case, worst(case))


def state(name: str, now: Mapping[str, str], before: Mapping[str, str] | None = None, pid: int = 2417) -> NodeState:
    """A node of these files."""
    readings = [Moment(Snapshot(Files(one, ())), pid) for one in (now, before) if one is not None]
    return NodeState(name=name, place=name, now=readings[0], before=readings[1] if before is not None else None)


ON_ONE_NODE = Symptom(scope=Scope(nodes=("gw-1",), apis=("Orders",), upstreams=("http://10.20.0.31:9001",)))


def of_node(fact: Fact, now: Mapping[str, str], before: Mapping[str, str] | None = None) -> Told:
    """What it says of a node at rest, but for these files."""
    earlier = None if before is None else {**system(), **before}
    node = state("gw-1", {**system(), **now}, earlier)
    return told(fact, Case(view=None, nodes={"gw-1": node}), ON_ONE_NODE)


def of_probe(fact: Fact, verdict: str, *, target: str = "http://10.20.0.31:9001", cause: str = "some words") -> Told:
    probed = Probed(target=target, verdict=verdict, cause=cause, place="probes/gw-1.json")
    return told(fact, Case(view=None, probed=(probed,)), ON_ONE_NODE)
