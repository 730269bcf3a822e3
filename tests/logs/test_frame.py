"""Logs as a DataFrame: the types of its columns, and what the options leave."""

import gzip
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import gwdiag.logs
from gwdiag.logs.columns import COLUMNS, Kind
from gwdiag.model.problem import Problem
from tests.conftest import ROOT
from tests.logs.small_logs import failures, log, successes
from tests.logs.test_source import put
from tests.tyk_log import access, message, old_access

pd = pytest.importorskip("pandas")

ORDERS = "\n".join(log(successes(0, 60), failures(20, 40)))

DTYPES = {
    Kind.TIME: "datetime64[us, UTC]",
    Kind.CATEGORY: "category",
    Kind.TEXT: "string",
    Kind.SHORT: "Int16",
    Kind.COUNT: "int64",
    Kind.MILLISECONDS: "float64",
    Kind.FLAG: "bool",
}


@pytest.fixture
def logs(tmp_path) -> Path:
    put(tmp_path / "nodes/gw-1/gateway.log", ORDERS.encode())
    put(tmp_path / "nodes/gw-2/gateway.log.gz", gzip.compress("\n".join(log(successes(0, 30))).encode()))
    return tmp_path


def test_a_row_for_each_event(logs):
    frame = gwdiag.logs.read(logs)

    assert frame.groupby(["node", "class"], observed=True).size().to_dict() == {
        ("gw-1", "none"): 120,
        ("gw-1", "upstream_dial_refused"): 40,
        ("gw-2", "none"): 60,
    }
    first = frame.iloc[0]
    assert first["time"] == pd.Timestamp("2026-11-20T08:00:00Z")
    assert first["status"] == 200
    assert (first["duration_ms"], first["upstream_ms"]) == (20.0, 20.0)
    assert (first["api"], first["upstream"]) == ("Orders", "http://orders.internal:9001")
    assert (first["line"], first["file"]) == (1, str(logs / "nodes/gw-1/gateway.log"))


@pytest.mark.parametrize("content", [ORDERS, message(0, "Tyk started")])
def test_the_types_of_the_columns_do_not_depend_on_the_log(tmp_path, content):
    frame = gwdiag.logs.read(put(tmp_path / "a.log", content.encode()))

    assert list(frame.columns) == [one.name for one in COLUMNS]
    for one in COLUMNS:
        assert frame[one.name].dtype == DTYPES[one.kind], one.name


def test_of_no_events_the_columns_are_there(logs):
    frame = gwdiag.logs.read(logs, classes=["dns_not_found"])

    assert len(frame) == 0
    assert frame["time"].dtype == "datetime64[us, UTC]"
    assert frame["status"].dtype == "Int16"


def test_what_a_record_does_not_say_is_missing(tmp_path):
    frame = gwdiag.logs.read(put(tmp_path / "a.log", message(0, "Tyk started").encode()))

    assert frame.loc[0, ["status", "duration_ms", "client", "api"]].isna().all()
    assert not frame.loc[0, ["time", "node", "class", "message"]].isna().any()


def test_the_options(logs, tmp_path):
    read = gwdiag.logs.read

    assert len(read(logs, classes="upstream_dial_refused")) == 40
    assert len(read(logs, classes={"upstream_dial_refused", "none"})) == 220
    assert len(read([logs / "nodes/gw-1", str(logs / "nodes/gw-2")])) == 220
    assert set(read(logs, nodes={str(logs / "nodes/gw-1"): "first"})["node"]) == {"first", "gw-2"}
    assert read(logs, since="08:00:10", until="08:00:19.9")["time"].agg(["min", "max"]).to_list() == [
        pd.Timestamp("2026-11-20T08:00:10Z"),
        pd.Timestamp("2026-11-20T08:00:19Z"),
    ]
    assert read(logs, since="-10s")["node"].value_counts()["gw-1"] == 22
    old = put(tmp_path / "other/old.log", old_access(0).encode())
    assert read(old, year=2020, tz="+02:00")["time"].to_list() == [pd.Timestamp("2020-11-20T06:00:00Z")]


def test_events_of_one_node_come_in_the_order_of_time_whatever_the_files(tmp_path):
    put(tmp_path / "gw-1/b.log", access(1).encode())
    put(tmp_path / "gw-1/a.log", f"{access(0)}\n{access(2)}".encode())

    frame = gwdiag.logs.read(tmp_path)

    assert frame["time"].is_monotonic_increasing
    assert [Path(file).name for file in frame["file"]] == ["a.log", "b.log", "a.log"]


def test_many_events_come_in_many_batches(tmp_path):
    lines = [access(number / 100, client=f"c{number}", api=f"A{number % 300}") for number in range(60_000)]

    frame = gwdiag.logs.read(put(tmp_path / "a.log", "\n".join(lines).encode()))

    assert frame["line"].to_list() == list(range(1, 60_001))
    assert frame["client"].to_list() == [f"c{number}" for number in range(60_000)]
    assert frame["api"].to_list() == [f"A{number % 300}" for number in range(60_000)]
    assert frame["api"].dtype == "category"


def test_what_cannot_be_read_is_a_warning(logs):
    with pytest.warns(UserWarning, match=r"absent\.log: No such file or directory"):
        frame = gwdiag.logs.read([logs, logs / "absent.log"])

    assert len(frame) == 220


@pytest.mark.parametrize(("content", "said"), [(b"", "it is empty"), (b"x\n", "no line has a format that is known")])
def test_what_gives_no_row_is_a_warning_unless_it_was_not_asked_for(logs, content, said):
    other = put(logs / "other.log", content)

    with pytest.warns(UserWarning, match=f"{other}: {said}"):
        gwdiag.logs.read(other)
    with warnings.catch_warnings(action="error"):
        assert gwdiag.logs.read(logs / "nodes", since="2027-01-01").empty


def test_nothing_to_read_is_a_problem(tmp_path):
    with pytest.raises(Problem, match=r"absent\.log: No such file or directory"):
        gwdiag.logs.read(tmp_path / "absent.log")
    with pytest.raises(Problem, match="no log in "):
        gwdiag.logs.read(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"classes": "dns"}, "dns: no such class; the classes are none, "),
        ({"since": "noon"}, "--since noon: this is no time"),
        ({"tz": "Mars"}, "--tz Mars: this machine knows no such time zone"),
    ],
)
def test_a_wrong_option_is_a_problem(logs, options, said):
    with pytest.raises(Problem, match=re.escape(said)):
        gwdiag.logs.read(logs, **options)


def test_the_package_alone_loads_nothing_slow():
    program = "import sys, gwdiag.logs; print({'pandas', 'numpy', 'pyarrow'} & set(sys.modules))"

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"


PAGE = ROOT / "docs" / "frames.md"


def test_the_page_has_every_column_with_its_type_and_meaning():
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert rows == [(one.name, DTYPES[one.kind], one.says) for one in COLUMNS]


def test_the_example_of_the_page_runs(logs, monkeypatch, capsys):
    [example] = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(logs)
    (logs / "logs").symlink_to(logs / "nodes")

    exec(compile(example, PAGE, "exec"), {})

    assert "upstream_dial_refused" in capsys.readouterr().out
