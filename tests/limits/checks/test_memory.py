"""Memory: of the control group, of the process, of the node."""

import pytest

from tests.limits.node import GROUP, PROC, checked, descriptors, replaced, said

MIB = 1 << 20
PARENT = "sys/fs/cgroup/system.slice"
STATUS = f"{PROC}/status"


def group(used: int, limit: object, cache: int = 0, folder: str = GROUP) -> dict[str, object]:
    return {
        f"{folder}/memory.current": f"{used}\n",
        f"{folder}/memory.max": f"{limit}\n",
        f"{folder}/memory.stat": f"anon {used - cache}\nfile {cache}\ninactive_file {cache}\n",
    }


@pytest.mark.parametrize(
    ("faults", "status", "value"),
    [
        (group(800, 1000), "ok", 0.8),
        (group(801, 1000), "warn", 0.801),
        (group(901, 1000), "crit", 0.901),
        (group(990, 1000, cache=500), "ok", 0.49),  # page cache that can go
        (group(990, "max"), "ok", 0.0),
        ({**group(100, "max"), **group(950, 1000, folder=PARENT)}, "crit", 0.95),
        ({**group(500, 1000), **group(850, 1000, folder=PARENT)}, "warn", 0.85),
        (group(100, 0), "unavailable", None),
        (group(100, "<html>"), "unavailable", None),
        ({f"{GROUP}/memory.stat": ""}, "unavailable", None),
        ({f"{GROUP}/memory.current": None}, "unavailable", None),
        ({f"{GROUP}/memory.max": None}, "unavailable", None),
    ],
)
def test_memory_of_the_group(faults, status, value):
    assert said(checked("mem.cgroup_usage", faults)) == (status, value)


V1 = {
    f"{PROC}/cgroup": "7:memory:/docker/abc\n5:pids:/docker/abc\n",
    "sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes": "950\n",
    "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "1000\n",
    "sys/fs/cgroup/memory/docker/abc/memory.stat": "inactive_file 1\ntotal_inactive_file 40\n",
    "sys/fs/cgroup/memory/docker/abc/memory.failcnt": "3\n",
    "sys/fs/cgroup/memory/docker/abc/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    "sys/fs/cgroup/pids/docker/abc/pids.current": "81\n",
    "sys/fs/cgroup/pids/docker/abc/pids.max": "100\n",
    "sys/fs/cgroup/pids/docker/abc/pids.events": "max 0\n",
}
FOLDER = "sys/fs/cgroup/memory/docker/abc"


@pytest.mark.parametrize(
    ("name", "faults", "status", "value"),
    [
        ("mem.cgroup_usage", {}, "crit", 0.91),
        ("mem.cgroup_usage", {f"{FOLDER}/memory.limit_in_bytes": "9223372036854771712\n"}, "ok", 0.0),
        ("mem.events", {}, "ok", 0),
        ("mem.events", {f"{FOLDER}/memory.failcnt": ("3\n", "9\n")}, "warn", 6),
        ("mem.events", {f"{FOLDER}/memory.oom_control": "under_oom 0\n"}, "unavailable", None),  # before Linux 4.13
        ("mem.events", {f"{FOLDER}/memory.oom_control": ("oom_kill 2\n", "oom_kill 3\n")}, "crit", 1),
        ("mem.gomemlimit", {f"{PROC}/environ": "GOMEMLIMIT=999\0"}, "warn", 0.999),
        ("pids.cgroup", {}, "warn", 0.81),
    ],
)
def test_version_1(name, faults, status, value):
    assert said(checked(name, {**V1, **faults})) == (status, value)


def events(high: int = 0, most: int = 0, kills: int = 0) -> str:
    return f"low 0\nhigh {high}\nmax {most}\noom 0\noom_kill {kills}\n"


