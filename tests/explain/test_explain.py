"""What one line means: one object for each line, in order, whatever the line is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.error_classes import error_classes
from gwdiag.explain import Explained, explained, report_of_class, report_of_lines
from gwdiag.explain.words import in_markdown, in_text
from gwdiag.logs.formats import formats
from gwdiag.logs.wrappers import wrappers
from tests import tyk_log
from tests.conftest import SAMPLES


def in_words(line: str) -> list[str]:
    return list(in_text(report_of_lines([(1, line)])))


def one(line: str) -> Explained:
    [found] = explained([(7, line)])
    return found


def test_a_line_of_a_format():
    line = tyk_log.access(0, status=499, flag="CDC", detail="client_disconnected")

    assert one(line) == Explained(n=7, class_="client_canceled", format="logrus_text", status=499, confidence=0.95)


def test_a_line_of_no_format_is_explained_by_its_words():
    line = 'Get "http://orders.internal:9001/": dial tcp 10.20.0.31:9001: i/o timeout'

    assert one(line) == Explained(n=7, class_="upstream_dial_timeout", format="none", status=None, confidence=0.97)


@pytest.mark.parametrize("line", ["", "   ", "\t", "hello", "\0", "���"])
def test_a_line_that_nothing_recognises_is_none_with_confidence_0(line):
    assert one(line) == Explained(n=7, class_="none", format="none", status=None, confidence=0.0)


def test_a_message_that_reports_no_failure_is_none_and_known_to_be():
    found = one(tyk_log.message(0, "API reload complete"))

    assert found == Explained(n=7, class_="none", format="logrus_text", status=None, confidence=0.9)


@pytest.mark.parametrize("name", formats())
def test_the_format_is_named(name):
    lines = (SAMPLES / f"formats/{name}.log").read_text("utf-8").splitlines()

    assert {found.format for found in explained(enumerate(lines, 1))} == {name}


@pytest.mark.parametrize("name", wrappers())
def test_what_wraps_a_line_does_not_change_what_it_means(name):
    lines = (SAMPLES / f"wrappers/{name}.log").read_text("utf-8").splitlines()
    found = {(explained_one.class_, explained_one.format) for explained_one in explained(enumerate(lines, 1))}

    assert {format_ for _, format_ in found} & {"logrus_text", "logrus_json"}
    assert {class_ for class_, _ in found} - {"none"}


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ('203.0.113.7 - - [20/Nov/2026:08:41:03 +0000] "GET /orders HTTP/1.1" 502 157 "-" "curl/8"', 502),
        ('10.0.0.1 "GET / HTTP/1.1" 404 12', 404),
        ('{"level":"info","status":503,"path":"/orders"}', 503),
        ("upstream answered, status_code=504 in 30s", 504),
        ("[GIN] 2026/11/20 - 08:41:03 | 401 | 1.2ms | 203.0.113.7 | GET /orders", 401),
        ("order 500 was shipped", None),
        ("port=8080 code=7001", None),
    ],
)
def test_the_status_is_the_one_that_the_line_prints(line, status):
    assert one(line).status == status


def test_a_line_that_tells_no_more_than_a_status_has_the_class_of_that_status():
    found = one('203.0.113.7 - - [20/Nov/2026:08:41:03 +0000] "GET /orders HTTP/1.1" 403 157 "-" "curl/8"')

    assert found == Explained(n=7, class_="auth_failed", format="combined", status=403, confidence=0.7)


def test_words_go_before_a_status():
    found = one("upstream answered status=502: dial tcp 10.20.0.31:9001: connect: connection refused")

    assert found == Explained(n=7, class_="upstream_dial_refused", format="none", status=502, confidence=0.97)


def test_a_record_of_several_lines_joined_by_spaces_is_one():
    panic = "2026/11/20 08:41:03 http: panic serving 203.0.113.7:4711: boom goroutine 34 [running]: net/http.(*conn)"

    assert one(panic).class_ == "gateway_internal"


def test_lines_are_taken_by_themselves_in_the_order_given():
    lines = [tyk_log.proxy_error(0, "EOF"), "", tyk_log.access(0, status=500), "goroutine 7 [running]:", "\tmain.go:7"]

    found = list(explained(enumerate(lines, 1)))
    assert [it.n for it in found] == [1, 2, 3, 4, 5]
    assert [it.class_ for it in found] == ["upstream_closed", "none", "upstream_5xx", "gateway_internal", "none"]


@given(lines=st.lists(st.text(max_size=120), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_lines_give_one_sound_object_each(lines):
    found = list(explained(enumerate(lines, 1)))

    assert [it.n for it in found] == list(range(1, len(lines) + 1))
    for it in found:
        assert it.class_ == "none" or it.class_ in error_classes()
        assert it.format == "none" or it.format in formats()
        assert 0 <= it.confidence <= 1
        assert it.status is None or isinstance(it.status, int)


def test_the_report_has_every_line_and_judges_nothing():
    report = report_of_lines([(1, "context canceled"), (2, "hello"), (3, "")])

    assert [(it.n, it.class_) for it in report.lines] == [(1, "client_canceled"), (2, "none"), (3, "none")]
    assert (report.command, report.status, report.findings) == ("explain", "ok", ())
    assert report.summary == "1 of 3 lines reports a failure."
    assert [it.class_ for it in report.meanings] == ["client_canceled"]
    [table] = report.tables()
    assert table.rows == (
        ("1", "client_canceled", "none", "0.97"),
        ("2", "none", "none", "0.00"),
        ("3", "none", "none", "0.00"),
    )


def test_a_line_in_words_names_what_the_line_does_and_puts_it_into_the_commands():
    words = in_words("http: proxy error: dial tcp 10.20.0.31:9001: connect: connection refused")

    assert words[0] == "upstream_dial_refused: The upstream refused the connection"
    assert "The line names host 10.20.0.31 and port 9001." in words
    assert "Often mistaken for: upstream_dial_timeout, upstream_unreachable and upstream_reset." in words
    assert "      nc -vz -w 5 10.20.0.31 9001" in words
    assert words[-2:] == ["Runbook: gwdiag runbook show connection-refused", "Format: go_log. How sure: 97%."]


def test_words_for_a_line_without_a_failure_say_whether_it_is_known():
    assert in_words(tyk_log.message(0, "API reload complete")) == [
        "none: this line reports no failure",
        "Format: logrus_text.",
    ]
    assert in_words("hello") == ["none: no class of gwdiag recognises this line", "Format: none."]


@pytest.mark.parametrize("name", error_classes())
def test_every_class_can_be_put_into_words(name):
    known, words = error_classes()[name], list(in_text(report_of_class(name)))

    assert words[:2] == [f"{name}: {known.title}", known.means]
    assert words[-1] == f"Runbook: gwdiag runbook show {known.runbook}"
    assert [word for word in words if "None" in word] == []


def test_words_hide_secrets_and_say_what_changes_a_node():
    words = "\n".join(in_words("dial tcp: lookup token=0123456789abcdef: too many open files"))

    assert "0123456789abcdef" not in words
    assert "  - Raise the limit of the service (LimitNOFILE=80000) and restart it (changes the node)" in words


def test_the_same_in_markdown_has_the_line_and_no_secret_of_it():
    line = "dial tcp: lookup orders_x.internal on 10.0.0.53:53: no such host token=0123456789abcdef `x`"
    report = report_of_lines([(1, line), (2, "hello"), (3, "lookup b.internal: no such host")])

    assert list(in_markdown(report))[:22] == [
        "# gwdiag explain",
        "",
        "2 of 3 lines report a failure.",
        "",
        "## Lines",
        "",
        "| n | class | format | confidence |",
        "|--:|---|---|--:|",
        "| 1 | dns_not_found | none | 0.97 |",
        "| 2 | none | none | 0.00 |",
        "| 3 | dns_not_found | none | 0.97 |",
        "",
        "## dns_not_found: The upstream's name does not exist",
        "",
        error_classes()["dns_not_found"].means,
        "",
        "```",
        "dial tcp: lookup orders_x.internal on 10.0.0.53:53: no such host token=[hidden] `x`",
        "```",
        "",
        "- At fault can be: configuration and resolver.",
        "- Often mistaken for: dns_failure, dns_timeout and gateway_fd_exhausted.",
    ]
    assert "- The line names name orders_x.internal and server 10.0.0.53:53." in list(in_markdown(report))
    assert "- Next: Ask the node's own resolver: `getent ahosts orders_x.internal`" in list(in_markdown(report))


def test_a_class_in_markdown_has_no_lines():
    assert list(in_markdown(report_of_class("dns_not_found")))[:6] == [
        "# gwdiag explain",
        "",
        "dns_not_found: The upstream's name does not exist.",
        "",
        "## dns_not_found: The upstream's name does not exist",
        "",
    ]
