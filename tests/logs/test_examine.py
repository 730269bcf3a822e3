"""From small logs to whole reports: what an engineer reads, sentence by sentence."""

import json
from pathlib import Path
from random import Random

import pytest

from gwdiag.logs.examine import Wanted, examine
from gwdiag.logs.one_file import Reading
from gwdiag.logs.report import LogLine, LogsReport, Totals
from gwdiag.model.finding import Scope, Severity
from gwdiag.model.problem import Exit, Problem
from tests.logs.from_lines import Logs, answers_of, entry, finding, ids, report_of, write_logs
from tests.logs.small_logs import REFUSED, Timed, failures, log, old_failures, old_successes, successes
from tests.tyk_log import access, message, proxy_error

REFUSED_SINCE_A_MINUTE = (
    "upstream_dial_refused",
    (
        "120 of 120 requests to Orders (100 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 % to 100 "
        "% (very sure), and went on to the end of the log."
    ),
)
NO_SUCCESS_SINCE = (
    "no_success_since",
    (
        "Too few requests succeed since the onset to tell their latency; before it was p50 20 ms, p95 20 ms, without "
        "a rise."
    ),
)
NO_SLOWER = (
    "latency_flat",
    "Requests that succeed are no slower: p50 20 ms, p95 20 ms before, p50 20 ms, p95 20 ms since. So no queueing.",
)


@pytest.fixture
def told(tmp_path):
    """Writes the logs and reads them: `told({"gw-1": lines})` is the report."""

    def report(logs: Logs, **wanted: object) -> LogsReport:
        return report_of(tmp_path, logs, **wanted)

    return report


def test_a_healthy_gateway_is_healthy(told):
    missing = [(second + 0.3, access(second + 0.3, status=404, path="/nothing")) for second in range(3, 120, 20)]

    report = told({"gw-1": log(successes(0, 120), missing)})

    assert (report.status, report.summary) == (
        "ok",
        "Nothing is wrong in 246 requests of 1 node, beside the usual background (bad_client_request 6).",
    )
    assert answers_of(report.findings) == [
        (
            "bad_client_request",
            "6 of 246 requests to Orders (2.4 %) failed so on gw-1. It has no onset: a low rate all the time.",
        )
    ]
    assert {one.severity for one in report.findings} == {Severity.INFO}
    assert report.totals == Totals(events=246, requests=246, errors=6, unparsed=0)


def test_an_error_that_begins(told):
    report = told({"gw-1": log(successes(0, 60), failures(60, 120))})

    assert (report.status, report.summary) == (
        "error",
        "In 240 requests of 1 node: upstream_dial_refused 120 since 08:00:59 UTC (Orders, on gw-1).",
    )
    assert answers_of(report.findings) == [REFUSED_SINCE_A_MINUTE, NO_SUCCESS_SINCE]
    assert finding(report, "upstream_dial_refused").severity is Severity.ERROR


def test_an_error_that_was_there_from_the_start(told):
    report = told({"gw-1": log(successes(0, 60), failures(0, 60))})

    assert report.summary == "In 240 requests of 1 node: upstream_dial_refused 120 (Orders, on gw-1)."
    assert answers_of(report.findings) == [
        (
            "upstream_dial_refused",
            (
                "120 of 240 requests to Orders (50.0 %) failed so on gw-1. It was so from the start of the log "
                "(2026-11-20 08:00:00 UTC) and may be older, and went on to the end of the log."
            ),
        )
    ]


def test_an_error_that_ended(told):
    report = told({"gw-1": log(successes(0, 60), failures(60, 90), successes(90, 180))})

    assert answers_of(report.findings) == [
        (
            "upstream_dial_refused",
            (
                "60 of 60 requests to Orders (100 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 % "
                "to 100 % (very sure), and ended at 2026-11-20 08:01:29 UTC."
            ),
        ),
        NO_SLOWER,
    ]


