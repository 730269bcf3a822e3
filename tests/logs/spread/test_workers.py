"""--jobs and --scheduler: real processes, a real Dask cluster, a real S3 server; the report of one process."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gwdiag.logs.one_file import Reading
from gwdiag.logs.reading import read
from tests.conftest import SAMPLES
from tests.logs.partial.sums import sums_of
from tests.tyk_log import access, proxy_error

INCIDENT = SAMPLES / "incidents" / "one-node-cut-off"

IN_PARTS = Reading(year=2026, part=1 << 20)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of some 8 MB: as many parts as there may be."""
    path = tmp_path_factory.mktemp("logs") / "gw.log"
    with path.open("w") as file:
        for second in range(20_000):
            if second % 50 == 0:
                file.write(f"{proxy_error(second, 'unexpected EOF')}\n{access(second, status=500)}\n")
            file.write(f"{access(second, latency=second % 900, client=f'10.0.0.{second % 200}')}\n")
    return path


def assert_as_one_process(log: str, how: Reading) -> None:
    one, several = (read([log], one) for one in (replace(how, jobs=1, scheduler=None), how))

    assert several.inputs == one.inputs
    assert sums_of(several.tally) == sums_of(one.tally)
    assert one.tally.events == 20_400


@pytest.mark.parametrize("jobs", ["2", "auto"])
def test_the_report_is_that_of_one_process(gwdiag, jobs):
    one, several = (gwdiag("logs", INCIDENT, "-o", "json", "--jobs", number) for number in ("1", jobs))

    assert {**json.loads(several.stdout), "created": ""} == {**json.loads(one.stdout), "created": ""}
    assert (several.returncode, several.stderr) == (one.returncode, one.stderr) == (1, "")


@pytest.mark.parametrize("jobs", ["two", "-1", "1.5", ""])
def test_what_is_no_number_of_processes(gwdiag, jobs):
    run = gwdiag("logs", f"--jobs={jobs}", INCIDENT)

    assert (run.returncode, run.stderr) == (2, f"gwdiag: --jobs {jobs}: give a number of processes, or auto\n")


def test_parts_by_processes(log):
    assert_as_one_process(str(log), replace(IN_PARTS, jobs=2))
    assert multiprocessing.active_children() == []


def test_a_format_of_ones_own_and_standard_input(gwdiag, tmp_path):
    own = tmp_path / "own.log"
    own.write_text("".join(f"2026-11-20T08:00:{second:02}Z {200 + 302 * (second % 2)}\n" for second in range(60)))
    tyk = "\n".join(access(second) for second in range(60))
    options = ("--format", r"re:(?P<time>\S+) (?P<status>\d+)", "-o", "json", "--fail-on", "never", own, "-")
    one, several = (gwdiag("logs", "--jobs", jobs, *options, input=tyk) for jobs in ("1", "2"))

    assert json.loads(several.stdout)["totals"]["events"] == 120
    assert {**json.loads(several.stdout), "created": ""} == {**json.loads(one.stdout), "created": ""}


def test_what_a_killed_worker_was_doing_is_done_again(log):
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.is_set() and len(killed) < 2:
            for child in multiprocessing.active_children():
                if child.pid and child.pid not in killed:
                    os.kill(child.pid, signal.SIGKILL)
                    killed.append(child.pid)
                    break
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        assert_as_one_process(str(log), replace(IN_PARTS, jobs=2))
    finally:
        over.set()
        killer.join()
    assert len(killed) == 2


def test_ctrl_c_ends_all(tmp_path):
    (tmp_path / "a.log").write_text("\n".join(access(second) for second in range(60)))
    os.mkfifo(tmp_path / "b.log")
    command = [
        sys.executable,
        "-m",
        "gwdiag",
        "logs",
        "--jobs",
        "2",
        "-o",
        "json",
        tmp_path / "a.log",
        tmp_path / "b.log",
    ]
    running = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    with running as process, (tmp_path / "b.log").open("w"):  # a worker has opened it now
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert json.loads(out)["totals"]["events"] == 60
    assert err == f"gwdiag: {tmp_path}/b.log: interrupted after line 0\n"
    wait_until_gone(process.pid)


def wait_until_gone(session: int) -> None:
    """Until no process of it is there any more."""
    for _ in range(500):
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("processes are left")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An environment in which s3:// leads to a server with the bucket `logs`."""
    pytest.importorskip("s3fs")
    boto3, moto_server = pytest.importorskip("boto3"), pytest.importorskip("moto.server")
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="logs")
        yield
    server.stop()


@pytest.fixture(scope="module")
def cluster(s3) -> Iterator[Any]:
    """A Dask cluster of two processes."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


class TestOnACluster:
    def test_files_that_all_workers_see(self, log, cluster):
        assert_as_one_process(str(log), replace(IN_PARTS, scheduler=cluster.scheduler_address))

    def test_objects_of_a_store(self, log, cluster):
        import boto3

        boto3.client("s3").upload_file(str(log), "logs", "nodes/gw-1/gateway.log")

        assert_as_one_process("s3://logs/", replace(IN_PARTS, scheduler=cluster.scheduler_address))

    def test_a_worker_that_is_killed_loses_nothing(self, log, cluster):
        victim = next(iter(cluster.workers.values())).pid

        def kill() -> None:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                busy = [one for one in cluster.scheduler.workers.values() if one.processing]
                if busy:
                    os.kill(victim, signal.SIGKILL)
                    return
                time.sleep(0.005)

        killer = threading.Thread(target=kill)
        killer.start()
        assert_as_one_process(str(log), replace(IN_PARTS, scheduler=cluster.scheduler_address))
        killer.join()
        assert next(iter(cluster.workers.values())).pid != victim

    def test_the_whole_program(self, cluster, gwdiag):
        one = gwdiag("logs", INCIDENT, "-o", "json")
        several = gwdiag("logs", INCIDENT, "-o", "json", "--scheduler", cluster.scheduler_address)

        assert {**json.loads(several.stdout), "created": ""} == {**json.loads(one.stdout), "created": ""}
        assert (several.returncode, several.stderr) == (1, "")

    @pytest.mark.parametrize(
        ("address", "said"), [("tcp://127.0.0.1:1", "--scheduler tcp://127.0.0.1:1: "), ("no", "--scheduler no: ")]
    )
    def test_one_that_is_not_there(self, gwdiag, address, said):
        pytest.importorskip("distributed")
        run = gwdiag("logs", "--scheduler", address, INCIDENT)

        assert run.returncode in (2, 3)
        assert run.stderr.startswith(f"gwdiag: {said}")
        assert run.stderr.count("\n") == 1

    def test_without_the_package_it_says_how_to_get_it(self, tmp_path, gwdiag):
        (tmp_path / "sitecustomize.py").write_text(
            "import sys\nclass Gone:\n    def find_spec(self, name, path=None, target=None):\n"
            "        if name == 'distributed':\n            raise ModuleNotFoundError(name)\n"
            "sys.meta_path.insert(0, Gone())\n"
        )
        where = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        run = gwdiag("logs", "--scheduler", "tcp://127.0.0.1:1", INCIDENT, env=os.environ | {"PYTHONPATH": where})

        assert run.stderr == "gwdiag: --scheduler needs the package distributed: pip install 'gwdiag[dask]'\n"
        assert run.returncode == 2
