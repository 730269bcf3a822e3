"""Which upstreams fail so that others have to step in?"""

from gwdiag.logs.analysis.retries import FEWEST, RETRIES
from gwdiag.model.finding import Remedy, Scope, Severity
from tests.logs.from_lines import view_of


def line(second: int, upstreams: str, statuses: str, path: str = "/orders/1") -> str:
    return (
        f'10.0.0.9 - - [20/Nov/2026:08:00:{second:02} +0000] "GET {path} HTTP/1.1" 200 9 "-" "-" '
        f"rt=0.020 uct=0.000 uht=0.019 urt=0.019 ua={upstreams} us={statuses}"
    )


def retried(number: int) -> list[str]:
    return [line(second, "10.0.0.1:80, 10.0.0.2:80", "502, 200") for second in range(number)]


def test_access_lines_alone_show_a_dead_member_of_a_list():
    answered = [line(second, "10.0.0.2:80", "200") for second in range(10, 19)]

    [found] = RETRIES.answer(view_of({"gw-1": [*retried(FEWEST), *answered]}))

    assert (found.id, found.severity, found.scope) == (
        "retried",
        Severity.WARNING,
        Scope(apis=("orders",), upstreams=("10.0.0.1:80",)),
    )
    assert found.summary == (
        "3 tries of 12 requests to orders (25.0 %) failed at one upstream before another was asked: 10.0.0.1:80 3."
    )
    assert found.remedies == (Remedy(text="Connect to it from the node", command="nc -vz -w 5 10.0.0.1 80"),)


def test_a_few_are_somebody_s_restart():
    assert list(RETRIES.answer(view_of({"gw-1": retried(FEWEST - 1)}))) == []


def test_what_messages_tell_is_not_told_again():
    refused = "connect() failed (111: Connection refused) while connecting to upstream"
    said = [
        f"2026/11/20 08:00:{second:02} [error] 7#7: *{second} {refused}, client: 10.0.0.9, server: a, "
        'request: "GET /orders/1 HTTP/1.1", upstream: "http://10.0.0.1:80/1", host: "a"'
        for second in range(FEWEST)
    ]
    lines = [one for pair in zip(said, retried(FEWEST), strict=True) for one in pair]

    assert list(RETRIES.answer(view_of({"gw-1": lines}))) == []