def test_an_error_that_grows(told):
    ramp = [failures(60 + 10 * step, 70 + 10 * step, every=1 / (step + 1)) for step in range(6)]

    report = told({"gw-1": log(successes(0, 120, every=0.1), *ramp)})

    assert "It grew from 2026-11-20 08:01:" in finding(report, "upstream_dial_refused").summary


def test_of_a_log_of_several_days_times_have_their_date(told):
    day = 86_400
    report = told({"gw-1": log(successes(0, 60), successes(day, day + 60), failures(day + 60, day + 120))})

    assert report.summary == (
        "In 360 requests of 1 node: upstream_dial_refused 120 since 2026-11-21 08:00:59 UTC (Orders, on gw-1)."
    )
    assert report.tables()[0].title == ("Over time: a mark is 60 min, the first begins at 2026-11-20 08:00 UTC")


def test_a_few_errors_cannot_be_told_more_of(told):
    report = told({"gw-1": log(successes(0, 120), failures(70, 73, every=1))})

    assert report.status == "warning"
    assert answers_of(report.findings) == [
        (
            "upstream_dial_refused",
            "3 of 243 requests to Orders (1.2 %) failed so on gw-1. Too few to tell since when.",
        )
    ]


def test_one_node_of_three_is_odd(told):
    healthy = log(successes(0, 120))

    report = told({"gw-1": healthy, "gw-2": healthy, "gw-3": log(successes(0, 60), failures(60, 120))})

    odd = finding(report, "odd_node")
    assert odd.summary == (
        "Only gw-3: 120 of 120 requests (100 %), against 0 of 240 (0 %) on gw-1 and gw-2; chance alone does that "
        "practically never."
    )
    assert odd.scope == Scope(nodes=("gw-3",))
    assert report.summary == (
        "In 720 requests of 3 nodes: upstream_dial_refused 120 since 08:00:59 UTC (Orders, on gw-3)."
    )


def test_one_upstream_address_of_three_is_odd(told):
    well = [successes(0, 120, upstream=f"http://10.20.0.{last}:9001") for last in (31, 32)]
    dead = [successes(0, 60, upstream="http://10.20.0.33:9001"), failures(60, 120, server="10.20.0.33:9001")]

    report = told({"gw-1": log(*well, *dead)})

    assert answers_of(report.findings) == [
        (
            "upstream_dial_refused",
            (
                "120 of 360 requests to Orders (33.3 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 "
                "% to 33.3 % (very sure), and went on to the end of the log."
            ),
        ),
        NO_SLOWER,
        (
            "odd_upstream",
            (
                "Only http://10.20.0.33:9001: 120 of 120 requests (100 %), against 0 of 240 (0 %) on "
                "http://10.20.0.31:9001 and http://10.20.0.32:9001; chance alone does that practically never."
            ),
        ),
    ]


def test_errors_that_follow_load(told):
    random = Random(20261120)
    lines: Timed = []
    second = 0.0
    while second < 400:
        is_busy = int(second / 20) % 2 == 1
        failing = second > 100 and random.random() < (0.4 if is_busy else 0.02)
        lines += failures(second, second + 0.1, every=0.1) if failing else successes(second, second + 0.1, every=0.1)
        second += random.expovariate(20 if is_busy else 4)

    report = told({"gw-1": log(lines)})

    assert "The share of failures rises with load: " in finding(report, "rises_with_load").summary
    assert finding(report, "rises_with_load").evidence[0].value > 0.7


def test_cancellations_of_one_age_name_the_timer(told):
    canceled = failures(65, 120, error="context canceled", status=499, flag="CDC", latency=5003)

    report = told({"gw-1": log(successes(0, 60, latency=900), successes(60, 120, every=1, latency=4200), canceled)})

    assert answers_of(report.findings) == [
        (
            "client_canceled",
            (
                "110 of 166 requests to Orders (66.3 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 "
                "% to 66.7 % (very sure), and went on to the end of the log."
            ),
        ),
        (
            "fixed_duration",
            "100 % of them took 5.0 s: that is a timeout of the clients, or of the balancer in front.",
        ),
        (
            "latency_rose",
            (
                "Requests that succeed became slower at the onset: p50 902 ms, p95 902 ms before, p50 4.2 s, p95 4.2 s "
                "since."
            ),
        ),
    ]


