"""The quick way and the slow way of reading give the same answers, in every format that has both."""

from pathlib import Path

import pytest

from gwdiag.logs import tally
from gwdiag.logs.formats import formats
from gwdiag.logs.scan import lane, scanner
from gwdiag.logs.tally import OTHERS, Value
from tests.conftest import ROOT
from tests.logs.scan.ways import Slow, differences, lines_of, quickly, slowly

BOTH = sorted(name for name, one in formats().items() if one.scan)
PAGES = (1, 7, 1000, 1 << 16, 1 << 22)
WAY_IN = 12_000
"""Bytes that are read one by one before it is known what there is."""

WITHOUT_REQUESTS = {
    *("apache_error", "dotnet_console", "envoy_log", "go_log", "haproxy_log", "klog", "krakend", "linkerd_proxy"),
    *("logrus_terminal", "nginx_error", "spring", "tyk_bracket", "zerolog_console"),
}
BEHIND_A_TEXT = {"zap_console"}


def test_every_format_of_requests_has_a_quick_way():
    assert {*BOTH} | WITHOUT_REQUESTS | BEHIND_A_TEXT == {*formats()}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("address", ["10.0.3.17", "255.255.255.255"])
def test_an_address_is_the_client_as_it_stands_in_the_line(name: str, address: str):
    scan = formats()[name].scan

    assert [one.client_from(address) for one in (scan, scan.messages) if one] == [address] * (1 + bool(scan.messages))


@pytest.mark.parametrize("name", BOTH)
def test_what_is_read_quickly_is_what_is_read_slowly(name: str, tmp_path: Path):
    log = tmp_path / "a.log"
    sample = (ROOT / "sample_logs" / "formats" / f"{name}.log").read_bytes().splitlines()
    lines = lines_of(name, 16_000)
    log.write_bytes(b"\n".join([*lines[: len(lines) // 2], *sample, *lines[len(lines) // 2 :], *sample]) + b"\n")

    assert differences(log, PAGES) == []


@pytest.mark.parametrize("name", BOTH)
def test_the_mass_of_the_lines_is_read_quickly(name: str, tmp_path: Path):
    log = tmp_path / "a.log"
    lines = lines_of(name, 200_000)
    log.write_bytes(b"\n".join(lines) + b"\n")
    way_in = sum(len(line) for line in lines[:100]) // 100

    with Slow() as slow:
        read = quickly(log, 1 << 20)

    assert read.tally.events == slowly(log).tally.events
    assert slow.lines - WAY_IN // way_in <= 0.1 * len(lines)


def test_clients_that_are_not_told_and_those_that_are_written_in_two_ways(tmp_path: Path):
    log = tmp_path / "a.log"
    rest = b'- - [20/Nov/2026:08:27:15 +0000] "GET /orders HTTP/1.1" 200 11 "-" "curl/7.88.1"'
    plain = lines_of("combined", 30_000)
    log.write_bytes(
        b"\n".join([*plain, b"- %s" % rest, b"\xff.1 %s" % rest, b"\xef\xbf\xbd.1 %s" % rest, *plain]) + b"\n"
    )

    assert differences(log, PAGES) == []
    assert quickly(log, 1 << 20).tally.requests_by["client"][Value("orders", "\ufffd.1")] == 2


def test_more_kinds_and_upstreams_than_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scanner, "MOST_KINDS", 20)
    monkeypatch.setattr(tally, "MOST_UPSTREAMS", 7)
    log = tmp_path / "a.log"
    log.write_bytes(b"\n".join([*lines_of("ingress_nginx", 20_000), *lines_of("logrus_text", 30_000)]) + b"\n")

    assert differences(log, (1 << 13, 1 << 22)) == []
    assert len({cell.upstream for _, cell in quickly(log, 1 << 14).tally.requests}) == 7


def test_more_paths_than_are_counted_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lane, "MOST_VALUES", 40)
    log = tmp_path / "a.log"
    paths = [f"/shop/{chr(97 + one % 26)}-{chr(97 + one // 26)}" for one in range(300)]
    rest = 'HTTP/1.1" 200 11 "-" "-"'
    lines = [f'10.0.0.1 - - [20/Nov/2026:08:27:15 +0000] "GET {path} {rest}'.encode() for path in paths]
    log.write_bytes(b"\n".join([*lines_of("combined", 20_000)[:60], *lines]) + b"\n")

    counts = quickly(log, 1 << 14).tally.requests_by["path"]

    assert sum(counts.values()) == 60 + len(lines)
    assert counts[Value("shop", OTHERS)] > 200


@pytest.mark.parametrize("other", ["2026-11-20X08", "2026-11-20 08", "2026/11/20T08"])
def test_what_the_clock_reads_and_the_format_does_not(tmp_path: Path, other: str):
    log = tmp_path / "a.log"
    lines = lines_of("envoy_access", 30_000)
    lines[len(lines) // 2] = lines[len(lines) // 2].replace(b"2026-11-20T0", other.encode()[:-1])
    log.write_bytes(b"\n".join(lines) + b"\n")

    assert differences(log, (1000, 1 << 22)) == []
