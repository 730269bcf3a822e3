"""The reference gateway beside other proxies: CPU for a request, pair by pair, in one run.

    python benchmarks/gateway.py [--rounds 5] [--seconds 3] [--only gwdiag,nginx] [--write FILE]

Each proxy has one core for itself, the load generator (wrk) and the upstream (nginx) have the other. They are measured
in turn, round by round; what is compared is the CPU time of a proxy's whole process tree for a request, which a busy
machine distorts least. Peers are looked for on PATH; one that is missing is said and left out.

- tyk: `tyk` on PATH, with TYK_TEMPLATES=its templates folder; needs redis-server too
- nginx, haproxy: on PATH
- mitmdump, proxy: on PATH (mitmproxy, proxy.py)
- aiohttp: importable by PEER_PYTHON, or by this Python
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
UPSTREAM = 19800
NO_TWO_ALIKE = Path(__file__).with_name("no_two_alike.lua")
WORKS = {
    "small": ("43-byte body, keep-alive", "/small", ()),
    "new": ("43-byte body, keep-alive, no two requests alike", "/small", ("-s", str(NO_TWO_ALIKE))),
    "large": ("100 KB body, keep-alive", "/large", ()),
    "close": ("43-byte body, one connection per request", "/small", ("-H", "Connection: close")),
}

AIOHTTP = """
import sys, aiohttp
from aiohttp import web
async def handle(request):
    url = f"http://127.0.0.1:{sys.argv[2]}{request.rel_url}"
    headers = {k: v for k, v in request.headers.items() if k.lower() not in ("host", "connection")}
    async with request.app["client"].request(request.method, url, headers=headers, data=request.content) as answer:
        out = web.StreamResponse(status=answer.status)
        out.content_length = answer.content_length
        await out.prepare(request)
        async for piece in answer.content.iter_any():
            await out.write(piece)
        return out
async def start(app):
    app["client"] = aiohttp.ClientSession(auto_decompress=False, connector=aiohttp.TCPConnector(limit=0))
app = web.Application()
app.on_startup.append(start)
app.router.add_route("*", "/{tail:.*}", handle)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""