@pytest.mark.parametrize(
    ("before", "now", "status", "value"),
    [
        (events(), events(), "ok", 0),
        (events(5, 70, 3), events(5, 70, 3), "ok", 0),  # long ago
        (events(5), events(6), "warn", 1),
        (events(0, 1), events(0, 3), "warn", 2),
        (events(0, 1), events(0, 3, 1), "crit", 1),
        (events(9, 9, 9), events(), "unavailable", None),
        ("", events(), "unavailable", None),
    ],
)
def test_meetings_with_the_limit(before, now, status, value):
    one = checked("mem.events", {f"{GROUP}/memory.events": (before, now)})

    assert said(one) == (status, value)


def test_a_limit_above_that_was_met_by_the_group_above_itself():
    local = {f"{PARENT}/memory.events.local": ("high 0\nmax 0\n", "high 0\nmax 4\n")}
    siblings = {f"{PARENT}/memory.events": (events(), events(0, 4))}

    assert said(checked("mem.events", local)) == ("warn", 4)
    assert said(checked("mem.events", siblings)) == ("ok", 0)


@pytest.mark.parametrize(("available", "status"), [(100, "ok"), (99, "warn"), (50, "warn"), (49, "crit")])
def test_memory_of_the_node(available, status):
    faults = {"proc/meminfo": f"MemTotal: 1000 kB\nMemAvailable: {available} kB\n"}
    one = checked("mem.host_available", faults)

    assert said(one) == (status, available / 1000)
    assert (one.used, one.limit, one.headroom) == (available * 1024, 1000 * 1024, None)


@pytest.mark.parametrize(
    ("name", "counter", "before", "now", "status", "value"),
    [
        ("mem.oom_kill_host", "oom_kill", 7, 7, "ok", 0),
        ("mem.oom_kill_host", "oom_kill", 7, 8, "warn", 1),
        ("mem.majfault", "pgmajfault", 0, 5000, "ok", 500.0),
        ("mem.majfault", "pgmajfault", 0, 5001, "warn", 500.1),
        ("mem.majfault", "pgmajfault", 0, 20001, "crit", 2000.1),
        ("mem.swap", "pswpin", 5, 5, "ok", 0),
        ("mem.swap", "pswpin", 5, 6, "warn", 1),
        ("mem.swap", "pswpin", 6, 5, "unavailable", None),
    ],
)
def test_counters_of_the_node(name, counter, before, now, status, value):
    one = checked(name, {"proc/vmstat": (f"{counter} {before}\n", f"{counter} {now}\n")})

    assert said(one) == (status, value)


@pytest.mark.parametrize(("swapped", "status"), [(18124, "ok"), (18125, "crit")])
def test_a_gateway_that_is_swapped_out(swapped, status):
    faults = {STATUS: replaced("VmSwap:\t       0 kB", f"VmSwap:\t{swapped} kB")}

    assert checked("mem.swap", faults).status == status


@pytest.mark.parametrize(
    ("written", "limit", "status", "value"),
    [
        (None, "max", "ok", None),
        (None, 1000 * MIB, "warn", None),
        ("off", 1000 * MIB, "warn", None),
        ("950MiB", 1000 * MIB, "ok", 0.95),
        ("951MiB", 1000 * MIB, "warn", 0.951),
        ("1000MiB", 1000 * MIB, "warn", 1.0),
        ("1001MiB", 1000 * MIB, "crit", 1.001),
        ("2GiB", 1000 * MIB, "crit", 2.048),
        ("524288000", 1000 * MIB, "ok", 0.5),
        ("900M", 1000 * MIB, "unavailable", None),
    ],
)
def test_gomemlimit(written, limit, status, value):
    environment = "PATH=/bin\0" + (f"GOMEMLIMIT={written}\0" if written else "")
    one = checked("mem.gomemlimit", {f"{PROC}/environ": environment, f"{GROUP}/memory.max": f"{limit}\n"})

    assert said(one) == (status, value)


def test_gomemlimit_against_a_limit_above():
    faults = {f"{PROC}/environ": "GOMEMLIMIT=900MiB\0", f"{PARENT}/memory.max": f"{800 * MIB}\n"}

    assert checked("mem.gomemlimit", faults).status == "crit"


def rss(before: int, now: int) -> dict[str, object]:
    text = "VmRSS:\t  {} kB\nThreads:\t14\n"
    return {STATUS: (text.format(before), text.format(now)), f"{GROUP}/memory.max": f"{400_000 * 1024}\n"}


