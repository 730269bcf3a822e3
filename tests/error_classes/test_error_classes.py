"""One vocabulary: every class is complete, and every sample line is claimed by its class alone."""

import pytest

from gwdiag.error_classes import claim, error_classes, filled
from gwdiag.explain import explained
from gwdiag.logs.classify import BY_STRUCTURE
from gwdiag.model.error_class import NONE
from gwdiag.runbook import read_runbooks, section
from gwdiag.shipped import shipped
from tests.conftest import SAMPLES

CLASSES = error_classes()
RUNBOOKS = read_runbooks(shipped("runbooks"))
SURE = 0.97

# By their structure (a flag, a status, who wrote them) these lines mean something else than their words.
DECIDED_BY_STRUCTURE = {
    "enforced_timeout": "upstream_response_timeout",
    "gateway_internal": "upstream_dial_refused",
}


def sample_lines(name: str) -> list[str]:
    return (SAMPLES / f"classes/{name}.txt").read_text("utf-8").splitlines()


def test_the_ids_are_public():
    assert list(CLASSES) == [
        "auth_failed",
        "bad_client_request",
        "body_too_large",
        "circuit_open",
        "client_canceled",
        "client_tls_handshake",
        "config_error",
        "dns_failure",
        "dns_not_found",
        "dns_timeout",
        "enforced_timeout",
        "gateway_fd_exhausted",
        "gateway_internal",
        "gateway_out_of_memory",
        "gateway_overload",
        "gateway_port_exhausted",
        "gateway_route_not_found",
        "no_healthy_upstream",
        "quota_exceeded",
        "rate_limited",
        "storage_down",
        "tls_cert_expired",
        "tls_handshake",
        "tls_hostname_mismatch",
        "tls_unknown_authority",
        "upstream_5xx",
        "upstream_closed",
        "upstream_connect_failed",
        "upstream_dial_refused",
        "upstream_dial_timeout",
        "upstream_protocol",
        "upstream_reset",
        "upstream_response_timeout",
        "upstream_unreachable",
    ]
    assert NONE not in CLASSES


def test_the_ids_are_those_of_the_corpus(shared):
    page = (shared / "corpus/README.md").read_text("utf-8")
    table = page.partition("## Classes")[2].partition("## Rules")[0]

    ids = {row.split("|")[1].strip(" `") for row in table.splitlines() if row.startswith("| `")}
    assert ids == {*CLASSES, NONE}


def test_every_class_has_samples_and_every_sample_a_class():
    assert sorted(path.stem for path in (SAMPLES / "classes").iterdir()) == list(CLASSES)
    assert [name for name in CLASSES if len(sample_lines(name)) < 2] == []


@pytest.mark.parametrize("name", CLASSES)
def test_a_sample_line_is_explained_as_its_class_without_a_doubt(name):
    found = [(one.class_, one.confidence >= BY_STRUCTURE) for one in explained(enumerate(sample_lines(name), 1))]

    assert found == [(name, True)] * len(sample_lines(name))


@pytest.mark.parametrize("name", CLASSES)
def test_the_words_of_a_sample_line_are_claimed_by_its_class_or_by_none(name):
    allowed = {(name, SURE), (NONE, 0.0), (DECIDED_BY_STRUCTURE.get(name, name), SURE)}
    claims = {(found.id, found.confidence) for found in map(claim, sample_lines(name))}

    assert claims - allowed == set()
    assert (name, SURE) in claims


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_is_complete(name):
    one = CLASSES[name]

    assert [text for text in (one.title, one.means, one.told_apart, *one.causes) if not text.strip()] == []
    assert one.at_fault
    assert one.causes
    assert one.next
    assert any(step.command for step in one.next)
    assert not one.title.endswith(".")
    assert one.means.endswith((".", ").", "`."))


@pytest.mark.parametrize("name", CLASSES)
def test_what_a_class_is_mistaken_for_exists_and_is_another_class(name):
    others = CLASSES[name].mistaken_for

    assert [other for other in others if other not in CLASSES or other == name] == []
    assert others


@pytest.mark.parametrize("name", CLASSES)
def test_the_runbook_of_a_class_exists_and_names_it(name):
    place = CLASSES[name].runbook

    assert section(RUNBOOKS, place)
    assert name in RUNBOOKS[place.partition("#")[0]].triggers


@pytest.mark.parametrize("name", CLASSES)
def test_the_runbook_of_a_class_leads_to_its_causes_or_goes_the_whole_way_itself(name):
    text = section(RUNBOOKS, CLASSES[name].runbook)
    way = ["**Looks like.**", "**Is not.**", "\n1. ", "\n2. ", "\n3. ", "**Fix.**", "**Verify.**", "**Escalate.**"]

    places = [text.find(part) for part in way]
    assert "](causes/" in text or (-1 not in places and places == sorted(places))


def test_runbooks_of_symptoms_are_led_to_by_classes_that_exist():
    pages = [runbook for runbook in RUNBOOKS.values() if not runbook.of_a_cause]
    leads = {(runbook.name, trigger) for runbook in pages for trigger in runbook.triggers}

    assert leads == {(one.runbook.partition("#")[0], name) for name, one in CLASSES.items()}


@pytest.mark.parametrize("name", CLASSES)
def test_no_brace_is_left_in_a_command(name):
    known = {"host": "orders", "port": "9001", "name": "orders.internal", "server": "10.20.0.53", "logs": "gw.log"}
    commands = [step.command for step in CLASSES[name].next if step.command]

    left = [filled(command, known) for command in commands]
    assert [one for one in left if "{host}" in one or "{logs}" in one or "{name}" in one or "{server}" in one] == []
    assert [one for one in commands if "{" in filled(one, known).replace("{print", "").replace("%{time_", "")] == []
