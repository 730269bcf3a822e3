"""Descriptors: what the process and the node may open."""

import pytest

from gwdiag.limits.settings import Settings
from tests.limits.node import PROC, checked, descriptors, replaced, said

LIMITS = f"{PROC}/limits"
FDS = f"{PROC}/fd.txt"


def nofile(soft: object, hard: object = 100000):
    old = "Max open files            100000               100000 "
    return replaced(old, f"Max open files            {soft:<20} {hard:<20}")


@pytest.mark.parametrize(
    ("soft", "status"), [(80000, "ok"), (79999, "warn"), (8192, "warn"), (8191, "crit"), ("unlimited", "ok")]
)
def test_a_low_soft_limit(soft, status):
    one = checked("fd.soft_low", {LIMITS: nofile(soft)})

    assert said(one) == (status, None if soft == "unlimited" else soft)


def test_a_limit_that_is_too_low_for_what_was_asked():
    load = Settings(requests_per_s=20000, latency_s=2.0, idle_per_host=500, upstream_hosts=("a", "b", "c"))
    one = checked("fd.soft_low", {LIMITS: nofile(80000)}, settings=load)

    assert (one.status, one.statement) == (
        "warn",
        "80,000 files; 81,500 are needed for the load and the pools that were given",
    )


@pytest.mark.parametrize(("used", "status"), [(80, "ok"), (81, "warn"), (95, "warn"), (96, "crit"), (100, "crit")])
def test_open_files_near_the_limit(used, status):
    one = checked("fd.used_ratio", {LIMITS: nofile(100), FDS: descriptors(used)})

    assert said(one) == (status, used / 100)
    assert (one.used, one.limit, one.headroom) == (used, 100, 100 - used)


def test_the_fixes_hold_the_figures_of_this_node():
    one = checked("fd.used_ratio", {LIMITS: nofile(100, 4096), FDS: descriptors(97, "pipe:[7]", "/a.log")})

    assert one.statement == (
        "99 of 100 files (99.0 %); 1 files left; critical above 95.0 %; 97 sockets, 1 pipes, 1 others"
    )
    assert (one.fixes[0].command, one.fixes[0].undo) == (
        "prlimit --pid 2417 --nofile=80000:80000",
        "prlimit --pid 2417 --nofile=100:4096",
    )


@pytest.mark.parametrize(
    ("soft", "hard", "used", "status"),
    [(100, 4096, 51, "warn"), (100, 4096, 50, "ok"), (100, 200, 99, "ok"), (100, "unlimited", 51, "warn")],
)
def test_a_soft_limit_far_below_the_hard_one(soft, hard, used, status):
    one = checked("fd.soft_lt_hard", {LIMITS: nofile(soft, hard), FDS: descriptors(used)})

    assert one.status == status


@pytest.mark.parametrize(
    ("before", "now", "status", "value"),
    [
        (100, 105, "ok", 0.0),  # come and go
        (100, 110, "ok", 0.0075),  # 60 a minute of 8,000: the limit is two hours away
        (100, 120, "warn", 0.015),  # 66 min
        (100, 125, "crit", 0.0187),  # 53 min
        (100, 1000, "crit", 0.675),
        (1000, 100, "ok", 0.0),
    ],
)
def test_growth(before, now, status, value):
    fds = (descriptors(before), descriptors(now))
    one = checked("fd.growth", {LIMITS: nofile(8000), FDS: fds})

    assert said(one) == (status, value)


def test_growth_takes_two_readings():
    one = checked("fd.growth", {}, readings=1)

    assert (one.status, one.why) == ("unavailable", "it takes two readings and the time between them")


@pytest.mark.parametrize(
    ("line", "status", "value"),
    [
        ("700\t0\t1000\n", "ok", 0.7),
        ("701\t0\t1000\n", "warn", 0.701),
        ("901\t0\t1000\n", "crit", 0.901),
        ("1\t0\t9223372036854775807\n", "ok", 0.0),
        ("701\n", "unavailable", None),
    ],
)
def test_files_of_the_node(line, status, value):
    assert said(checked("fs.file_nr", {"proc/sys/fs/file-nr": line})) == (status, value)


@pytest.mark.parametrize(("highest", "status"), [(100000, "ok"), (99999, "warn")])
def test_a_hard_limit_that_cannot_be_set_again(highest, status):
    assert said(checked("fs.nr_open", {"proc/sys/fs/nr_open": f"{highest}\n"})) == (status, highest)


@pytest.mark.parametrize(("watches", "status"), [(8, "ok"), (9, "warn")])
def test_inotify(watches, status):
    faults = {
        "proc/sys/fs/inotify/max_user_instances": "10\n",
        FDS: descriptors(3, *["anon_inode:inotify"] * watches),
    }

    assert said(checked("fs.inotify", faults)) == (status, watches / 10)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/var/log/tyk/tyk.log.1 (deleted)", "warn"),
        ("/memfd:runc_cloned:/proc/self/exe (deleted)", "ok"),
        ("/dev/zero (deleted)", "ok"),
        ("/SYSV00000000 (deleted)", "ok"),
        ("/tmp/#1234 (deleted)", "ok"),
        ("/var/log/tyk/tyk.log", "ok"),
    ],
)
def test_deleted_logs(target, status):
    assert checked("log.deleted_open", {FDS: descriptors(3, target)}).status == status


@pytest.mark.parametrize(("soft", "status"), [(18, "ok"), (17, "warn"), (14, "crit"), ("unlimited", "ok")])
def test_threads_of_the_user(soft, status):
    limits = replaced("Max processes             96365 ", f"Max processes             {soft} ")

    assert checked("rlimit.nproc", {LIMITS: limits}).status == status


def test_core_files_are_told_and_not_judged():
    one = checked("rlimit.core_memlock", {})

    assert (one.status, one.statement) == (
        "info",
        "a crash leaves no core file; 8,388,608 bytes of memory may be locked",
    )
