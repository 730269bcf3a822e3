"""`gwdiag triage` as a user runs it: what it prints, in every form, how it ends, and what it does with bad input."""

import fcntl
import gzip
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tarfile
import termios
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gwdiag.schema import json_schema
from tests.cli.conftest import Here
from tests.cli.test_files import WITHOUT_PRIVILEGE
from tests.conftest import ROOT, Run
from tests.logs.small_logs import failures, successes
from tests.probe.servers import OK, answers, closed_port, tcp_server
from tests.triage.small_case import PAYMENTS, case, definition, lines, quiet, refused, write

GOLDEN = ROOT / "tests/triage/golden"
VARYING = {"json": r'^(  "(?:version|created|host)": )"[^"]*"', "md": r"^()gwdiag \S+ on .+ UTC$"}

SECURE = {"api": "Payments", "upstream": "https://payments.internal:9002"}
UNKNOWN_CA = "tls: failed to verify certificate: x509: certificate signed by unknown authority"


def the_case(folder: Path, name: str) -> Path:
    """One of the cases with a golden output, in its folder."""
    if name == "refused":
        return case(folder)
    if name == "logs-alone":
        return write(folder, {"gw-1.log": lines(refused())})
    if name == "two-faults":
        second = failures(80, 120, 1, error=UNKNOWN_CA, flag="TLE", server="payments.internal:9002", **SECURE)
        log = lines(successes(0, 60), failures(60, 120), successes(0, 80, **SECURE), second)
        return write(folder, {"gw-1.log": log})
    if name == "without-logs":
        return case(folder, "definitions", "system", "probes")
    assert name == "healthy"
    return case(folder, timed=quiet())


ENDS = {"refused": 1, "logs-alone": 1, "two-faults": 1, "without-logs": 1, "healthy": 0}


def compare(request: pytest.FixtureRequest, printed: str, name: str) -> None:
    golden = GOLDEN / name
    if request.config.getoption("--update-golden"):
        golden.write_text(printed, "utf-8")
    assert printed == golden.read_text("utf-8")


@pytest.mark.parametrize("output", ["txt", "md", "json"])
@pytest.mark.parametrize("name", ENDS)
def test_the_output_is_as_it_was(here: Here, tmp_path, monkeypatch, request, name, output):
    the_case(tmp_path / name, name)
    monkeypatch.chdir(tmp_path)
    ended = here("triage", name, "--year", 2026, "-o", "text" if output == "txt" else output)

    assert (ended.status, ended.err) == (ENDS[name], "")
    printed = (
        re.sub(VARYING[output], r'\1"…"' if output == "json" else "…", ended.out, flags=re.M)
        if output in VARYING
        else ended.out
    )
    compare(request, printed, f"{name}.{output}")


