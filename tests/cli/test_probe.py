"""`gwdiag probe` as a user runs it."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import Here
from tests.conftest import ROOT
from tests.probe.servers import OK, answers, closed_port, head, silent, tcp_server

VARYING = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"sport = :\d+|127\.0\.0\.1 \d+", "PORT"),
    (r"\d+(\.\d+)? ms", "N ms"),
)


def steady(text: str) -> str:
    """The text without ports and times; columns, whose width they decide, a space apart."""
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    return re.sub(r"(?<=\S) {2,}", "  ", text)


def test_a_target_that_works_in_text(here: Here):
    with tcp_server(answers(head("200 OK", b"ok", Date="Sun, 06 Nov 1994 08:49:37 GMT"))) as port:
        ended = here("probe", f"http://127.0.0.1:{port}/")

    assert (ended.status, ended.err) == (0, "")
    lines = steady(ended.out).splitlines()
    assert lines[0] == "gwdiag probe"
    assert lines[4:9] == [
        "Stages",
        "  target  stage  address  outcome  time",
        "  http://127.0.0.1:PORT/  tcp  127.0.0.1  ok  N ms  6 of 6 connects",
        "  http://127.0.0.1:PORT/  http  127.0.0.1  ok  N ms  200 OK",
        "  http://127.0.0.1:PORT/  reuse  127.0.0.1  ok  N ms  reused",
    ]
    assert lines[-1] == "http://127.0.0.1:PORT/: works: connects in N ms, answers 200 in N ms."


def test_a_target_that_does_not_work_in_text(here: Here):
    with closed_port() as port:
        ended = here("probe", f"http://127.0.0.1:{port}/")

    assert (ended.status, ended.err) == (1, "")
    words = (
        "127.0.0.1:PORT refused the connection: its host answered with a reset (RST) in N ms, so nothing listens on "
        "that port (a closed port), or a firewall resets in its place"
    )
    assert steady(ended.out).splitlines()[2:7] == [
        "ERROR  upstream_dial_refused: The upstream refused the connection",
        f"        http://127.0.0.1:PORT/: {words}.",
        "          http: proxy error: dial tcp 127.0.0.1:PORT: connect: connection refused",
        "        > Connect from the node",
        "            nc -vz -w 5 PORT",
    ]


@pytest.mark.parametrize("output", ["text", "json", "md", "prom"])
def test_no_output_has_secrets(here: Here, output):
    with tcp_server(answers(head("302 Found", Location="/?key=hushhush"))) as port:
        ended = here("probe", f"http://me:hushhush@127.0.0.1:{port}/?token=hushhush", "-o", output)

    assert "hushhush" not in ended.out + ended.err
    assert "[hidden]" in ended.out


def test_for_monitoring(here: Here):
    with tcp_server(answers(OK)) as port, closed_port() as closed:
        ended = here("probe", f"http://127.0.0.1:{port}/", f"127.0.0.1:{closed}", "-o", "prom")

    assert {
        f'gwdiag_probe_success{{target="http://127.0.0.1:{port}/"}} 1',
        f'gwdiag_probe_success{{target="127.0.0.1:{closed}"}} 0',
        f'gwdiag_probe_class{{target="127.0.0.1:{closed}",class="upstream_dial_refused"}} 1',
    } <= set(ended.out.splitlines())


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        ([], 2, "give it something to probe: gwdiag probe https://orders.internal/ 10.0.0.5:6379"),
        (["orders"], 2, "orders: give a URL (https://orders.internal/) or host:port"),
        (["127.0.0.1:1", "--key", "x.key"], 2, "--key is of use with --cert only"),
        (["127.0.0.1:1", "--ca", "no-such.pem"], 2, "no-such.pem: No such file or directory"),
        (["127.0.0.1:1", "--ca", "README.md"], 2, "README.md: no certificate and key, or authority, in PEM form"),
        (["127.0.0.1:1", "--idle", "soon"], 2, "--idle soon: give auto, or seconds up to 7200, such as 55,65"),
        (["127.0.0.1:1", "--idle", "0"], 2, "--idle 0: give auto"),
        (["127.0.0.1:1", "--resolver", "dns.example"], 2, "--resolver dns.example: give an address"),
        (["127.0.0.1:1", "--resolver", "10.0.0.53:0"], 2, "--resolver 10.0.0.53:0: give an address"),
        (["127.0.0.1:1", "--source", "192.0.2.1"], 2, "--source 192.0.2.1: no interface of this node has it"),
        (["127.0.0.1:1", "--source", "me"], 2, "--source me: no address"),
        (["127.0.0.1:1", "--sni", ".x"], 2, "--sni .x: .x is no host name and no address"),
        (["127.0.0.1:1", "--timeout", "0"], 2, "Invalid value for '--timeout'"),
        (["127.0.0.1:1", "--as", "musl"], 2, "Invalid value for '--as'"),
        (["--apps", "docs"], 3, "docs: no target in it that can be probed"),
        (["--config", "no-such.conf"], 3, "no-such.conf: No such file or directory"),
        (["--compare", "no-such.json", "README.md"], 3, "no-such.json: No such file or directory"),
        (["--compare", "README.md"], 3, "README.md: no report that gwdiag probe --save or -o json has written"),
    ],
)
def test_what_cannot_be_done_is_one_line(here: Here, monkeypatch, args, status, said):
    monkeypatch.chdir(ROOT)
    ended = here("probe", *args)

    assert (ended.status, ended.out, len(ended.err.splitlines())) == (status, "", 1)
    assert ended.err.startswith(f"gwdiag: {said}")


@pytest.mark.parametrize("text", ["10.0.0.53", "10.0.0.53:5353", "::1", "[::1]:5353"])
def test_a_resolver_may_be_written_so(here: Here, text):
    assert here("probe", "127.0.0.1:1", "--resolver", text).status == 1


def test_definitions_are_targets_and_a_broken_file_is_named(here: Here, tmp_path):
    with tcp_server(answers(OK)) as port:
        api = {"api_id": "a1", "name": "Orders", "proxy": {"target_url": f"http://127.0.0.1:{port}/v1"}}
        (tmp_path / "a.json").write_text(json.dumps(api))
        (tmp_path / "b.json").write_text("{\n")
        ended = here("probe", "--apps", tmp_path, "-o", "json")
    report = json.loads(ended.out)

    assert (ended.status, report["status"]) == (4, "incomplete")
    assert [(one["target"], one["apis"]) for one in report["targets"]] == [(f"http://127.0.0.1:{port}/v1", ["Orders"])]
    assert ended.err.startswith(f"gwdiag: {tmp_path}/b.json:2: no JSON: ")


def test_reports_are_compared_without_a_probe(here: Here, tmp_path):
    with tcp_server(answers(OK)) as port:
        here("probe", f"http://127.0.0.1:{port}/", "--save", tmp_path / "good.json")
        here("probe", f"http://127.0.0.1:{port}/", "--save", tmp_path / "same.json")
    here("probe", f"http://127.0.0.1:{port}/", "--save", tmp_path / "bad.json")
    files = [tmp_path / name for name in ("good.json", "same.json", "bad.json")]
    ended = here("probe", "--compare", *files, "-o", "json")
    report = json.loads(ended.out)

    assert (ended.status, report["status"], report["targets"]) == (0, "warning", [])
    assert report["differences"][0] == {
        "target": f"http://127.0.0.1:{port}/",
        "what": "verdict",
        "values": {str(files[0]): "none", str(files[1]): "none", str(files[2]): "upstream_dial_refused"},
        "odd": [str(files[2])],
    }


def test_a_long_ladder_is_announced(here: Here):
    with closed_port() as port:
        ended = here("probe", f"http://127.0.0.1:{port}/", "--idle", "auto")
        quiet = here("probe", f"http://127.0.0.1:{port}/", "--idle", "auto", "-q")

    assert ended.err == "gwdiag: the ladder of idle times takes 95.0 s, with 24 connections to each target\n"
    assert quiet.err == ""


def test_an_interrupt_shows_what_is_known():
    with tcp_server(silent) as port, closed_port() as closed:
        words = ["probe", f"http://127.0.0.1:{port}/", f"127.0.0.1:{closed}", "--timeout", "30", "-o", "json"]
        with subprocess.Popen(
            [sys.executable, "-m", "gwdiag", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            time.sleep(3)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
    report = json.loads(out)

    assert (process.returncode, err, report["interrupted"]) == (130, "", True)
    hanging, refused = report["targets"]
    assert hanging["cause"].startswith("interrupted: 127.0.0.1 connected in ")
    assert refused["verdict"] == "upstream_dial_refused"