@dataclass
class Peer:
    """A proxy: how it is started. `needs`: what must run beside it."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None


@dataclass
class Sample:
    """One round."""

    cpu_us: float
    rate: float
    p99_ms: float
    failed: int


def peers(folder: Path, wanted: list[str] | None) -> dict[str, Peer]:
    """Those that are here, by name; the others are said."""
    found = {}
    for index, (name, make) in enumerate(MAKERS.items()):
        if wanted and name not in wanted:
            continue
        place = folder / name.replace(" ", "").replace(",", "-")
        place.mkdir()
        made = make(place, port_of(index))
        if isinstance(made, str):
            sys.stderr.write(f"left out: {name}: {made}\n")
        else:
            found[name] = made
    return found


def port_of(index: int) -> int:
    return UPSTREAM + 1 + index


def _definition(hooks: bool) -> dict[str, object]:
    paths = {
        "hard_timeouts": [{"path": "/", "method": "GET", "timeout": 20}],
        "circuit_breakers": [
            {"path": "/", "method": "GET", "threshold_percent": 0.9, "samples": 1000, "return_to_service_after": 1}
        ],
        "size_limits": [{"path": "/", "method": "POST", "size_limit": 1000000}],
    }
    return {
        "name": "Benchmark", "api_id": "bench", "org_id": "default", "use_keyless": True, "active": True,
        "proxy": {"listen_path": "/", "target_url": f"http://127.0.0.1:{UPSTREAM}/", "strip_listen_path": True},
        "version_data": {
            "not_versioned": True,
            "versions": {
                "Default": {"name": "Default", "use_extended_paths": True, "extended_paths": paths if hooks else {}}
            },
        },
        "global_rate_limit": {"rate": 1e9, "per": 1} if hooks else {"disabled": True},
    }  # fmt: skip


def _configured(folder: Path, port: int, *, hooks: bool) -> dict[str, object]:
    apps = folder / "apps"
    apps.mkdir()
    (apps / "bench.json").write_text(json.dumps(_definition(hooks)))
    return {
        "listen_address": "127.0.0.1", "listen_port": port, "app_path": str(apps), "log_level": "info",
        "access_logs": {"enabled": True}, "max_idle_connections_per_host": 500,
    }  # fmt: skip


def _gwdiag(folder: Path, port: int, *more: str, hooks: bool = True) -> Peer:
    (folder / "tyk.conf").write_text(json.dumps(_configured(folder, port, hooks=hooks)))
    command = [sys.executable, "-m", "gwdiag", "gateway", "run", "--config", str(folder / "tyk.conf")]
    return Peer([*command, "--log", str(folder / "gateway.log"), *more])


def _gwdiag_bare(folder: Path, port: int) -> Peer:
    return _gwdiag(folder, port, hooks=False)


def _gwdiag_two(folder: Path, port: int) -> Peer:
    return _gwdiag(folder, port, "--workers", "2")


def _tyk(folder: Path, port: int) -> Peer | str:
    binary, templates = shutil.which("tyk"), os.environ.get("TYK_TEMPLATES")
    if not binary or not templates:
        return "no tyk on PATH, or TYK_TEMPLATES not set"
    if not shutil.which("redis-server"):
        return "it needs redis-server"
    configuration = {
        **_configured(folder, port, hooks=False), "secret": "s", "node_secret": "s", "template_path": templates,
        "use_db_app_configs": False, "enable_analytics": False, "hash_keys": False, "allow_master_keys": False,
        "storage": {"type": "redis", "host": "127.0.0.1", "port": UPSTREAM + 90},
        "policies": {"policy_source": "file", "policy_record_name": str(folder / "policies.json")},
    }  # fmt: skip
    (folder / "policies.json").write_text("{}")
    (folder / "tyk.conf").write_text(json.dumps(configuration))
    redis = f"redis-server --port {UPSTREAM + 90} --bind 127.0.0.1 --save '' >/dev/null & "
    shell = f"{redis} sleep 1; exec {binary} --conf {folder}/tyk.conf 2> {folder}/gateway.log"
    return Peer(["sh", "-c", shell], {"GOMAXPROCS": "1"}, folder)


def _nginx_conf(folder: Path, inside: str) -> Path:
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        "events { worker_connections 20000; }\n"
        f"http {{ client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};\n"
        f"uwsgi_temp_path {folder}; scgi_temp_path {folder}; keepalive_requests 1000000000;\n{inside}\n}}\n"
    )
    return file


def _nginx(folder: Path, port: int) -> Peer | str:
    if not shutil.which("nginx"):
        return "no nginx on PATH"
    inside = (
        f"access_log {folder}/access.log;\n"
        f"upstream up {{ server 127.0.0.1:{UPSTREAM}; keepalive 500; keepalive_requests 1000000000; }}\n"
        f"server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ proxy_pass http://up; proxy_http_version 1.1;\n"
        'proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } }'
    )
    return Peer(["nginx", "-c", str(_nginx_conf(folder, inside))])


def _haproxy(folder: Path, port: int) -> Peer | str:
    if not shutil.which("haproxy"):
        return "no haproxy on PATH"
    (folder / "haproxy.cfg").write_text(
        "global\n nbthread 1\ndefaults\n mode http\n timeout client 60s\n timeout server 60s\n timeout connect 5s\n"
        f"frontend f\n bind 127.0.0.1:{port}\n default_backend b\n"
        f"backend b\n http-reuse always\n option forwardfor\n server s 127.0.0.1:{UPSTREAM}\n"
    )
    return Peer(["haproxy", "-f", str(folder / "haproxy.cfg")])


def _aiohttp(folder: Path, port: int) -> Peer | str:
    python = os.environ.get("PEER_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import aiohttp"], capture_output=True).returncode:
        return f"{python} has no aiohttp"
    (folder / "proxy.py").write_text(AIOHTTP)
    return Peer([python, str(folder / "proxy.py"), str(port), str(UPSTREAM)])


def _mitmproxy(folder: Path, port: int) -> Peer | str:
    if not (binary := shutil.which("mitmdump")):
        return "no mitmdump on PATH"
    options = ["--set", f"confdir={folder}", "--set", "keep_host_header=false", "-q", "--listen-host", "127.0.0.1"]
    return Peer([binary, "-p", str(port), "--mode", f"reverse:http://127.0.0.1:{UPSTREAM}", *options])


def _proxy_py(folder: Path, port: int) -> Peer | str:
    if not (binary := shutil.which("proxy")):
        return "no proxy (proxy.py) on PATH"
    (folder / "bench_plugin.py").write_text(
        "from proxy.http.server import ReverseProxyBasePlugin\n"
        "class Bench(ReverseProxyBasePlugin):\n"
        f"    def routes(self): return [(r'/.*', [b'http://127.0.0.1:{UPSTREAM}/'])]\n"
        "    def handle_route(self, request, pattern):\n"
        "        from proxy.http.url import Url\n"
        f"        return Url.from_bytes(b'http://127.0.0.1:{UPSTREAM}' + (request.path or b'/'))\n"
    )
    options = ["--hostname", "127.0.0.1", "--port", str(port), "--num-workers", "1", "--num-acceptors", "1"]
    return Peer(
        [binary, *options, "--enable-reverse-proxy", "--plugins", "bench_plugin.Bench", "--log-level", "e"],
        {"PYTHONPATH": str(folder)},
    )


@contextmanager
def running(peer: Peer, port: int, core: int) -> Iterator[subprocess.Popen[bytes]]:
    """The peer on one core, answering."""
    process = subprocess.Popen(
        peer.command,
        env={**os.environ, **peer.environment},
        cwd=peer.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        wait_for(port, process)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"it does not listen on {port}: {process.args!r}")


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    every = [pid]
    for one in every:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            every += [int(child) for child in task.read_text().split()]
    return every


def cpu_seconds(pid: int) -> float:
    total = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        if "redis-server" not in Path(f"/proc/{one}/comm").read_text():
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_mb(pid: int) -> float:
    found = 0
    for one in tree(pid):
        if "redis-server" not in Path(f"/proc/{one}/comm").read_text():
            seen = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text())
            found += int(seen[1]) if seen else 0
    return found / 1024


def measured(
    pid: int, port: int, path: str, more: tuple[str, ...], seconds: int, connections: int, core: int
) -> Sample | None:
    before = cpu_seconds(pid)
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *more]
    out = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    spent = cpu_seconds(pid) - before
    seen = re.search(r"(\d+) requests in ([\d.]+)(m?s)", out)
    count = int(seen[1]) if seen else 0
    if not count:
        return None
    failed = sum(int(one) for one in re.findall(r"(?:responses: |connect |read |write |timeout )(\d+)", out))
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    p99 = re.search(r"^\s+99%\s+([\d.]+)(us|ms|s)\s*$", out, re.MULTILINE)
    late = float(p99[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]] if p99 else 0.0
    return Sample(spent * 1e6 / count, float(rate[1]) if rate else 0.0, late, failed)


MAKERS: dict[str, Callable[[Path, int], Peer | str]] = {
    "gwdiag": _gwdiag,
    "gwdiag, hooks off": _gwdiag_bare,
    "gwdiag, 2 workers": _gwdiag_two,
    "tyk": _tyk,
    "nginx": _nginx,
    "haproxy": _haproxy,
    "aiohttp": _aiohttp,
    "mitmproxy": _mitmproxy,
    "proxy.py": _proxy_py,
}


def table(work: str, samples: dict[str, list[Sample]], resident: dict[str, float]) -> str:
    ours = samples.get("gwdiag", [])
    lines = [
        f"### {WORKS[work][0]}",
        "",
        "| proxy | CPU us a request (min..max) | requests a core second | p99 ms | RSS MB | requests: gwdiag's / its |",
        "|---|---|---|---|---|---|",
    ]
    for name, rounds in samples.items():
        if not rounds:
            lines.append(f"| {name} | no requests were answered | | | | |")
            continue
        cpu = [one.cpu_us for one in rounds]
        ratios = [other.cpu_us / own.cpu_us for own, other in zip(ours, rounds, strict=False)]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})" if ratios else ""
        failed = sum(one.failed for one in rounds)
        cost = f"{statistics.median(cpu):.1f} ({min(cpu):.1f}..{max(cpu):.1f})"
        lines.append(
            f"| {name}{f' ({failed} failed)' if failed else ''} | {cost} | {1e6 / statistics.median(cpu):,.0f} "
            f"| {statistics.median(one.p99_ms for one in rounds):.1f} | {resident[name]:.0f} | {ratio} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--works", default=",".join(WORKS))
    parser.add_argument("--only", help="names, with commas")
    parser.add_argument("--write", type=Path, help="also write the tables there")
    given = parser.parse_args()
    if not shutil.which("wrk") or not shutil.which("nginx"):
        raise SystemExit("this needs wrk and nginx on PATH")
    cores = sorted(os.sched_getaffinity(0))
    proxy_core, load_core = cores[0], cores[-1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx gives its workers another user
        tables = _run(given, folder, proxy_core, load_core)
    if given.write:
        given.write.write_text("\n\n".join(tables) + "\n")


def _run(given: argparse.Namespace, folder: Path, proxy_core: int, load_core: int) -> list[str]:
    up = folder / "upstream"
    up.mkdir()
    (up / "small").write_bytes(b"x" * 43)
    (up / "large").write_bytes(b"x" * 100_000)
    inside = f"access_log off;\nserver {{ listen 127.0.0.1:{UPSTREAM} backlog=4096; root {up}; }}"
    upstream = Peer(["nginx", "-c", str(_nginx_conf(up, inside))])
    every = peers(folder, given.only.split(",") if given.only else None)
    ports = {one: port_of(list(MAKERS).index(one)) for one in every}
    tables = []
    with running(upstream, UPSTREAM, load_core):
        for work in given.works.split(","):
            samples: dict[str, list[Sample]] = {one: [] for one in every}
            resident = dict.fromkeys(every, 0.0)
            for round_ in range(given.rounds + 1):
                for one, peer in every.items():
                    with running(peer, ports[one], proxy_core) as process:
                        measured(
                            process.pid, ports[one], WORKS[work][1], WORKS[work][2], 1, given.connections, load_core
                        )
                        sample = measured(
                            process.pid,
                            ports[one],
                            WORKS[work][1],
                            WORKS[work][2],
                            given.seconds,
                            given.connections,
                            load_core,
                        )
                        resident[one] = resident_mb(process.pid)
                    if sample and round_:
                        samples[one].append(sample)
            tables.append(table(work, samples, resident))
            sys.stdout.write(tables[-1] + "\n\n")
            sys.stdout.flush()
    return tables


if __name__ == "__main__":
    main()
