#!/usr/bin/env python3
"""Logs of any size in every format that gwdiag reads, and what is truly in them.

    python benchmarks/generate.py logrus_text --size 300M --seed 1 -o tyk.log --truth tyk.json

Time runs forward through six hours. About 2 % of the requests fail, each in one of the ways of `line_shapes.py`; from
60 % to 85 % of the time one upstream is ill: a third of its requests fail in the same way and the others are slow.
Clients, paths, agents and sizes vary; one user agent holds quotes, a backslash and what looks like fields of an access
line; some paths have spaces; here and there is a line that is neither a request nor a failure. The same seed gives the
same bytes.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from operator import attrgetter
from pathlib import Path
from random import Random
from typing import Any, BinaryIO

from line_shapes import SHAPES, Shape

SPAN = 6 * 3600
START = 1795140000  # 2026-11-20 02:00 UTC
FAILING = 0.35  # of the requests to the ill upstream
ILL_FROM, ILL_UNTIL = 0.60, 0.85
ILL = "10.0.3.8:8080"
NOISE = 0.0005
BATCH = 4096
MOST_ROUTES = 1 << 16
MOST_CLIENTS = 1 << 17

APIS = (  # id, name, listen path, upstreams, weight
    ("orders", "Orders", "/orders/", ("10.0.3.7:8080", ILL, "10.0.3.9:8080"), 30),
    ("9f1d6c3a5b7e4c21", "Payments v2", "/payments/v2/", ("pay.svc.cluster.local:8443", "10.0.4.4:8443"), 20),
    ("catalog", "Catalog", "/catalog/", ("catalog.internal:80",), 20),
    ("users", "Users", "/users/", ("10.0.5.10:9000", "10.0.5.11:9000"), 15),
    ("search", "Search", "/search/", ("search-1:9200", "search-2:9200"), 10),
    ("legacy-soap", "Legacy (SOAP)", "/soap/", ("172.16.9.20:443",), 5),
)
TAILS = ("items/{}", "items/{}/lines", "search", "health", "v1/accounts/{}/history", "bulk", "a b/{}", "items/{}")
METHODS = ("GET",) * 14 + ("POST",) * 4 + ("PUT", "DELETE")
STATUSES = ("200",) * 92 + ("201",) * 5 + ("204",) * 3
AGENTS = (
    "curl/8.5.0",
    "Go-http-client/1.1",
    "okhttp/4.12.0",
    "python-requests/2.32.3",
    "kube-probe/1.29",
    "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5",
    'weird "agent" = \\o/ prefix=access-log status=500',
)

LOGRUS_BARE = re.compile(r"[A-Za-z0-9\-._/@^+]*")
PLACE = re.compile(r"<([a-z][a-z_0-9]*)>")


class Request:
    """What the places of a shape stand for. What costs something and few shapes use is made when asked for."""

    client: str
    status: str
    ms: int
    fraction: int
    """Of the second, in ms."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw

    def go_to(self, second: int) -> None:
        """Let it be that second, as each format writes it."""
        self.epoch = second
        self.since_bare = f"{second - START:04}"
        self.since = f"{second - START:6}"
        at = time.gmtime(second)
        self.iso = time.strftime("%Y-%m-%dT%H:%M:%S", at)
        self.day_time = time.strftime("%Y-%m-%d %H:%M:%S", at)
        self.slashed = time.strftime("%Y/%m/%d %H:%M:%S", at)
        self.gin_time = time.strftime("%Y/%m/%d - %H:%M:%S", at)
        self.clf_bare = time.strftime("%d/%b/%Y:%H:%M:%S", at)
        self.clf = self.clf_bare + " +0000"
        self.syslog = time.strftime("%b %d %H:%M:%S", at)
        self.ctime = time.strftime("%a %b %d %H:%M:%S", at)
        self.klog_time = time.strftime("%m%d %H:%M:%S", at)

    @property
    def seconds(self) -> str:
        return f"{self.ms // 1000}.{self.ms % 1000:03}"

    @property
    def ms3(self) -> str:
        return f"{self.fraction:03}"

    @property
    def port(self) -> int:
        return 32768 + (self.ms * 7919 + self.fraction) % 28000

    @property
    def size(self) -> int:
        return self.ms * self.fraction % 5000

    @property
    def micros(self) -> str:
        return f"{self.ms}000.5"

    @property
    def client_padded(self) -> str:
        return f"{self.client:>15}"

    @property
    def id(self) -> str:
        return f"{self.draw.getrandbits(128):032x}"

    @property
    def uuid(self) -> str:
        x = self.id
        return f"{x[:8]}-{x[8:12]}-{x[12:16]}-{x[16:20]}-{x[20:]}"


class Way:
    """One way in which a request of a format can end: its class, how long it takes, how its lines are written."""

    def __init__(self, shape: Shape, name: str, values: dict[str, str]) -> None:
        self.name = name
        self.took = int(values.get("took") or -1)
        fixed = shape.normal | values
        text = shape.line
        while (filled := PLACE.sub(lambda place: fixed.get(place[1], place[0]), text)) != text:
            text = filled
        places = [place[1] for place in PLACE.finditer(text)]
        self.text = PLACE.sub("%s", text.replace("%", "%%")) + "\n"
        self.places = set(places)
        self.values = attrgetter(*places)
        self.lines = self.text.count("\n")


