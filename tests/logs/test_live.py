"""What a followed log shows while it goes on."""

from datetime import UTC, datetime

from gwdiag.logs.live import LiveRow, rows
from gwdiag.logs.tally import Tally
from tests.logs.from_lines import tally_of
from tests.tyk_log import access, old_access, old_proxy_error

REFUSED = "dial tcp 10.20.0.31:9001: connect: connection refused"
RESET = "read tcp 10.20.0.2:4711->10.20.0.31:9001: read: connection reset by peer"
REDIS = 'level=error msg="Connection to Redis failed, reconnect in 10s" time="2026-11-20T08:01:40Z"'


def at(minute: int, second: int) -> datetime:
    return datetime(2026, 11, 20, 8, minute, second, tzinfo=UTC)


def test_all_requests_first_and_what_is_frequent_just_now_before_the_rest():
    failing = [
        line for second in (0, 1, 2) for line in (old_proxy_error(second, RESET), old_access(second, status=500))
    ]
    later = [line for second in (98, 99) for line in (old_proxy_error(second, REFUSED), old_access(second, status=500))]

    found = rows(tally_of({"gw-2": [*failing, access(50), *later], "gw-1": [access(90), REDIS]}))

    assert found == [
        LiveRow(name="requests", count=7, just_now=4, first=at(0, 0), last=at(1, 40), nodes=("gw-1", "gw-2")),
        LiveRow(name="upstream_dial_refused", count=2, just_now=2, first=at(1, 38), last=at(1, 39), nodes=("gw-2",)),
        LiveRow(name="storage_down", count=1, just_now=1, first=at(1, 40), last=at(1, 40), nodes=("gw-1",)),
        LiveRow(name="upstream_reset", count=3, just_now=0, first=at(0, 0), last=at(0, 2), nodes=("gw-2",)),
    ]


def test_before_anything_has_come_there_is_one_empty_row():
    assert rows(Tally()) == [LiveRow(name="requests", count=0, just_now=0, first=None, last=None, nodes=())]