@pytest.mark.parametrize(
    ("before", "now", "status"),
    [
        (200_000, 200_000, "ok"),
        (200_000, 201_900, "ok"),  # the collector's rhythm
        (200_000, 205_000, "crit"),  # 6.5 min
        (210_000, 200_000, "ok"),
    ],
)
def test_growth(before, now, status):
    assert checked("mem.rss_growth", rss(before, now)).status == status


def test_growth_within_a_day_is_a_warning_and_of_a_young_process_none():
    slow = rss(20_000, 20_300)
    young = {**rss(200_000, 205_000), "proc/uptime": "700.00 1.00\n"}

    assert checked("mem.rss_growth", slow).status == "warn"
    assert checked("mem.rss_growth", young).status == "info"


@pytest.mark.parametrize(("points", "status"), [(899, "ok"), (900, "warn"), (-997, "ok")])
def test_whom_the_kernel_kills_first(points, status):
    assert said(checked("mem.oom_score", {f"{PROC}/oom_score_adj": f"{points}\n"})) == (status, points)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("[always] madvise never\n", "warn"),
        ("always [madvise] never\n", "ok"),
        ("always madvise [never]\n", "ok"),
        ("always\n", "unavailable"),
    ],
)
def test_huge_pages(text, status):
    assert checked("mem.thp", {"sys/kernel/mm/transparent_hugepage/enabled": text}).status == status


@pytest.mark.parametrize(
    ("maps", "mode", "promised", "status", "value"),
    [
        (80, 0, 99, "ok", 0.8),
        (81, 0, 99, "warn", 0.81),
        (1, 2, 90, "ok", 0.01),
        (1, 2, 91, "crit", 0.91),
        (None, 1, 99, "unavailable", None),
        (None, 2, 95, "crit", 0.95),
    ],
)
def test_mappings(maps, mode, promised, status, value):
    faults = {
        f"{PROC}/maps": None if maps is None else "00400000-00452000 r-xp 00000000 08:02 1 /tyk\n" * maps,
        "proc/sys/vm/max_map_count": "100\n",
        "proc/sys/vm/overcommit_memory": f"{mode}\n",
        "proc/meminfo": f"CommitLimit: 100 kB\nCommitted_AS: {promised} kB\n",
    }

    assert said(checked("mem.overcommit_maps", faults)) == (status, value)


@pytest.mark.parametrize(
    ("current", "most", "refused", "status", "value"),
    [
        (80, "100", 0, "ok", 0.8),
        (81, "100", 0, "warn", 0.81),
        (5, "100", 1, "crit", 0.05),
        (5000, "max", 0, "ok", 0.0),
    ],
)
def test_threads_of_the_group(current, most, refused, status, value):
    faults = {
        f"{GROUP}/pids.current": f"{current}\n",
        f"{GROUP}/pids.max": f"{most}\n",
        f"{GROUP}/pids.events": ("max 5\n", f"max {5 + refused}\n"),
    }

    assert said(checked("pids.cgroup", faults)) == (status, value)


@pytest.mark.parametrize(("total", "status"), [(850, "ok"), (851, "warn"), (901, "crit")])
def test_threads_of_the_node(total, status):
    faults = {"proc/loadavg": f"0.8 0.7 0.6 2/{total} 24017\n", "proc/sys/kernel/threads-max": "1000\n"}

    assert said(checked("pids.host", faults)) == (status, total / 1000)


@pytest.mark.parametrize(("threads", "status"), [(500, "ok"), (501, "warn"), (2001, "crit")])
def test_threads_of_the_process(threads, status):
    assert said(checked("proc.threads", {STATUS: f"Threads:\t{threads}\n"})) == (status, threads)


def test_descriptors_that_were_only_counted():
    counted = {f"{PROC}/fd.txt": None, f"{PROC}/fd_count": "97000\n"}

    assert said(checked("fd.used_ratio", counted)) == ("crit", 0.97)
    assert checked("fd.used_ratio", {f"{PROC}/fd.txt": f"x{descriptors(3)}"}).status == "unavailable"
