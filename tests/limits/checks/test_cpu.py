"""CPU time: of the node, of the process, of its control group."""

import pytest

from tests.limits.node import GROUP, PROC, checked, replaced, said

V2 = f"{PROC}/cgroup"
TICKS = "cpu  {} 0 0 {} {} 0 {} {} 0 0\ncpu0 {} 0 0 {} {} 0 {} {} 0 0\ncpu1 0 0 0 1000 0 0 0 0 0 0\nprocs_running {}\n"


def stat(user=0, idle=0, iowait=0, softirq=0, steal=0, running=1) -> str:
    figures = (user, idle, iowait, softirq, steal)
    return TICKS.format(*figures, *figures, running)


@pytest.mark.parametrize(
    ("name", "spent", "status", "value"),
    [
        ("cpu.util", {"user": 850, "idle": 150}, "ok", 0.85),
        ("cpu.util", {"user": 851, "idle": 149}, "warn", 0.851),
        ("cpu.util", {"user": 951, "idle": 49}, "crit", 0.951),
        ("cpu.util", {"user": 100, "iowait": 900}, "ok", 0.1),
        ("cpu.steal", {"steal": 50, "idle": 950}, "ok", 0.05),
        ("cpu.steal", {"steal": 51, "idle": 949}, "warn", 0.051),
        ("cpu.steal", {"steal": 101, "idle": 899}, "crit", 0.101),
        ("cpu.softirq_one_core", {"softirq": 600, "idle": 400}, "ok", 0.6),
        ("cpu.softirq_one_core", {"softirq": 601, "idle": 399}, "warn", 0.601),
        ("cpu.softirq_one_core", {"softirq": 901, "idle": 99}, "crit", 0.901),
    ],
)
def test_shares_of_the_nodes_time(name, spent, status, value):
    one = checked(name, {"proc/stat": (stat(), stat(**spent))})

    assert said(one) == (status, value)


def test_iowait_may_go_back_and_user_may_not():
    iowait = (stat(iowait=50), stat(user=500, idle=500, iowait=40))
    user = (stat(user=50), stat(user=40, idle=500))

    assert said(checked("cpu.util", {"proc/stat": iowait})) == ("ok", 0.5)
    assert checked("cpu.util", {"proc/stat": user}).status == "unavailable"


@pytest.mark.parametrize(("running", "status"), [(4, "ok"), (5, "warn"), (8, "warn"), (9, "crit")])
def test_the_run_queue(running, status):
    faults = {"proc/stat": replaced("procs_running 2", f"procs_running {running}")}

    assert said(checked("cpu.runqueue", faults)) == (status, running / 2)


def waited(ms: int) -> tuple[str, str]:
    return "1000 5000000 3\n", f"2000 {5_000_000 + ms * 1_000_000} 9\n"


@pytest.mark.parametrize(("ms", "status"), [(1000, "ok"), (1001, "warn"), (5000, "warn"), (5001, "crit")])
@pytest.mark.parametrize("file", ["schedstat", "task/2417/schedstat"])
def test_waiting_for_a_cpu(ms, status, file):
    one = checked("cpu.run_delay", {f"{PROC}/{file}": waited(ms)})

    assert said(one) == (status, ms / 10_000)


def test_a_process_that_was_restarted_between_the_readings():
    restarted = replaced(" 50000 29163520", " 90000 29163520")
    one = checked("cpu.run_delay", {f"{PROC}/stat": restarted})

    assert (one.status, one.why) == ("unavailable", "the process was restarted between the two readings")


@pytest.mark.parametrize(("more", "status"), [(20000, "ok"), (20001, "warn"), (100001, "crit")])
def test_threads_taken_off_the_cpu(more, status):
    switches = replaced("nonvoluntary_ctxt_switches:\t1500", f"nonvoluntary_ctxt_switches:\t{1200 + more}")

    assert checked("cpu.ctx_invol", {f"{PROC}/status": switches}).status == status


def cpu_stat(periods: int, throttled: int, usec: int = 0) -> str:
    return f"usage_usec 1\nnr_periods {periods}\nnr_throttled {throttled}\nthrottled_usec {usec}\n"


