"""Which errors there are: one fact for each class, and what their messages say beyond it."""

import re

from gwdiag.error_classes import error_classes
from gwdiag.logs.analysis import evidence_of
from gwdiag.logs.tally import Sample
from gwdiag.model.finding import Evidence
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import counted, number, percent
from gwdiag.triage.case import Case
from gwdiag.triage.fact import Answer, Fact, FalseAlarm, answer, fact
from gwdiag.triage.symptoms import Symptom

NOTABLE = 0.03
"""The part of a trouble's failures from which on a class is more than an odd by-product."""

FEWEST = 2
OWN_DECISIONS = ("circuit_open", "no_healthy_upstream")
"""What the gateway answers by itself after failures: however often it does, the few that came before are the cause."""

NO_LOGS = Unavailable("there are no logs")


def _of(id_: str, *, false_alarm: float = FalseAlarm.RARE) -> Fact:
    """Whether a notable part of the failures is of a class."""
    title = error_classes()[id_].title

    def tell(symptom: Symptom, case: Case) -> Answer | Unavailable:
        if case.view is None:
            return NO_LOGS
        count = symptom.count(id_)
        others = symptom.failures if id_ in OWN_DECISIONS else symptom.failures - symptom.count(*OWN_DECISIONS)
        if count < FEWEST or count < NOTABLE * others:
            return answer(
                False, f"no failures of class {id_}" if not count else f"only {number(count)} of class {id_}", count
            )
        requests = sum(one.requests for one in symptom.seen(id_))
        what = counted(count, "failed request" if requests else "record")
        return Answer(is_so=True, evidence=(_first_line(case, id_, f"{what}: {title} ({id_})", count),))

    return Fact(
        id=f"fails_{id_}",
        asks=f"Do requests fail so: {title}?",
        tell=tell,
        false_alarm=float(false_alarm),
        command=None,
        seconds=1.0,
    )


def _first_line(case: Case, id_: str, says: str, value: float) -> Evidence:
    sample = case.view.first_sample(id_) if case.view else None
    return evidence_of(sample, says, value)


canceled = _of("client_canceled", false_alarm=FalseAlarm.SELDOM)
refused = _of("upstream_dial_refused")
dial_timeout = _of("upstream_dial_timeout")
unreachable = _of("upstream_unreachable")
connect_failed = _of("upstream_connect_failed")
response_timeout = _of("upstream_response_timeout")
enforced_timeout = _of("enforced_timeout")
dns_not_found = _of("dns_not_found")
dns_timeout = _of("dns_timeout")
dns_failure = _of("dns_failure")
cert_expired = _of("tls_cert_expired")
unknown_authority = _of("tls_unknown_authority")
hostname_mismatch = _of("tls_hostname_mismatch")
handshake = _of("tls_handshake")
reset = _of("upstream_reset")
closed = _of("upstream_closed")
protocol = _of("upstream_protocol")
upstream_5xx = _of("upstream_5xx")
circuit_open = _of("circuit_open")
no_healthy = _of("no_healthy_upstream")
fd_exhausted = _of("gateway_fd_exhausted")
port_exhausted = _of("gateway_port_exhausted")
overload = _of("gateway_overload")
storage_down = _of("storage_down")
rate_limited = _of("rate_limited")
quota_exceeded = _of("quota_exceeded")
auth_failed = _of("auth_failed")
body_too_large = _of("body_too_large")


def _says(
    symptom: Symptom, case: Case, words: re.Pattern[str], ids: tuple[str, ...], what: str
) -> Answer | Unavailable:
    """Whether a message of these classes has the words."""
    if case.view is None:
        return NO_LOGS
    lines: list[Sample] = [line for id_ in ids if symptom.count(id_) for line in case.view.tally.samples.get(id_, [])]
    for line in lines:
        if seen := words.search(line.message or line.text):
            return Answer(is_so=True, evidence=(evidence_of(line, f"a message says “{seen[0]}”: {what}", None),))
    if not lines:
        return answer(False, f"no message says that {what}")
    if not any(line.message for line in lines):
        return Unavailable("the log has no messages, only access lines")
    return answer(False, f"none of the first {counted(len(lines), 'message')} says that {what}", len(lines))


CONNECTING = ("upstream_dial_refused", "upstream_unreachable", "upstream_dial_timeout", "upstream_connect_failed")
SECURING = (
    "tls_handshake",
    "upstream_reset",
    "upstream_closed",
    "upstream_protocol",
    "upstream_5xx",
    "upstream_dial_refused",
    "bad_client_request",
)


