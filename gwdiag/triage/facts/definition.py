"""What the configuration says of the affected APIs."""

from urllib.parse import urlsplit

from gwdiag.model.definition import ApiDefinition
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import listed, number
from gwdiag.triage.case import Case
from gwdiag.triage.fact import Answer, FalseAlarm, answer, fact
from gwdiag.triage.symptoms import Symptom

TLS_PORTS = frozenset((443, 8443, 9443, 6443, 4443, 10443))
PLAIN_PORTS = frozenset((80, 8080, 8000, 8081, 3000, 5000))
NO_DEFINITIONS = Unavailable("no definition of the API is at hand")


def _targets(symptom: Symptom, case: Case) -> list[str]:
    """The addresses that fail, as far as their scheme is known: many logs have only host and port."""
    found = [target for one in case.defined(symptom.scope.apis) for target in (one.members or (one.target,)) if target]
    return [one for one in dict.fromkeys([*found, *symptom.scope.upstreams]) if "://" in one]


def _port(target: str) -> int | None:
    try:
        return urlsplit(target).port
    except ValueError:
        return None


@fact("Is a plain http target on a port that is TLS's?", false_alarm=FalseAlarm.RARE)
def plain_on_tls_port(symptom: Symptom, case: Case) -> Answer | Unavailable:
    targets = _targets(symptom, case)
    if not targets:
        return NO_DEFINITIONS
    odd = [one for one in targets if one.startswith("http://") and _port(one) in TLS_PORTS]
    return answer(
        bool(odd),
        f"{listed(odd)} is plain http on a port of TLS" if odd else f"scheme and port of {listed(targets)} go together",
    )


@fact("Is an https target on a port that is plain HTTP's?", false_alarm=FalseAlarm.SELDOM)
def tls_on_plain_port(symptom: Symptom, case: Case) -> Answer | Unavailable:
    targets = _targets(symptom, case)
    if not targets:
        return NO_DEFINITIONS
    odd = [
        one
        for one in targets
        if one.startswith("https://") and (_port(one) in PLAIN_PORTS or _port(one) in _plain_ports(symptom, case))
    ]
    return answer(
        bool(odd),
        f"{listed(odd)} is https on a port of plain HTTP"
        if odd
        else f"scheme and port of {listed(targets)} go together",
    )


def _plain_ports(symptom: Symptom, case: Case) -> set[int | None]:
    """Ports at which other APIs' upstreams speak plain HTTP on the same host."""
    hosts = {urlsplit(one).hostname for one in _targets(symptom, case)}
    others = [one.target for one in case.definitions if one.name not in symptom.scope.apis]
    return {_port(one) for one in others if one.startswith("http://") and urlsplit(one).hostname in hosts}


@fact("Is TLS spoken to the upstream?", false_alarm=0.5)
def speaks_tls(symptom: Symptom, case: Case) -> Answer | Unavailable:
    targets = _targets(symptom, case)
    if not targets:
        return NO_DEFINITIONS
    tls = [one for one in targets if one.startswith("https://")]
    return answer(bool(tls), f"{listed(tls)} has TLS" if tls else f"{listed(targets)} has no TLS")


@fact("Do the nodes define different targets for one API?", false_alarm=FalseAlarm.SELDOM)
def nodes_differ(symptom: Symptom, case: Case) -> Answer | Unavailable:
    own = [one for _, one in case.known if isinstance(one, ApiDefinition) and one.name in symptom.scope.apis]
    targets: dict[str, set[str]] = {}
    for one in own:
        targets.setdefault(one.id, set()).add(one.target)
    if not own:
        return NO_DEFINITIONS
    if differing := sorted(target for found in targets.values() if len(found) > 1 for target in found):
        return answer(True, f"the nodes define different targets: {listed(differing)}", len(differing))
    return answer(False, "all nodes define the same targets")


@fact("Has the API a list of targets?", false_alarm=0.5)
def has_list(symptom: Symptom, case: Case) -> Answer | Unavailable:
    own = case.defined(symptom.scope.apis)
    if not own:
        return NO_DEFINITIONS
    longest = max(len(set(one.members)) for one in own)
    return answer(
        longest > 1, f"its list has {number(longest)} targets" if longest > 1 else "it has one target", longest
    )


@fact("Does the gateway keep no connections to its upstreams?", false_alarm=FalseAlarm.OFTEN)
def closes_connections(_symptom: Symptom, case: Case) -> Answer | Unavailable:
    if not case.settings:
        return Unavailable("no configuration of the gateway is at hand")
    closing = [node for node, one in case.settings.items() if one.closes_connections]
    return answer(
        bool(closing),
        f"proxy_close_connections is on: {listed(sorted(closing))}" if closing else "connections to upstreams are kept",
    )


@fact("Has the API an enforced timeout?", false_alarm=FalseAlarm.OFTEN)
def has_enforced_timeout(symptom: Symptom, case: Case) -> Answer | Unavailable:
    own = case.defined(symptom.scope.apis)
    if not own:
        return NO_DEFINITIONS
    limits = {limit.name: limit.seconds for one in own for limit in one.limits}
    return answer(
        bool(limits),
        listed([f"{name} {seconds:g} s" for name, seconds in limits.items()])
        if limits
        else "it has no timeout of its own",
    )