@pytest.mark.parametrize(
    ("throttled", "status", "value"),
    [(0, "ok", 0.0), (5, "ok", 0.05), (6, "warn", 0.06), (25, "warn", 0.25), (26, "crit", 0.26)],
)
def test_throttling(throttled, status, value):
    files = (cpu_stat(9000, 4000), cpu_stat(9100, 4000 + throttled))

    assert said(checked("cpu.throttle", {f"{GROUP}/cpu.stat": files})) == (status, value)


def test_throttling_since_the_start_alone_is_no_alarm():
    assert said(checked("cpu.throttle", {f"{GROUP}/cpu.stat": cpu_stat(9000, 8000)})) == ("ok", 0.0)


PARENT = "sys/fs/cgroup/system.slice"


@pytest.mark.parametrize(
    ("own", "above", "status", "value"),
    [
        ("max 100000\n", "max 100000\n", "ok", None),
        ("max\n", None, "ok", None),
        ("100000 100000\n", None, "ok", 1.0),
        ("99000 100000\n", None, "warn", 0.99),
        ("50000 100000\n", None, "warn", 0.5),
        ("49000 100000\n", None, "crit", 0.49),
        ("400000 100000\n", "40000 100000\n", "crit", 0.4),
        ("20000 50000\n", "max 100000\n", "crit", 0.4),
        ("max 100000\n", "75000 100000\n", "warn", 0.75),
        ("max 100000\n", "<html>\n", "unavailable", None),
        ("x 100000\n", None, "unavailable", None),
        ("0 100000\n", None, "unavailable", None),
        (None, "max 100000\n", "unavailable", None),
    ],
)
def test_the_quota_is_the_tightest_on_the_way_up(own, above, status, value):
    one = checked("cpu.quota", {f"{GROUP}/cpu.max": own, f"{PARENT}/cpu.max": above})

    assert said(one) == (status, value)


def test_throttling_of_a_group_above():
    files = (cpu_stat(100, 0), cpu_stat(200, 62, 5_000_000))
    one = checked("cpu.throttle", {f"{PARENT}/cpu.stat": files})

    assert one.statement == (
        "62 of 100 periods (62.0 %); critical above 25.0 %; system.slice stood still for 500 ms of each second"
    )


V1 = {
    f"{PROC}/cgroup": "12:pids:/docker/abc\n7:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n",
    f"{PROC}/mountinfo": (
        "24 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
        "33 24 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
        "34 24 0:30 / /sys/fs/cgroup/memory rw shared:10 - cgroup cgroup rw,memory\n"
    ),
}
V1_CPU = "sys/fs/cgroup/cpu,cpuacct/docker/abc"


def v1_cpu(quota: int, throttled: int) -> dict[str, object]:
    return {
        **V1,
        f"{V1_CPU}/cpu.cfs_quota_us": f"{quota}\n",
        f"{V1_CPU}/cpu.cfs_period_us": "100000\n",
        f"{V1_CPU}/cpu.stat": tuple(
            f"nr_periods {at}\nnr_throttled {count}\nthrottled_time 7\n" for at, count in ((0, 0), (100, throttled))
        ),
    }


@pytest.mark.parametrize(
    ("name", "faults", "status", "value"),
    [
        ("cpu.quota", v1_cpu(-1, 0), "ok", None),
        ("cpu.quota", v1_cpu(50000, 0), "warn", 0.5),
        ("cpu.quota", v1_cpu(20000, 0), "crit", 0.2),
        ("cpu.throttle", v1_cpu(50000, 40), "crit", 0.4),
        ("cpu.throttle", {**v1_cpu(50000, 40), f"{PROC}/mountinfo": None}, "crit", 0.4),
        ("cpu.gomaxprocs", v1_cpu(40000, 0), "crit", 5.0),
    ],
)
def test_version_1(name, faults, status, value):
    assert said(checked(name, {**faults, f"{PROC}/environ": "GOMAXPROCS=2\0"})) == (status, value)


def test_version_1_seen_from_inside_a_container():
    # The hierarchy is mounted from the container's own group on; the path in /proc/PID/cgroup is the node's.
    inside = V1[f"{PROC}/mountinfo"].replace("0:29 /", "0:29 /docker/abc")
    faults = {path.replace("/docker/abc/", "/"): planted for path, planted in v1_cpu(20000, 0).items()}

    assert said(checked("cpu.quota", {**faults, f"{PROC}/mountinfo": inside})) == ("crit", 0.2)