@fact("Does the upstream ask for a certificate of the gateway's?")
def wants_client_certificate(symptom: Symptom, case: Case) -> Answer | Unavailable:
    words = re.compile(
        r"certificate required|bad certificate|peer did not return a certificate|No required SSL certificate", re.I
    )
    return _says(symptom, case, words, SECURING, "the upstream wants a client certificate")


@fact("Does one side speak TLS and the other does not?")
def not_tls(symptom: Symptom, case: Case) -> Answer | Unavailable:
    words = re.compile(
        r"first record does not look like a TLS handshake|wrong version number|HTTP response to HTTPS client|"
        r"plain HTTP request was sent to HTTPS port|http request.{0,40}https|packet length too long",
        re.I,
    )
    return _says(symptom, case, words, SECURING, "one side speaks TLS and the other does not")


@fact("Does a message say that there is no route?", false_alarm=FalseAlarm.RARE)
def says_no_route(symptom: Symptom, case: Case) -> Answer | Unavailable:
    return _says(
        symptom,
        case,
        re.compile(r"no route to host|network is unreachable|\(113|\(101", re.I),
        CONNECTING,
        "there is no way to the host",
    )


@fact("Does a message name the address as refused by a filter?", false_alarm=FalseAlarm.RARE)
def says_prohibited(symptom: Symptom, case: Case) -> Answer | Unavailable:
    words = re.compile(r"permission denied|operation not permitted|administratively prohibited|\(13:", re.I)
    return _says(symptom, case, words, CONNECTING, "a filter forbids it")


@fact("Does the certificate name other hosts?")
def names_other_host(symptom: Symptom, case: Case) -> Answer | Unavailable:
    words = re.compile(
        r"certificate is (not )?valid for|doesn't contain any IP SANs|does not match|cannot validate certificate for",
        re.I,
    )
    ids = ("tls_hostname_mismatch", *SECURING)
    return _says(symptom, case, words, ids, "the certificate is for another name")


@fact("Do answers break off in the middle?")
def cut_answers(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    apis = set(symptom.scope.apis)
    cut = sum(count for cell, count in case.view.tally.cut_answers.items() if cell.api in apis or not cell.api)
    if cut:
        return answer(True, f"{counted(cut, 'answer')} broke off after the status had been sent", cut)
    return answer(False, "no answer broke off in the middle", 0)


@fact("Do most of the requests there fail?", false_alarm=0.5)
def most_fail(symptom: Symptom, case: Case) -> Answer | Unavailable:
    share = share_failed(symptom, case)
    if isinstance(share, Unavailable):
        return share
    return answer(share >= 0.9, f"{percent(share)} of the requests there fail since the onset", share, "share")


def share_failed(symptom: Symptom, case: Case) -> float | Unavailable:
    """The part of the requests that fail where the trouble is, since it began."""
    if case.view is None:
        return NO_LOGS
    main = symptom.main
    if main is None:
        return 0.0
    if not main.asked:
        return Unavailable("the logs have no successes to compare with")
    cells = case.view.traffic.beside(main.home)
    asked = case.view.traffic.asked(cells, main.span)
    failed = sum(case.view.traffic.failed(one.id, cells, main.span) for one in symptom.classes)
    return min(1.0, failed / asked) if asked else Unavailable("no requests were counted there")


MANY_LEAVE = 0.35
"""Share of cancelled requests above which it is not people who change their mind."""


@fact("Do many of the clients there give up?", false_alarm=FalseAlarm.OFTEN)
def most_cancel(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    seen = next(iter(symptom.seen("client_canceled")), None)
    if seen is None:
        return Unavailable("no request was cancelled")
    if seen.share is None:
        return Unavailable("the logs have no successes to compare with")
    return answer(
        seen.share >= MANY_LEAVE, f"{percent(seen.share)} of the requests there were cancelled", seen.share, "share"
    )


@fact("Are most of the failures there cancelled requests?", false_alarm=FalseAlarm.SELDOM)
def mostly_canceled(symptom: Symptom, case: Case) -> Answer | Unavailable:
    if case.view is None:
        return NO_LOGS
    canceled = symptom.count("client_canceled")
    says = f"{number(canceled)} of {counted(symptom.failures, 'failure')} are cancelled requests"
    return answer(2 * canceled > symptom.failures, says, canceled)
