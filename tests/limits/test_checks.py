"""What holds for every check, present and future."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.error_classes import error_classes
from gwdiag.limits.check import Status
from gwdiag.limits.checks import check, checks
from gwdiag.limits.documentation import facts, meaning_of
from gwdiag.limits.examine import Wanted, examine
from gwdiag.limits.replay import from_meta
from gwdiag.render.json import as_json
from tests.limits.node import META, PROC, Faults, Files, files

WHOLE = Wanted(checks=checks())
LACKING = {
    "time.peer_skew",
    "dns.first_dead",
    "kernel.dmesg",
    "net.ena_allowance",
    "mem.overcommit_maps",
}
"""What the recorded node says nothing of."""
SYSTEM_CALLS = "syscalls.json"


def statuses(faults: Faults, *, only: str = "", readings: int = 2, **meta: object) -> dict[str, str]:
    unreadable = tuple(meta.get("unreadable", ()))  # type: ignore[arg-type]
    first, second = (Files(texts, unreadable) for texts in files(faults))
    found = from_meta({**META, **meta}, Path("node"), *((second, first) if readings == 2 else (first, None)))
    return {one.id: one.status.value for one in examine(_some(only) if only else WHOLE, found).checks}


def _some(name: str) -> Wanted:
    """The check, and some others that can look where it cannot: a report of nothing at all is none."""
    return Wanted(checks=checks(("mem.thp", "fs.file_nr", name)))


HEALTHY = statuses({})


def test_nothing_is_wrong_with_a_healthy_node():
    assert {one for one, status in HEALTHY.items() if status in ("warn", "crit")} == set()
    assert {one for one, status in HEALTHY.items() if status == "unavailable"} == LACKING


def test_the_ids_and_their_files():
    assert len(checks()) == 104
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9_]+", one) for one in checks())
    assert [check("ct.usage"), check("ct.nothing"), check("ct"), check("..usage"), check("_listeners.x")] == [
        checks()["ct.usage"],
        None,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize("name", checks())
def test_a_check_says_what_it_reads_why_it_matters_and_what_it_explains(name):
    one = checks()[name]

    assert one.title
    assert one.why
    assert one.shows
    assert one.basis
    assert one.source
    assert not one.why.endswith(".")
    assert set(one.explains) <= error_classes().keys()
    assert one.warn or one.crit or one.conditions, "nothing says when it warns"
    assert {operator.operator[0] for operator in (one.warn, one.crit) if operator} in (set(), {">"}, {"<"})
    assert dict(facts(meaning_of(name, one)))["Why"] == one.why


@pytest.mark.parametrize("name", checks())
def test_a_fix_that_sets_something_can_be_taken_back(name):
    for fix in checks()[name].fixes:
        sets = fix.command and re.match(r"sysctl -w|prlimit|echo .* > ", fix.command)
        assert bool(fix.undo) == bool(sets), fix


def test_with_one_reading_no_rate_is_judged():
    once = statuses({}, readings=1)

    assert {one for one in checks() if checks()[one].rate} <= {one for one in once if once[one] == "unavailable"}
    assert {one for one, status in once.items() if status in ("warn", "crit")} == set()


DAMAGE = {
    "missing": None,
    "empty": "",
    "binary": "\x7fELF\x02\x01\0\0\udcff\udcfe\0",
    "a page": "<html><body>502</body></html>\n",
    "a number too large": f"{'9' * 400}\n",
    "below zero": "-1\n",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_never_an_alarm(kind):
    """A file in turn, or all of a folder: whatever reads it says so, or has enough without it; nobody raises."""
    paths = files({})[1]
    folders = {path.rpartition("/")[0] for path in paths}
    together = [[path for path in paths if path.startswith(f"{folder}/")] for folder in sorted(folders)]
    alarms = {}
    for damaged in [[path] for path in paths] if kind in ("empty", "below zero") else together:
        seen = statuses(dict.fromkeys(damaged, DAMAGE[kind]))
        if worse := {one for one, status in seen.items() if status in ("warn", "crit")}:
            alarms[damaged[0]] = worse

    assert alarms == {}


@pytest.mark.parametrize("kind", ["missing", "empty", "a page"])
@pytest.mark.parametrize("name", checks())
def test_a_check_without_the_files_that_it_names_is_unavailable(name, kind):
    faults: dict[str, str | None] = {}
    for source in re.findall(r"/(?:proc|sys|etc|dev)/[^ ,()]*|<cgroup>/[a-z.]+", ", ".join(checks()[name].source)):
        pattern = re.escape(source).replace("<pid>", "2417").replace("<if>", "eth0").replace(r"\*", "[^/]+")
        pattern = pattern.replace("<cgroup>", "/sys/fs/cgroup/system.slice/tyk-gateway.service")
        named = [path for path in files({})[1] if re.match(f"{pattern}(/|$|[.]txt)", f"/{path}")]
        faults |= dict.fromkeys(named, DAMAGE[kind])
    if "sys/class/net" in str(faults) and f"{PROC}/net/dev" in faults:
        faults |= dict.fromkeys(("proc/net/dev",), DAMAGE[kind])
    status = statuses({**faults, SYSTEM_CALLS: DAMAGE[kind]}, only=name)[name]

    assert status == "unavailable"


ANY_TEXT = st.text(max_size=60) | st.text("0123456789 -:.\n\tmaxeF/*", max_size=60)


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(sorted(files({})[1])), first=ANY_TEXT, second=ANY_TEXT)
def test_whatever_a_file_holds_there_is_a_report(path, first, second):
    """Nobody raises but Unreadable, and every figure can be written as JSON."""
    pair = (Files(texts, ()) for texts in files({path: (first, second)}))
    before, now = pair
    report = examine(WHOLE, from_meta(META, Path("node"), now, before))

    json.dumps(as_json(report), allow_nan=False)
    assert len(report.checks) == 104


def test_refused_files_are_told_as_refused():
    seen = statuses({}, unreadable=[f"/{PROC}/fd", f"t1/{PROC}/environ"])

    assert {one for one in seen if seen[one] == "unavailable"} - LACKING == {
        "cpu.gomaxprocs",
        "dns.go_resolver",
        "env.proxy",
        "fd.growth",
        "fd.used_ratio",
        "fs.inotify",
        "listen.missing",
        "log.deleted_open",
        "sock.close_wait",
        "mem.gomemlimit",
    }


def test_statuses_are_those_of_the_interface():
    assert json.loads(json.dumps([one.value for one in Status])) == ["ok", "info", "warn", "crit", "unavailable"]