def test_cancellations_of_any_age_are_people(told):
    random = Random(20261120)
    canceled = [
        stretch
        for number in range(100)
        for stretch in failures(
            60 + 0.6 * number,
            60.6 + 0.6 * number,
            every=0.6,
            error="context canceled",
            status=499,
            flag="CDC",
            latency=random.randrange(30, 4000),
            client=f"203.0.113.{random.randrange(9)}",
        )
    ]

    report = told({"gw-1": log(successes(0, 120), canceled)})

    assert finding(report, "spread_durations").summary.endswith(
        "(middle eight tenths): no common timeout: clients that leave by themselves."
    )
    assert "fixed_duration" not in ids(report)


def test_bursts_every_half_a_minute_have_a_rhythm(told):
    bursts = [failures(begin, begin + 1, error="EOF", flag="UPE") for begin in range(7, 900, 30)]

    report = told({"gw-1": log(successes(0, 900), *bursts)})

    assert finding(report, "rhythm").summary == (
        "They come in 30 bursts about every 30.0 s; chance alone does that practically never. Look for what runs or "
        "expires at that pace: a TTL, an idle timeout, a health check, a scheduled job."
    )


def test_resets_after_a_silence(told):
    random = Random(20261120)
    lines: Timed = []
    second = 0.0
    reset = "read tcp 10.20.0.11:4711->10.20.0.31:9001: read: connection reset by peer"
    for number in range(90):
        is_after_silence = number % 3 == 0
        second += random.uniform(61, 110) if is_after_silence else random.uniform(1, 4)
        stretch = failures if is_after_silence else successes
        more = {"error": reset, "flag": "URR"} if is_after_silence else {}
        lines += stretch(second, second + 1, every=1, **more)

    report = told({"gw-1": log(lines)})

    assert finding(report, "after_silence").summary.startswith("They follow a silence on that upstream: ")
    assert 60 < finding(report, "after_silence").evidence[0].value < 110


def test_a_reload_just_before(told):
    reload = [(57.0, message(57, "API reload complete"))]

    report = told({"gw-1": log(successes(0, 60), reload, failures(60, 120))})

    assert answers_of(report.findings) == [
        REFUSED_SINCE_A_MINUTE,
        (
            "change_before",
            "Reload on gw-1 2.0 s before the onset (2026-11-20 08:00:57 UTC): API reload complete.",
        ),
        NO_SUCCESS_SINCE,
    ]


def test_no_change_before_it_is_an_answer_too(told):
    start = [(0.0, message(0, "Tyk API Gateway v5.14.0"))]

    report = told({"gw-1": log(start, successes(0, 90), failures(90, 150))})

    assert finding(report, "nothing_changed").summary == (
        "No start, reload, configuration error or new upstream address in the 60.0 s before it: if something changed, "
        "it was outside the gateway."
    )


def test_a_new_upstream_address_at_the_onset(told):
    report = told({"gw-1": log(successes(0, 60), failures(60, 120, server="orders.internal:9010"))})

    assert finding(report, "change_before").summary == (
        "New upstream address on gw-1 at the onset (2026-11-20 08:00:59 UTC): Orders used http://orders.internal:9010 "
        "for the first time."
    )


def test_only_post_requests_fail(told):
    reset = "read tcp 10.20.0.11:4711->10.20.0.31:9001: read: connection reset by peer"
    posts = [
        successes(0.2, 120, every=2, method="POST"),
        failures(60, 120, every=2, error=reset, flag="URR", method="POST"),
    ]

    report = told({"gw-1": log(successes(0, 120), *posts)})

    assert finding(report, "only_unsafe_methods").summary == (
        "All 30 were POST, which are 27.3 % of the requests; chance alone does that practically never. The gateway "
        "repeats a GET silently when a kept connection turns out dead, so this is what a keep-alive race looks like."
    )


