"""What probes say: yes for their own class, no for any other, unknown where the upstream was not asked."""

import pytest

from gwdiag.error_classes import error_classes
from gwdiag.model.finding import CommandSource, FileSource, Scope
from gwdiag.triage.case import Case, Probed
from gwdiag.triage.fact import Answer, Fact
from gwdiag.triage.facts import facts, probes
from gwdiag.triage.symptoms import Symptom
from tests.triage.facts.asked import NOTHING, ON_ONE_NODE, of_probe, told

VERDICTS = {
    "probe_refused": {"upstream_dial_refused"},
    "probe_dropped": {"upstream_dial_timeout"},
    "probe_unreachable": {"upstream_unreachable"},
    "probe_slow": {"upstream_response_timeout"},
    "probe_no_name": {"dns_not_found"},
    "probe_dns_silent": {"dns_timeout"},
    "probe_dns_fails": {"dns_failure"},
    "probe_tls": {"tls_handshake", "upstream_protocol"},
    "probe_expired": {"tls_cert_expired"},
    "probe_unknown_ca": {"tls_unknown_authority"},
    "probe_other_host": {"tls_hostname_mismatch"},
    "probe_5xx": {"upstream_5xx"},
    "probe_broken": {"upstream_reset", "upstream_closed"},
}

OF_PROBES: list[Fact] = [one for one in vars(probes).values() if one in facts().values()]


def test_these_are_all():
    assert {one.id for one in OF_PROBES} == set(VERDICTS)


@pytest.mark.parametrize("fact", OF_PROBES, ids=lambda fact: fact.id)
def test_yes_for_its_own_verdicts_and_no_for_all_others(fact):
    so = {verdict for verdict in (*error_classes(), "none") if of_probe(fact, verdict)[0] == "yes"}

    assert so == VERDICTS[fact.id]


@pytest.mark.parametrize("fact", OF_PROBES, ids=lambda fact: fact.id)
def test_without_a_probe_it_is_not_known(fact):
    assert told(fact, NOTHING, ON_ONE_NODE) == ("unknown", "the upstream was not probed")


@pytest.mark.parametrize(
    ("target", "is_so"),
    [
        ("http://10.20.0.31:9001", "yes"),
        ("10.20.0.31:9001", "yes"),
        ("http://10.20.0.31:9001/health", "yes"),
        ("http://10.20.0.31:8443", "yes"),
        ("http://10.20.0.32:9001", "unknown"),
        ("http://10.20.0.31:99999", "yes"),
    ],
    ids=["the same", "without a scheme", "with a path", "another port of that host", "another host", "no port at all"],
)
def test_which_probe_is_of_the_upstream(target, is_so):
    assert of_probe(probes.probe_refused, "upstream_dial_refused", target=target)[0] == is_so


def probed(*verdicts: tuple[str, str], place: str = "probes/a.json") -> Case:
    every = [Probed(target=target, verdict=verdict, cause="words", place=place) for target, verdict in verdicts]
    return Case(view=None, probed=tuple(every))


def test_a_probe_of_the_address_itself_counts_more_than_one_of_its_host():
    case = probed(("http://10.20.0.31:8080", "upstream_dial_refused"), ("http://10.20.0.31:9001", "none"))

    says = "a probe of http://10.20.0.31:9001 says none: words"
    assert told(probes.probe_refused, case, ON_ONE_NODE) == ("no", says)


def test_one_of_several_probes_is_enough():
    case = probed(("http://10.20.0.31:9001", "none"), ("http://10.20.0.31:9001", "upstream_dial_refused"))

    says = "a probe of http://10.20.0.31:9001 says upstream_dial_refused: words"
    assert told(probes.probe_refused, case, ON_ONE_NODE) == ("yes", says)


def test_an_upstream_of_ipv6_and_one_without_a_port():
    symptom = Symptom(scope=Scope(upstreams=("http://[2001:db8::7]:9001", "https://api.example.com")))

    assert told(probes.probe_5xx, probed(("http://[2001:db8::7]:9001", "upstream_5xx")), symptom)[0] == "yes"
    assert told(probes.probe_5xx, probed(("https://api.example.com/", "upstream_5xx")), symptom)[0] == "yes"


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("probes/a.json", FileSource(path="probes/a.json")),
        ("gwdiag probe http://10.20.0.31:9001", CommandSource(command="gwdiag probe http://10.20.0.31:9001")),
    ],
)
def test_evidence_says_where_it_was_seen(place, source):
    case = probed(("http://10.20.0.31:9001", "upstream_5xx"), place=place)
    answer = probes.probe_5xx.tell(ON_ONE_NODE, case)

    assert isinstance(answer, Answer)
    [evidence] = answer.evidence
    assert (evidence.value, evidence.source) == ("upstream_5xx", source)
