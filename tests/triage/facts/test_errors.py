"""Which errors there are, and what their messages say."""

import pytest

from gwdiag.error_classes import error_classes
from gwdiag.model.finding import FileSource
from gwdiag.triage.case import Case
from gwdiag.triage.fact import Answer, Fact
from gwdiag.triage.facts import errors, facts
from gwdiag.triage.symptoms import Symptom
from tests.logs.small_logs import Timed, failures, log, successes
from tests.triage.facts.asked import NOTHING, case_of, of_logs, told, worst
from tests.tyk_log import access, message

PAYMENTS = {"api": "Payments", "upstream": "http://payments.internal:9002"}
RESET = "read tcp 10.88.0.1:40000->10.20.0.31:9001: read: connection reset by peer"


def begun(*failing: Timed) -> dict[str, list[str]]:
    """A minute that is well, and then these."""
    return {"gw-1": log(successes(0, 60), *failing, successes(0, 120, 1, **PAYMENTS))}


def said(error: str, flag: str = "URR", **more: object) -> dict[str, list[str]]:
    return begun(failures(60, 120, error=error, flag=flag, **more))  # type: ignore[arg-type]


# Messages of a real gateway, and which class they are of.
MESSAGES = {
    "fails_upstream_dial_refused": ("dial tcp 10.20.0.31:9001: connect: connection refused", "UCF", 500),
    "fails_upstream_dial_timeout": ("dial tcp 10.20.0.31:9001: i/o timeout", "URT", 500),
    "fails_upstream_unreachable": ("dial tcp 10.20.0.31:9001: connect: no route to host", "UCF", 500),
    "fails_upstream_response_timeout": ("net/http: timeout awaiting response headers", "URT", 504),
    "fails_enforced_timeout": ("context deadline exceeded", "URT", 504),
    "fails_dns_not_found": ("dial tcp: lookup orders.internal on 10.20.0.53:53: no such host", "DNS", 500),
    "fails_dns_timeout": (
        "dial tcp: lookup orders.internal on 10.20.0.53:53: read udp 10.88.0.1:4->10.20.0.53:53: i/o timeout",
        "DNS",
        500,
    ),
    "fails_dns_failure": ("dial tcp: lookup orders.internal on 10.20.0.53:53: server misbehaving", "DNS", 500),
    "fails_tls_cert_expired": (
        "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
        "TLE",
        500,
    ),
    "fails_tls_unknown_authority": (
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
        "TLE",
        500,
    ),
    "fails_tls_hostname_mismatch": (
        "tls: failed to verify certificate: x509: certificate is valid for other.internal, not orders.internal",
        "TLE",
        500,
    ),
    "fails_upstream_reset": (RESET, "URR", 500),
    "fails_upstream_closed": ("EOF", "UPE", 500),
    "fails_gateway_fd_exhausted": ("dial tcp 10.20.0.31:9001: socket: too many open files", "UCF", 500),
    "fails_gateway_port_exhausted": (
        "dial tcp 10.20.0.31:9001: connect: cannot assign requested address",
        "UCF",
        500,
    ),
}


@pytest.mark.parametrize("id_", MESSAGES)
def test_each_class_is_its_own_fact_and_no_other(id_):
    error, flag, status = MESSAGES[id_]
    case = case_of(said(error, flag, status=status))
    answers = {fact: told(one, case, worst(case)) for fact, one in facts().items() if fact.startswith("fails_")}

    assert {fact for fact, (is_so, _) in answers.items() if is_so == "yes"} == {id_}
    class_ = id_.removeprefix("fails_")
    assert answers[id_] == ("yes", f"120 failed requests: {error_classes()[class_].title} ({class_})")


def test_every_fact_of_a_class_is_one_of_a_class_that_there_is():
    of_classes = {id_.removeprefix("fails_") for id_ in facts() if id_.startswith("fails_")}

    assert of_classes <= set(error_classes())
    assert len(of_classes) == 28


def mixed(refused: int, reset: int) -> Case:
    """So many failures of each, side by side."""
    return case_of(
        begun(failures(60, 60 + refused / 10, 0.1), failures(60, 60 + reset / 10, 0.1, error=RESET, flag="URR"))
    )


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        (0, ("no", "no failures of class upstream_reset")),
        (1, ("no", "no failures of class upstream_reset")),
        (3, ("no", "only 3 of class upstream_reset")),
        (7, ("yes", "7 failed requests: The upstream reset the connection (upstream_reset)")),
    ],
)
def test_a_few_of_a_class_beside_many_of_another_are_by_products(reset, expected):
    case = mixed(200, reset)

    assert told(errors.reset, case, worst(case)) == expected


def test_what_the_gateway_decides_for_itself_hides_nothing():
    """However many requests an open breaker refuses, what made it open counts."""
    tripped = [(second, access(second, status=503, flag="CBO")) for second in range(70, 120)] * 20
    case = case_of(begun(failures(60, 63, status=500), sorted(tripped)))
    answer = told(errors.refused, case, worst(case))

    assert answer == ("yes", "6 failed requests: The upstream refused the connection (upstream_dial_refused)")
    assert told(errors.circuit_open, case, worst(case))[0] == "yes"


def test_evidence_is_the_first_line():
    case = case_of(said(*MESSAGES["fails_upstream_dial_refused"][:2]))
    answer = errors.refused.tell(worst(case), case)

    assert isinstance(answer, Answer)
    [evidence] = answer.evidence
    assert (evidence.value, evidence.source) == (120, FileSource(path="gw-1.log", line=181))
    assert evidence.sample is not None
    assert "connection refused" in evidence.sample