def test_answers_that_break_off_are_logged_as_a_success(told):
    random = Random(20261120)
    cut: Timed = []
    for _ in range(20):
        second = random.uniform(60, 120)
        text = proxy_error(second, "x").replace("proxy error: x", "proxy error during body copy: unexpected EOF")
        cut += [(second, text), (second, access(second))]

    report = told({"gw-1": log(successes(0, 120, client="203.0.113.1"), cut)})

    found = finding(report, "cut_answers")
    assert found.summary == (
        "20 answers to Orders broke off after the client had its status: the access log calls them 200, the client got "
        "less than it was promised."
    )
    assert found.severity is Severity.ERROR
    assert found.scope == Scope(nodes=("gw-1",), apis=("Orders",), upstreams=("http://orders.internal:9001",))
    assert entry(report, "upstream_closed").count == 20


SLOW = log(
    successes(0, 60),
    [(50.0, access(50, latency=130_000)), (55.0, access(55, latency=119_000))],
)


def test_answers_cut_by_the_default_write_timeout(told):
    report = told({"gw-1": SLOW})

    assert (report.status, report.summary) == (
        "warning",
        (
            "No error class stands out in 122 requests of 1 node, but: Answers cut by the write timeout, logged as a "
            "success."
        ),
    )
    assert answers_of(report.findings) == [
        (
            "write_timeout_cut",
            (
                "1 request on gw-1 took longer than the write_timeout of 2 min (the default; tyk.conf not seen) and is "
                "logged as a success: the client saw its connection close without an answer. The slowest took 2 min."
            ),
        )
    ]


def test_answers_cut_by_the_write_timeout_of_tyk_conf(tmp_path):
    node = tmp_path / "nodes" / "gw-1"
    node.mkdir(parents=True)
    write_logs(node, {"gateway": SLOW})
    conf = {"listen_port": 8080, "secret": "x", "http_server_options": {"write_timeout": 100}}
    (node / "tyk.conf").write_text(json.dumps(conf))

    report = examine([str(tmp_path)], Reading(), Wanted())

    assert answers_of(report.findings) == [
        (
            "write_timeout_cut",
            (
                "2 requests on gw-1 took longer than the write_timeout of 100.0 s and are logged as a success: the "
                "client saw its connection close without an answer. The slowest took 2 min."
            ),
        )
    ]


def test_a_shortage_of_descriptors_with_its_by_products(told):
    files = "dial tcp 10.20.0.31:9001: socket: too many open files"
    look_up = "dial tcp: lookup orders.internal on 10.20.0.53:53: server misbehaving"
    accept = "http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 5ms"
    random = Random(20261120)
    look_ups = [
        failures(second, second + 1, every=1, error=look_up, flag="DNS", detail="dns_resolution_failed")
        for second in sorted(random.uniform(61, 119) for _ in range(19))
    ]
    accepts = [(float(second), message(second, accept, level="error")) for second in range(60, 120, 5)]

    report = told({"gw-1": log(successes(0, 60), failures(60, 120, error=files, flag="URT"), *look_ups, accepts)})

    assert answers_of(report.findings)[:2] == [
        (
            "gateway_fd_exhausted",
            (
                "120 of 139 requests to Orders (86.3 %) failed so on gw-1. It began at 2026-11-20 08:00:59 UTC, from 0 "
                "% to 86.3 % (very sure), and went on to the end of the log."
            ),
        ),
        (
            "by_products",
            "In the same minutes, on the same nodes, and probably effects of it: dns_failure (19).",
        ),
    ]
    assert finding(report, "gateway_fd_exhausted").severity is Severity.CRITICAL
    assert (entry(report, "gateway_fd_exhausted").requests, entry(report, "gateway_fd_exhausted").notices) == (120, 12)