def test_a_control_group_namespace():
    # Inside of it the process's own group is the root that is mounted.
    faults = {f"{PROC}/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "30000 100000\n"}

    assert said(checked("cpu.quota", faults)) == ("crit", 0.3)


def test_hybrid_where_the_cpu_is_of_version_1_or_not():
    unified = "0::/system.slice/tyk-gateway.service\n"
    listed = v1_cpu(20000, 0)
    hybrid = {**listed, f"{PROC}/cgroup": f"4:cpu,cpuacct:/docker/abc\n{unified}"}
    named = {f"{PROC}/cgroup": f"1:name=systemd:/\n{unified}", f"{GROUP}/cpu.max": "30000 100000\n"}

    assert said(checked("cpu.quota", hybrid)) == ("crit", 0.2)
    assert said(checked("cpu.quota", named)) == ("crit", 0.3)
    assert [checked("cg.version", one).value for n, one in enumerate((hybrid, named, {}, V1))] == [
        1.0,
        2.0,
        2.0,
        1.0,
    ]


def test_a_group_outside_of_what_can_be_seen():
    one = checked("cpu.quota", {f"{PROC}/cgroup": "0::/../other\n"})

    assert (one.status, one.why) == (
        "unavailable",
        "the control group /../other lies outside of what can be seen from here",
    )


@pytest.mark.parametrize(
    ("environment", "quota", "status", "value"),
    [
        ("GOMAXPROCS=2\0", "max 100000\n", "ok", None),
        ("GOMAXPROCS=2\0", "100000 100000\n", "ok", 2.0),
        ("GOMAXPROCS=3\0", "100000 100000\n", "warn", 3.0),
        ("GOMAXPROCS=4\0", "100000 100000\n", "warn", 4.0),
        ("GOMAXPROCS=5\0", "100000 100000\n", "crit", 5.0),
        ("PATH=/bin\0", "10000 100000\n", "info", None),  # it may follow the quota itself
        ("GOMAXPROCS=x\0", "10000 100000\n", "info", None),
        ("", "100000 100000\n", "unavailable", None),
        (None, "100000 100000\n", "unavailable", None),
    ],
)
def test_gomaxprocs(environment, quota, status, value):
    faults = {f"{PROC}/environ": environment, f"{GROUP}/cpu.max": quota}

    assert said(checked("cpu.gomaxprocs", faults)) == (status, value)


@pytest.mark.parametrize("name", ["cpu.gomaxprocs", "mem.gomemlimit", "dns.go_resolver"])
def test_what_is_not_written_in_go_has_no_such_settings(name):
    faults = {f"{PROC}/exe": "/usr/sbin/nginx\n", f"{GROUP}/memory.max": "1000000\n", f"{GROUP}/cpu.max": "9 100\n"}

    assert checked(name, faults).status == "info"


def pressure(some: float, full: float = 0.0) -> str:
    return f"some avg10={some:.2f} avg60=0 avg300=0 total=1\nfull avg10={full:.2f} avg60=0 avg300=0 total=1\n"


@pytest.mark.parametrize(
    ("name", "node", "group", "status", "value"),
    [
        ("cpu", pressure(20), pressure(0), "ok", 20.0),
        ("cpu", pressure(20.01), pressure(0), "warn", 20.01),
        ("cpu", pressure(50.01), pressure(0), "crit", 50.01),
        ("cpu", pressure(1), pressure(60), "crit", 60.0),
        ("cpu", "some avg10=21.00 avg60=0 avg300=0 total=1\n", None, "warn", 21.0),
        ("cpu", None, pressure(0), "unavailable", None),
        ("cpu", None, pressure(60), "crit", 60.0),
        ("cpu", pressure(0), "", "unavailable", None),
        ("cpu", "", None, "unavailable", None),
        ("memory", pressure(10), pressure(0), "ok", 10.0),
        ("memory", pressure(10.5), pressure(0), "warn", 10.5),
        ("memory", pressure(6, 5), pressure(0), "ok", 6.0),
        ("memory", pressure(6, 5.1), pressure(0), "crit", 6.0),
        ("io", pressure(20.5), pressure(0), "warn", 20.5),
        ("io", pressure(15, 10.1), pressure(0), "crit", 15.0),
    ],
)
def test_pressure(name, node, group, status, value):
    faults = {f"proc/pressure/{name}": node, f"{GROUP}/{name}.pressure": group}

    assert said(checked(f"psi.{name}", faults)) == (status, value)