def test_notices_count_where_no_request_fails():
    """Storage errors are of the gateway, not of a request."""
    noticed = [
        (
            second,
            message(
                second, "Error trying to get value: dial tcp 10.20.0.5:6379: connect: connection refused", level="error"
            ),
        )
        for second in range(60, 90)
    ]
    case = case_of({"gw-1": log(successes(0, 120), noticed)})
    assert case.view

    assert [one.id for one in case.view.classes] == ["storage_down"]
    assert told(errors.storage_down, case, Symptom(classes=case.view.classes))[0] == "yes"


@pytest.mark.parametrize(
    ("fact", "error", "words"),
    [
        (errors.wants_client_certificate, "remote error: tls: certificate required", "certificate required"),
        (errors.wants_client_certificate, "remote error: tls: bad certificate", "bad certificate"),
        (
            errors.not_tls,
            "tls: first record does not look like a TLS handshake",
            "first record does not look like a TLS handshake",
        ),
        (errors.not_tls, "http: server gave HTTP response to HTTPS client", "HTTP response to HTTPS client"),
        (errors.says_no_route, "dial tcp 10.20.0.31:9001: connect: no route to host", "no route to host"),
        (errors.says_no_route, "dial tcp 10.20.0.31:9001: connect: network is unreachable", "network is unreachable"),
        (errors.says_prohibited, "dial tcp 10.20.0.31:9001: connect: permission denied", "permission denied"),
        (
            errors.names_other_host,
            "tls: failed to verify certificate: x509: certificate is valid for other.internal, not orders.internal",
            "certificate is valid for",
        ),
        (
            errors.names_other_host,
            "x509: cannot validate certificate for 10.20.0.31 because it doesn't contain any IP SANs",
            "cannot validate certificate for",
        ),
    ],
)
def test_words_of_messages(fact: Fact, error: str, words: str):
    is_so, says = of_logs(fact, said(error, "TLE"))

    assert (is_so, says.partition(":")[0]) == ("yes", f"a message says “{words}”")


@pytest.mark.parametrize(
    ("fact", "what"),
    [
        (errors.wants_client_certificate, "the upstream wants a client certificate"),
        (errors.not_tls, "one side speaks TLS and the other does not"),
        (errors.says_no_route, "there is no way to the host"),
        (errors.says_prohibited, "a filter forbids it"),
        (errors.names_other_host, "the certificate is for another name"),
    ],
)
def test_messages_without_the_words(fact, what):
    refused, expired = said(MESSAGES["fails_upstream_dial_refused"][0]), said(MESSAGES["fails_tls_cert_expired"][0])
    every = {of_logs(fact, refused), of_logs(fact, expired)}

    assert {is_so for is_so, _ in every} == {"no"}
    assert {says for _, says in every} <= {
        f"no message says that {what}",
        f"none of the first 3 messages says that {what}",
    }


def test_access_lines_have_no_messages():
    silent = [(second, access(second, status=500, flag="UCF")) for second in range(60, 120)]

    assert of_logs(errors.says_no_route, begun(silent)) == ("unknown", "the log has no messages, only access lines")


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (0.5, ("yes", "100 % of the requests there fail since the onset")),
        (2, ("no", "20.0 % of the requests there fail since the onset")),
    ],
)
def test_the_share_that_fails(every, expected):
    well = successes(60, 120, 0.5) if every > 1 else []
    case = case_of({"gw-1": log(successes(0, 60), failures(60, 120, every), well, successes(0, 120, 1, **PAYMENTS))})

    assert told(errors.most_fail, case, worst(case)) == expected


def canceled(share: float) -> dict[str, list[str]]:
    count = round(120 * share)
    gone = [(60 + n / 2, access(60 + n / 2, status=499, flag="CDC", latency=900)) for n in range(count)]
    return {"gw-1": log(successes(0, 60), gone, successes(60 + count / 2, 120), successes(0, 120, 1, **PAYMENTS))}


def test_cancelled_requests():
    many = case_of(canceled(0.8))
    assert told(errors.canceled, many, worst(many))[0] == "yes"
    assert told(errors.mostly_canceled, many, worst(many)) == ("yes", "96 of 96 failures are cancelled requests")
    is_so, says = told(errors.most_cancel, many, worst(many))
    assert (is_so, says.partition(" % ")[2]) == ("yes", "of the requests there were cancelled")


def test_hardly_any_cancelled_requests():
    refused = case_of(said(MESSAGES["fails_upstream_dial_refused"][0]))

    assert told(errors.mostly_canceled, refused, worst(refused)) == ("no", "0 of 120 failures are cancelled requests")
    assert told(errors.most_cancel, refused, worst(refused)) == ("unknown", "no request was cancelled")


OF_LOGS = [one for one in vars(errors).values() if one in facts().values()]


@pytest.mark.parametrize("fact", OF_LOGS, ids=lambda fact: fact.id)
def test_without_logs_it_cannot_be_told(fact):
    assert told(fact, NOTHING, Symptom()) == ("unknown", "there are no logs")


@pytest.mark.parametrize("fact", OF_LOGS, ids=lambda fact: fact.id)
def test_where_nothing_fails_nothing_is_so(fact):
    case = case_of({"gw-1": log(successes(0, 120))})

    assert told(fact, case, Symptom())[0] in ("no", "unknown")
