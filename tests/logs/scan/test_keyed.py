"""Lines are of one layout where all that counts stands in the same places, whatever else they hold."""

import pytest

from gwdiag.logs.formats import formats
from gwdiag.logs.scan.keyed import KeyedLayout, keyed_layout

AGENTS = ["curl/8.5.0", "a=b", "a=b c=d: e", "x: y; z: =="]

TEXT = (
    'time="2026-11-20T02:00:00Z" level=info api_id=a client_ip=10.0.0.1 latency_total=3 method=GET path=/{path} '
    'prefix=access-log status=200 upstream_addr="http://10.0.3.9:80/" upstream_latency=3 user_agent="{agent}"'
)
JSON = (
    '{{"api_id":"a","client_ip":"10.0.0.1","latency_total":3,"level":"info","method":"GET","path":"/{path}",'
    '"prefix":"access-log","status":200,"time":"2026-11-20T02:00:00Z","user_agent":"{agent}"}}'
)


def layout(line: str, name: str) -> KeyedLayout | None:
    spec = formats()[name].scan
    return keyed_layout(line.encode(), spec)


@pytest.mark.parametrize(("name", "line"), [("logrus_text", TEXT), ("logrus_json", JSON)])
def test_behind_what_counts_there_may_be_any_number_of_signs(name: str, line: str):
    of_agents = [layout(line.format(path="", agent=agent), name) for agent in AGENTS]

    assert of_agents[0] is not None
    assert of_agents == of_agents[:1] * len(AGENTS)


@pytest.mark.parametrize(("name", "line"), [("logrus_text", TEXT), ("logrus_json", JSON)])
def test_before_it_they_make_another_layout(name: str, line: str):
    assert layout(line.format(path="", agent=""), name) != layout(line.format(path="a=b:c", agent=""), name)


@pytest.mark.parametrize("key", ["methodé", 'method"', "(method)"])
def test_a_line_with_a_key_that_is_none_shows_no_layout(key: str):
    assert layout(TEXT.format(path="", agent="").replace("method", key), "logrus_text") is None