def quoted(value: str) -> str:
    """As logrus' text formatter quotes."""
    return value if LOGRUS_BARE.fullmatch(value) else '"' + in_json(value) + '"'


def in_json(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def routes(draw: Random, count: int) -> list[dict[str, str]]:
    """Requests without their time, client and end: the values of their places."""
    made = []
    for api_id, name, listen, upstreams, weight in APIS:
        for _ in range(max(len(upstreams), count * weight // 100)):
            tail = draw.choice(TAILS).format(draw.randrange(100_000))
            agent = draw.choice(AGENTS)
            upstream = draw.choice(upstreams)
            made.append(
                {
                    "api_id": api_id,
                    "api_name": quoted(name),
                    "api_title": name,
                    "listen": listen,
                    "upstream": upstream,
                    "tail": tail,
                    "tail_quoted": quoted("/" + tail),
                    "tail_uri": tail.replace(" ", "%20"),
                    "path": listen + tail,
                    "path_quoted": quoted(listen + tail),
                    "uri": listen + tail.replace(" ", "%20"),
                    "method": draw.choice(METHODS),
                    "agent": agent,
                    "agent_json": in_json(agent),
                    "agent_quoted": quoted(agent),
                    "agent_x22": agent.replace("\\", "\\x5C").replace('"', "\\x22"),
                    "agent_hash22": agent.replace('"', "#22"),
                }
            )
    return made


NOISES = {
    "logrus_text": 'time="<iso>Z" level=info message="job run successful" name=purge-oauth-tokens prefix=scheduler\n'
    "<slashed> terminated\n",
    "logrus_json": '{"level":"info","message":"Detected 6 APIs","prefix":"main","time":"<iso>Z"}\n',
}
"""Lines that are neither requests nor failures. Among JSON they are JSON too: at any other polars would give up."""


def generate(name: str, size: int, seed: int, out: BinaryIO) -> dict[str, Any]:
    """Write about `size` bytes. Returns the truth: lines, requests, the ms they took in all, failures by class."""
    shape, draw = SHAPES[name], Random(seed)
    well = Way(shape, "", {})
    ways = [Way(shape, of, values) for of, values in shape.failures]
    noise = Way(Shape(line=NOISES[name].rstrip("\n"), failures=()), "", {}) if name in NOISES else None
    request = Request(draw)
    likely = max(1, size // (len(shape.line) + 100))
    of_request = request.__dict__
    wanted = well.places.union(*(way.places for way in ways)) | {"upstream"}
    some_routes = [
        {place: value for place, value in route.items() if place in wanted}
        for route in routes(draw, min(MOST_ROUTES, likely))
    ]
    clients = [
        f"10.{draw.randrange(1, 4)}.{draw.randrange(250)}.{draw.randrange(1, 250)}"
        for _ in range(min(MOST_CLIENTS, likely))
    ]
    latencies = [int(2 + draw.lognormvariate(2.7, 0.9)) for _ in range(10_000)]
    errors: Counter[str] = Counter()
    lines = requests = milliseconds = written = second = 0
    while written < size:
        text = []
        for route, client, took, status, luck in zip(
            draw.choices(some_routes, k=BATCH),
            draw.choices(clients, k=BATCH),
            draw.choices(latencies, k=BATCH),
            draw.choices(STATUSES, k=BATCH),
            [draw.random() for _ in range(BATCH)],
            strict=True,
        ):
            if written >= size:
                break
            share = written / size
            if second != (second := START + int(share * SPAN)):
                request.go_to(second)
            ill = route["upstream"] is ILL and ILL_FROM < share < ILL_UNTIL
            failing = FAILING if ill else shape.share
            way = well
            if luck < failing:
                way = ways[0] if ill or len(ways) == 1 else draw.choice(ways)
                errors[way.name] += 1
                took = way.took if way.took >= 0 else took
            elif ill:
                took *= 8
            of_request.update(route)
            request.client = client
            request.status = status
            request.ms = took
            request.fraction = int(luck * 1e9) % 1000
            line = way.text % way.values(request)
            if noise and luck > 1 - NOISE:
                line += noise.text % noise.values(request)
                lines += noise.lines
            written += len(line)
            lines += way.lines
            requests += 1
            milliseconds += took
            text.append(line)
        out.write("".join(text).encode())
    return {
        "format": name,
        "lines": lines,
        # Of formats of messages alone nobody can say how many requests there were.
        "requests": requests if shape.requests else None,
        "milliseconds": milliseconds if shape.requests else None,
        "errors": dict(sorted(errors.items())),
    }


def size_of(text: str) -> int:
    """`300M` in bytes."""
    if not (seen := re.fullmatch(r"(\d+(?:\.\d+)?)([kKmMgG]?)", text)):
        raise argparse.ArgumentTypeError(f"{text} is no size such as 300M")
    return int(float(seen[1]) * 1000 ** " kmg".index(seen[2].lower() or " "))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("format", choices=sorted(SHAPES))
    parser.add_argument("--size", type=size_of, default=size_of("10M"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--truth", type=Path, help="write there, as JSON, what is in it")
    options = parser.parse_args()
    if options.out:
        with options.out.open("wb") as out:
            truth = generate(options.format, options.size, options.seed, out)
    else:
        truth = generate(options.format, options.size, options.seed, sys.stdout.buffer)
    if options.truth:
        options.truth.write_text(json.dumps(truth, indent=1) + "\n")


if __name__ == "__main__":
    main()
