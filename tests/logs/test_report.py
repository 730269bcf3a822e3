"""What a monitoring system gets of a logs report."""

from tests.logs.from_lines import report_of
from tests.logs.small_logs import failures, log, successes


def test_metrics(tmp_path):
    report = report_of(
        tmp_path, {"gw-1": [*log(successes(0, 10), failures(0, 5)), "junk"], "gw-2": log(failures(0, 2))}
    )

    assert {name: samples for name, _, samples in report.metrics()} == {
        "gwdiag_log_errors": (
            ({"class": "upstream_dial_refused", "node": "gw-1"}, 10.0),
            ({"class": "upstream_dial_refused", "node": "gw-2"}, 4.0),
        ),
        "gwdiag_log_requests": (({}, 34.0),),
        "gwdiag_log_unparsed_lines": (({}, 1.0),),
    }