def on_terminal(*args: str, cwd: Path) -> str:
    """What gwdiag shows on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    command = [sys.executable, "-m", "gwdiag", *args]
    run = subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, cwd=cwd, env={**plain, "TERM": "xterm"})
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # Linux says EIO when the other end is closed
        pass
    os.close(ours)
    with run as ended:
        assert ended.stderr
        assert ended.stderr.read() == b""
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_of_80_columns(tmp_path, request):
    the_case(tmp_path / "refused", "refused")
    shown = on_terminal("triage", "refused", "--year", "2026", cwd=tmp_path)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)

    assert shown != plain
    assert [line for line in plain.splitlines() if len(line) > 80] == []
    compare(request, plain, "refused.80.txt")


def test_what_matters_comes_last(here: Here, tmp_path):
    ended = here("triage", case(tmp_path), "--no-color")

    assert ended.out.splitlines()[-1] == (
        "The upstream is down: nobody listens (very likely) since 2026-11-20 08:00:59 UTC: Orders, on gw-1 and gw-2, "
        "240 failures."
    )


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("more", [(), ("--why", "upstream_down", "--why-not", "no_route")], ids=["plain", "why"])
@pytest.mark.parametrize("name", ENDS)
def test_json_is_as_published(here: Here, tmp_path, schema, name, more):
    report = json.loads(here("triage", the_case(tmp_path, name), "-o", "json", *more).out)

    assert [error.message for error in schema.iter_errors(report)] == []
    assert report["command"] == "triage"
    assert report["causes"] != []


@pytest.mark.parametrize("name", ENDS)
def test_what_causes_refer_to_is_in_the_report(here: Here, tmp_path, name):
    report = json.loads(here("triage", the_case(tmp_path, name), "-o", "json").out)
    found = {one["id"] for one in report["findings"]}

    named = {id_ for one in report["causes"] for id_ in (*one["for"], *one["against"], *one["missing"])}
    assert named <= found
    assert all(one["evidence"] for one in report["findings"])
    assert all(one["next"] for one in report["causes"])


def test_two_faults_both_come_first(here: Here, tmp_path):
    report = json.loads(here("triage", the_case(tmp_path, "two-faults"), "-o", "json").out)

    first, second = report["causes"][:2]
    assert (first["id"], first["scope"]["apis"]) == ("upstream_down", ["Orders"])
    assert (second["id"], second["scope"]["apis"]) == ("tls_unknown_ca", ["Payments"])
    assert first["onset"] == "2026-11-20T08:00:59Z"
    assert second["onset"] == "2026-11-20T08:01:19Z"


def test_why_shows_what_each_fact_weighs(here: Here, tmp_path, monkeypatch, request):
    the_case(tmp_path / "refused", "refused")
    monkeypatch.chdir(tmp_path)
    ended = here("triage", "refused", "--why", "upstream_down", "--why-not", "firewall_reject")

    assert ended.status == 1
    compare(request, ended.out, "why.txt")


def test_why_fills_in_what_it_knows(here: Here, tmp_path):
    ended = here("triage", case(tmp_path), "--why", "firewall_drop_all")

    assert "Told from firewall_drop_one_node: On a second node: gwdiag probe http://orders.internal:9001" in ended.out
    assert "{" not in ended.out


@pytest.mark.parametrize("option", ["--why", "--why-not"])
def test_a_cause_that_does_not_exist(here: Here, tmp_path, option):
    ended = here("triage", case(tmp_path, "logs"), option, "gremlins")

    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("gwdiag: gremlins: there is no such cause; the causes are all_hosts_down, ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("output", ["text", "json", "md"])
def test_the_status_does_not_depend_on_the_output(here: Here, tmp_path, output):
    good = case(tmp_path / "good", timed=quiet())
    bad = case(tmp_path / "bad")
    alone = case(tmp_path / "alone", "system")
    part = write(case(tmp_path / "part", timed=quiet()), {"probes/x.json": "no json"})

    def status(*args: object) -> int:
        return here("triage", *args, "-o", output).status

    assert [status(good), status(bad), status(tmp_path / "gone"), status(alone), status(part)] == [0, 1, 3, 4, 4]
    assert [status(bad, "--fail-on", "never"), status(alone, "--fail-on", "never")] == [0, 4]
    assert [status(good, "--fail-on", "warning"), status(bad, "--fail-on", "warning")] == [0, 1]


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("--pid", "1"), "--pid and --name are about this node, a path is about another: give one of them"),
        (("--name", "tyk"), "--pid and --name are about this node, a path is about another: give one of them"),
    ],
)
def test_a_path_and_a_process_are_not_given_together(here: Here, tmp_path, args, line):
    assert here("triage", tmp_path, *args) == (2, "", f"gwdiag: {line}\n")


@pytest.mark.parametrize("args", [("-o", "xml"), ("--fail-on", "sometimes"), ("--nobody-knows-this",), ("a", "b")])
def test_what_it_does_not_take(here: Here, tmp_path, args):
    ended = here("triage", tmp_path, *args)

    assert (ended.status, ended.out) == (2, "")


def test_a_part_that_is_not_readable_is_named_on_standard_error(here: Here, tmp_path):
    folder = write(case(tmp_path), {"probes/x.json": "no json"})

    ended = here("triage", folder)
    assert ended.err == f"gwdiag: {folder}/probes/x.json: no report of gwdiag probe\n"
    assert f"not read whole: {folder}/probes/x.json: no report of gwdiag probe" in ended.out
    assert here("triage", folder, "--quiet").err == ""


def test_a_path_with_blanks_can_be_pasted_from_next_steps(here: Here, tmp_path):
    folder = case(tmp_path / "what we got", "logs", timed=quiet())
    report = json.loads(here("triage", folder, "-o", "json").out)

    told = [one["command"] for cause in report["causes"] for one in cause["next"] if " logs " in one["command"]]
    assert told
    assert all(f"'{folder}'" in one for one in told)


def test_a_time_can_be_chosen(here: Here, tmp_path):
    ended = here("triage", case(tmp_path), "--until", "08:00:50", "-o", "json")

    assert json.loads(ended.out)["causes"][0]["id"] == "healthy"


def test_compressed_logs_and_archives(here: Here, tmp_path):
    folder = case(tmp_path / "case")
    log = folder / "nodes/gw-1/gateway.log"
    (folder / "nodes/gw-1/gateway.log.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    with tarfile.open(tmp_path / "case.tar.gz", "w:gz") as archive:
        archive.add(folder, arcname="case")

    firsts = [
        json.loads(here("triage", path, "-o", "json").out)["causes"][0] for path in (folder, tmp_path / "case.tar.gz")
    ]
    assert [(one["id"], one["scope"]["nodes"]) for one in firsts] == [("upstream_down", ["gw-1", "gw-2"])] * 2


def test_files_that_may_not_be_read(tmp_path):
    folder = case(tmp_path / "case")
    closed = folder / "nodes/gw-2/gateway.log"
    for one in (closed, folder / "probes/gw-1.json"):
        one.chmod(0)
    command = [sys.executable, "-c", WITHOUT_PRIVILEGE, sys.executable]
    if subprocess.run([*command, "-c", f"open({str(closed)!r})"], capture_output=True, check=False).returncode == 0:
        pytest.skip("this user may read every file, and that cannot be taken away here")
    run = subprocess.run(
        [*command, "-m", "gwdiag", "triage", str(folder)], capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        f"gwdiag: {closed}: Permission denied",
        f"gwdiag: {folder}/probes/gw-1.json: Permission denied",
    ]
    assert "1. upstream_down" in run.stdout


def test_a_probe_asks_the_failing_upstream(here: Here, tmp_path):
    with closed_port() as port:
        folder = of_upstream(tmp_path, port)
        alone, probed = (json.loads(here("triage", folder, "-o", "json", *more).out) for more in ((), ("--probe",)))

    assert "probe_refused" not in alone["causes"][0]["for"]
    assert "probe_refused" in probed["causes"][0]["for"]
    [finding] = [one for one in probed["findings"] if one["id"] == "probe_refused"]
    assert finding["evidence"][0]["source"] == {"command": f"gwdiag probe http://127.0.0.1:{port}"}
    assert not any("probe from a node" in one for one in probed["missing"])


def test_a_probe_that_works_speaks_against_an_upstream_that_is_down(here: Here, tmp_path):
    with tcp_server(answers(OK)) as port:
        folder = of_upstream(tmp_path, port)
        alone, probed = (json.loads(here("triage", folder, "-o", "json", *more).out) for more in ((), ("--probe",)))

    def down(report: dict[str, list[dict[str, float]]]) -> float:
        return next((one["probability"] for one in report["causes"] if one["id"] == "upstream_down"), 0.0)

    assert down(probed) < down(alone)


def of_upstream(folder: Path, port: int) -> Path:
    """A case whose failing upstream is on this machine."""
    upstream = f"127.0.0.1:{port}"
    failing = failures(60, 120, server=upstream, error=f"dial tcp {upstream}: connect: connection refused")
    before = successes(0, 60, upstream=f"http://{upstream}")
    place = folder / "case/nodes/gw-1"
    write(place, {"gateway.log": lines(before, failing, successes(0, 120, 1, **PAYMENTS))})
    write(place, {"apps/orders.json": definition("Orders", f"http://{upstream}")})
    return folder / "case"


def test_without_a_path_this_node_is_triaged(tmp_path):
    log = tmp_path / "gateway.log"
    log.write_text(lines(refused()))
    name = f"gwlive{os.getpid()}"
    code = f"open('/proc/self/comm', 'w').write({name!r}); print('ready', flush=True); import time; time.sleep(120)"
    with log.open("a") as out, subprocess.Popen([sys.executable, "-c", code], stdout=out) as process:
        deadline = time.monotonic() + 30
        while not log.read_text().endswith("ready\n") and time.monotonic() < deadline:
            time.sleep(0.05)
        command = [sys.executable, "-m", "gwdiag", "triage", "--name", name, "--window", "0.2", "-o", "json"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        process.kill()

    report = json.loads(run.stdout)
    assert (run.returncode, run.stderr) == (1, "")
    assert report["causes"][0]["id"] == "upstream_down"
    assert [one["path"] for one in report["inputs"]] == [str(log)]


def test_where_no_gateway_runs_it_says_what_to_give(here: Here):
    ended = here("triage", "--name", "nobodyiscalled", "--window", "0")

    assert ended == (3, "", "gwdiag: --name nobodyiscalled: no process is called so\n")


def interrupted(fifo: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Runs it on a pipe that never ends, and interrupts it when it waits for more."""
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "gwdiag", "triage", str(fifo), *options]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        fifo.open("wb", buffering=0) as endless,
    ):
        for _ in range(10):
            endless.write(lines(refused()).encode())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def test_what_was_read_until_ctrl_c_is_shown(tmp_path):
    run = interrupted(tmp_path / "fifo", "-o", "json", "--year", "2026")
    report = json.loads(run.stdout)

    assert run.returncode == 130
    assert report["interrupted"] is True
    assert report["causes"] != []
    assert run.stderr == f"gwdiag: {tmp_path}/fifo: interrupted after line {report['inputs'][0]['lines']}\n"