def test_without_access_lines_shares_cannot_be_told(told):
    messages = [line for line in log(failures(60, 120)) if "prefix=access-log" not in line]

    report = told({"gw-1": [message(0, "x"), *messages]})

    assert answers_of(report.findings) == [
        (
            "upstream_dial_refused",
            (
                "120 requests to Orders failed so on gw-1. It began at 2026-11-20 08:01:00 UTC (very sure), and went "
                "on to the end of the log."
            ),
        ),
        (
            "no_access_lines",
            (
                "These logs have 120 messages about failed requests and no access lines: how many requests went well "
                "is not in them, so shares, latency and load cannot be told."
            ),
        ),
    ]
    assert entry(report, "upstream_dial_refused").rate is None


def test_access_lines_of_5_8_alone_do_not_say_why(told):
    lines = [line for line in log(old_successes(0, 60), old_failures(60, 120)) if "prefix=access-log" in line]

    report = told({"gw-1": lines})

    assert [one.id for one in report.findings] == [
        "upstream_connect_failed",
        "no_success_since",
        "access_lines_without_message",
    ]
    assert finding(report, "access_lines_without_message").summary == (
        "120 access lines of the gateway's own errors could not be joined with a message that says why; 0 could."
    )


def test_access_lines_of_5_14_alone_say_why_by_their_flag(told):
    lines = [line for line in log(successes(0, 60), failures(60, 120)) if "prefix=access-log" in line]

    assert answers_of(told({"gw-1": lines}).findings) == [REFUSED_SINCE_A_MINUTE, NO_SUCCESS_SINCE]


def test_lines_of_no_known_format_are_counted_and_shown(told):
    junk = ["one two three", f"{REFUSED} said somebody"]

    report = told({"gw-1": [*log(successes(0, 60)), *(junk * 6)]})

    assert (report.status, report.totals.unparsed) == ("warning", 12)
    assert answers_of(report.findings) == [
        (
            "unparsed_lines",
            "12 lines have no known format. Failures they speak of are not counted above: upstream_dial_refused 6.",
        )
    ]
    path = report.inputs[0].path
    assert report.unparsed_samples == tuple(
        LogLine(path=path, line=121 + number, node="", text=junk[number % 2]) for number in range(3)
    )


def test_a_log_without_times_is_counted(told):
    failed = 'ERRO[0012] http: proxy error: EOF  api_id=a1 api_name=Orders server_name="orders.internal:9001"'

    report = told({"gw-1": ["INFO[0000] Tyk API Gateway v5.8.5  prefix=main", *[failed] * 8]})

    assert report.summary == "In 8 requests of 1 node: upstream_closed 8 (Orders, on gw-1)."
    assert [one.id for one in report.findings] == ["upstream_closed", "no_access_lines"]
    assert finding(report, "upstream_closed").summary == (
        "8 requests to Orders failed so on gw-1. Its lines have no time, so since when cannot be told."
    )
    assert report.series.start is None


def test_only_the_classes_that_are_wanted(told):
    both = log(successes(0, 60), failures(60, 120), failures(60, 120, error="EOF", flag="UPE"))

    report = told({"gw-1": both}, classes=frozenset({"upstream_closed"}))

    assert {one.about for one in report.findings} == {"upstream_closed"}
    assert [one.class_ for one in report.classes] == ["upstream_closed"]
    assert report.totals.requests == 360


def test_the_worst_class_comes_first_and_what_tells_more_of_it_right_behind(told):
    files = "dial tcp 10.20.0.31:9001: socket: too many open files"
    canceled = failures(0, 120, every=0.25, error="context canceled", status=499, flag="CDC", latency=5000)

    report = told({"gw-1": log(successes(0, 120), canceled, failures(60, 70, every=1, error=files, flag="URT"))})

    assert [(one.about, one.severity) for one in report.findings if one.id == one.about] == [
        ("gateway_fd_exhausted", Severity.CRITICAL),
        ("client_canceled", Severity.ERROR),
    ]
    order = [one.about for one in report.findings]
    assert order == sorted(order, key=["gateway_fd_exhausted", "client_canceled", None].index)


