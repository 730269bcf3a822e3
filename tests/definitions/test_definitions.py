"""A file is recognised by what is in it, and no file can do harm."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.definitions import LARGEST, read_known, readers
from gwdiag.model.definition import ApiDefinition, GatewaySettings, Limit

CLASSIC = {"api_id": "a1", "name": "Orders", "proxy": {"target_url": "http://orders:9001"}}
OAS = {"openapi": "3.0.3", "x-tyk-api-gateway": {"info": {"id": "o1", "name": "Orders"}, "upstream": {}}}
CONF = {"listen_port": 8080, "secret": "s"}

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["5s", "http://orders:9001/x", "\ud800"]),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def shaped(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """An object with these fields, or anything else in its place."""
    return st.fixed_dictionaries({}, optional=fields) | ANYTHING


def several(one: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3)


TIMER = shaped(
    enabled=st.booleans() | LEAVES, method=LEAVES, path=LEAVES, timeout=LEAVES, duration=LEAVES, value=LEAVES
)
VERSION = shaped(extended_paths=shaped(hard_timeouts=several(TIMER)), global_enforce_timeout=LEAVES)
UPSTREAM = shaped(url=LEAVES, loadBalancing=shaped(targets=several(shaped(url=LEAVES))), enforceTimeout=TIMER)
TYK = st.fixed_dictionaries(
    {"info": st.just({"id": "o1"}) | shaped(id=LEAVES, name=LEAVES)},
    optional={
        "upstream": UPSTREAM,
        "middleware": shaped(operations=several(shaped(enforceTimeout=TIMER))),
    },
)
CONTENTS = {
    "tyk_classic": st.fixed_dictionaries(
        {"api_id": st.just("a1") | LEAVES, "proxy": shaped(target_url=LEAVES, target_list=several(LEAVES))},
        optional={"name": LEAVES, "version_data": shaped(versions=several(VERSION))},
    ),
    "tyk_oas": st.fixed_dictionaries({"x-tyk-api-gateway": TYK | ANYTHING}),
    "tyk_conf": st.fixed_dictionaries(
        {"listen_port": LEAVES, "secret": LEAVES},
        optional={"proxy_default_timeout": LEAVES, "http_server_options": shaped(write_timeout=LEAVES)},
    ),
}


def written(folder: Path, content: object) -> str:
    file = folder / "file.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(file)


def is_sound(limit: Limit) -> bool:
    return isinstance(limit.name, str) and 0 < limit.seconds < 1e10


def test_each_kind_is_recognised_by_its_content(tmp_path):
    kinds = [
        [name for name, reader in readers().items() if reader.read(content, "x")] for content in (CLASSIC, OAS, CONF)
    ]

    assert kinds == [["tyk_classic"], ["tyk_oas"], ["tyk_conf"]]
    assert read_known(written(tmp_path, CLASSIC)) == ApiDefinition(id="a1", name="Orders", target="http://orders:9001")


def test_a_byte_order_mark_is_no_reason_to_miss_a_definition(tmp_path):
    assert read_known(written(tmp_path, "\ufeff" + json.dumps(CLASSIC))) is not None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "7",
        "null",
        '"api_id"',
        "{}",
        '{"policies": {}}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "\0\0\0\0",
        '{"listen_port": 1, "secret": "s", "proxy_default_timeout": 1' + "0" * 5000 + "}",
        'time="Nov 20 08:41:03" level=info msg="a log"',
    ],
)
def test_what_is_no_definition_is_none(tmp_path, content):
    assert read_known(written(tmp_path, content)) is None


def test_a_file_that_is_not_there_is_none(tmp_path):
    assert read_known(str(tmp_path / "gone.json")) is None
    assert read_known(str(tmp_path)) is None


def test_a_file_too_large_for_a_definition_is_not_read(tmp_path):
    file = tmp_path / "file.json"
    file.write_text(json.dumps(CLASSIC))
    os.truncate(file, LARGEST + 1)

    assert read_known(str(file)) is None


@pytest.mark.parametrize("name", readers())
@given(data=st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_the_json_says_a_reader_gives_a_sound_value_or_none(name, data):
    found = readers()[name].read(data.draw(CONTENTS[name]), "x.json")

    match found:
        case None:
            pass
        case ApiDefinition():
            texts = [found.id, found.name, found.target, *found.members]
            assert found.id
            assert all(isinstance(one, str) for one in texts)
            assert all(map(is_sound, found.limits))
        case GatewaySettings():
            assert all(abs(limit.seconds) < 1e10 for limit in found.limits)
            assert found.limits[1].seconds == found.write_timeout_s