@pytest.mark.parametrize("output", ["text", "json", "md"])
def test_a_reader_who_has_had_enough_is_no_error(tmp_path, output):
    command = [sys.executable, "-m", "gwdiag", "triage", str(case(tmp_path)), "-o", output]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (128 + signal.SIGPIPE, b"")


def test_a_file_gets_the_report_whole(here: Here, tmp_path):
    file = tmp_path / "report.md"
    ended = here("triage", case(tmp_path / "case"), "-o", "md", "--output-file", file)

    assert ended == (1, "", "")
    assert file.read_text("utf-8").startswith("# gwdiag triage: error\n")


def test_secrets_of_the_configuration_do_not_come_out(here: Here, tmp_path):
    folder = case(tmp_path)
    conf = {
        "listen_port": 8080,
        "secret": "352d20ee67be67f6",
        "storage": {"type": "redis", "password": "hunter2hunter2"},
    }
    for node in ("gw-1", "gw-2"):
        write(folder, {f"nodes/{node}/tyk.conf": json.dumps(conf)})
    for output in ("text", "json", "md"):
        shown = here("triage", folder, "-o", output).out
        assert "352d20ee67be67f6" not in shown
        assert "hunter2hunter2" not in shown


def test_the_program_as_a_user_starts_it(gwdiag: Run, tmp_path):
    folder = case(tmp_path / "case")
    statuses = [
        gwdiag("triage", *args).returncode
        for args in ([case(tmp_path / "good", timed=quiet())], [folder], [folder, "--pid", 1], [tmp_path / "gone"])
    ]

    assert statuses == [0, 1, 2, 3]


def test_standard_input_is_a_log_too(tmp_path):
    log = lines(refused())
    run = subprocess.run(
        [sys.executable, "-m", "gwdiag", "triage", "-", "--year", "2026", "-o", "json"],
        input=log,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )

    report = json.loads(run.stdout)
    assert (run.returncode, report["causes"][0]["id"]) == (1, "upstream_down")
    assert [one["path"] for one in report["inputs"]] == ["-"]
