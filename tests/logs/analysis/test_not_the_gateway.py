"""502 is never Tyk's own."""

from gwdiag.logs.analysis.not_the_gateway import NOT_THE_GATEWAY
from tests.logs.from_lines import answers_of, view_of
from tests.tyk_log import access


def told(**statuses: int) -> list[tuple[str, str]]:
    lines = [access(0)] * 10
    for name, count in statuses.items():
        lines += [access(1, status=int(name[1:]), flag="URS")] * count
    return answers_of(NOT_THE_GATEWAY.answer(view_of({"gw-1": lines})))


def test_a_502_was_not_made_by_tyk():
    assert told(s502=6, s503=3) == [
        (
            "foreign_502",
            (
                "6 of them are 502s. Tyk never answers 502 by itself: a failed connection is its 500. The upstream, or "
                "a balancer before it, did."
            ),
        )
    ]


def test_one_of_many():
    assert told(s502=1, s503=9)[0][1].startswith("1 of them is a 502. ")


def test_what_holds_for_tyk_is_not_said_of_others():
    line = '10.0.0.9 - - [20/Nov/2026:08:00:00 +0000] "GET /a/1 HTTP/1.1" 502 9 "-" "-" "10.0.0.1:80" "502" 0.1 0.1'
    lines = [line] * 9

    assert answers_of(NOT_THE_GATEWAY.answer(view_of({"gw-1": lines}))) == []


def test_other_statuses_may_be():
    assert told(s503=9, s500=9) == []