def test_every_finding_has_evidence_and_a_sentence(told):
    report = told({"gw-1": log(successes(0, 60), failures(60, 120)), "gw-2": log(successes(0, 120))})

    for one in report.findings:
        assert one.evidence
        assert one.summary.endswith(".")
    assert finding(report, "upstream_dial_refused").evidence[1].source.line == 121


def test_commands_name_what_is_known(told, tmp_path):
    report = told({"gw-1": log(successes(0, 60), failures(60, 120))})

    commands = [one.command for one in finding(report, "upstream_dial_refused").remedies if one.command]
    assert any("orders.internal" in command and "9001" in command for command in commands)
    assert not any("{" in command for command in commands)


def test_an_input_that_is_not_read_whole_makes_a_good_report_incomplete(tmp_path):
    write_logs(tmp_path, {"gw-1": log(successes(0, 60))})
    paths = [str(tmp_path), str(tmp_path / "absent.log")]

    report = examine(paths, Reading(), Wanted())

    assert (report.status, report.inputs[1].problem) == ("incomplete", "No such file or directory")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        ("", "it is empty"),
        ("one\ntwo\n", "no line has a format that is known"),
    ],
)
def test_nothing_to_examine_is_a_problem(tmp_path, content, reason):
    path = tmp_path / "a.log"
    if content is not None:
        path.write_text(content)

    with pytest.raises(Problem) as raised:
        examine([str(path)], Reading(), Wanted())

    assert str(raised.value) == f"nothing to examine: {path}: {reason}"
    assert raised.value.status is Exit.NOTHING_DONE


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("-1s", None, None),
        ("2027-01-01", None, "no record from 2027-01-01 00:00:00 UTC; the last one is of 2026-11-20 08:00:09 UTC"),
        (None, "2025-01-01", "no record until 2025-01-01 00:00:00 UTC; the last one is of 2026-11-20 08:00:09 UTC"),
    ],
)
def test_a_stretch_without_a_record_is_told_from_a_log_of_no_known_format(tmp_path, since, until, said):
    for number, begin in enumerate((0, -86_400, -172_800)):  # rotated: only the newest is of that stretch
        lines = [access(begin + second) for second in range(10)]
        (tmp_path / f"gw-1.log.{number}").write_text("\n".join(lines))
    how = Reading(year=2026, since=since, until=until)

    if said is None:
        report = examine([str(tmp_path)], how, Wanted())
        assert [(one.events, one.problem) for one in report.inputs] == [(2, None), (0, None), (0, None)]
        return
    with pytest.raises(Problem) as raised:
        examine([str(tmp_path)], how, Wanted())

    assert (str(raised.value), raised.value.status) == (f"nothing to examine: these logs have {said}", 3)


def test_a_folder_without_any_log_is_a_problem(tmp_path):
    (tmp_path / "README").write_text("one\n")

    with pytest.raises(Problem) as raised:
        examine([str(tmp_path)], Reading(), Wanted())

    assert str(raised.value) == "nothing to examine: no file in it looks like a log"


def test_a_group_is_given_where_one_is_wanted(told):
    logs = {"gw-1": log(successes(0, 10)), "gw-2": log(failures(0, 10))}

    grouping = told(logs, by="node", top=1).grouping

    assert [(one.name, one.requests, one.errors) for one in grouping.groups] == [("gw-2", 20, 20)]
    assert told(logs).grouping is None


def test_files_are_named_as_they_were_given(tmp_path: Path):
    write_logs(tmp_path, {"gw-1": log(successes(0, 10), failures(0, 10))})

    report = examine([f"{tmp_path}/./gw-1.log"], Reading(), Wanted())

    assert report.inputs[0].path == str(tmp_path / "gw-1.log")
    assert report.classes[0].samples[0].path == str(tmp_path / "gw-1.log")
