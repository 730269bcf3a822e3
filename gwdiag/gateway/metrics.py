"""What has been counted, as Prometheus metrics. Source: the text exposition format, 0.0.4."""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gwdiag.gateway.gateway import Gateway

FAST = 0.005
LATENCIES = (FAST, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Counts of this process."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.classes: Counter[str] = Counter()
        self.cuts: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.lag = 0.0
        self._buckets = [0] * (len(LATENCIES) + 1)
        self._sum = 0.0

    def ended(self, api_id: str, status: int, seconds: float) -> None:
        self.requests[api_id, status] += 1
        self._buckets[0 if seconds <= FAST else bisect_left(LATENCIES, seconds)] += 1
        self._sum += seconds

    def cut(self, api_id: str) -> None:
        self.cuts[api_id] += 1

    def written(self, gateway: "Gateway") -> str:
        """All of them, and what the gateway holds now."""
        lines: list[str] = []
        _family(
            lines,
            "gwdiag_gateway_requests_total",
            "counter",
            "Requests that reached an API, by API and status.",
            (({"api_id": api, "status": str(status)}, count) for (api, status), count in sorted(self.requests.items())),
        )
        _family(
            lines,
            "gwdiag_gateway_errors_total",
            "counter",
            "Failures by error class, as in gwdiag logs.",
            (({"class": name}, count) for name, count in sorted(self.classes.items())),
        )
        _family(
            lines,
            "gwdiag_gateway_cut_answers_total",
            "counter",
            "Answers whose body broke off after the head was sent.",
            (({"api_id": api}, count) for api, count in sorted(self.cuts.items())),
        )
        _family(
            lines,
            "gwdiag_gateway_refused_total",
            "counter",
            "Requests answered before any API was looked for.",
            (({"status": str(status)}, count) for status, count in sorted(self.refused.items())),
        )
        self._histogram(lines)
        pools = [(api.definition.api_id, api.pool) for api in gateway.routes.apis]
        _family(
            lines,
            "gwdiag_gateway_upstream_idle_connections",
            "gauge",
            "Connections kept for the next request.",
            (({"api_id": name}, pool.idle()) for name, pool in pools),
        )
        _family(
            lines,
            "gwdiag_gateway_upstream_waiting",
            "gauge",
            "Requests that wait for a connection.",
            (({"api_id": name}, pool.waiting()) for name, pool in pools),
        )
        _family(
            lines,
            "gwdiag_gateway_dials_total",
            "counter",
            "Connections begun to upstreams.",
            (({"api_id": name}, pool.dialled) for name, pool in pools),
        )
        held = len(gateway.connections)
        _family(lines, "gwdiag_gateway_client_connections", "gauge", "Connections of clients.", [({}, held)])
        tasks = len(asyncio.all_tasks())
        _family(lines, "gwdiag_gateway_tasks", "gauge", "Tasks of the event loop.", [({}, tasks)])
        lag: list[tuple[dict[str, str], float]] = [({}, round(self.lag, 6))]
        _family(lines, "gwdiag_gateway_event_loop_lag_seconds", "gauge", "How late the last timer was.", lag)
        lost: list[tuple[dict[str, str], float]] = [({}, gateway.log.lost)]
        _family(lines, "gwdiag_gateway_log_lines_lost_total", "counter", "Lines that could not be written.", lost)
        return "\n".join(lines) + "\n"

    def _histogram(self, lines: list[str]) -> None:
        name = "gwdiag_gateway_request_seconds"
        lines += [
            f"# HELP {name} Time from the head of a request to the end of its answer.",
            f"# TYPE {name} histogram",
        ]
        count = 0
        for limit, here in zip((*LATENCIES, "+Inf"), self._buckets, strict=True):
            count += here
            lines.append(f'{name}_bucket{{le="{limit}"}} {count}')
        lines += [f"{name}_sum {self._sum:.6f}", f"{name}_count {count}"]


def _family(
    lines: list[str], name: str, kind: str, about: str, samples: Iterable[tuple[dict[str, str], float]]
) -> None:
    lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        lines.append(f"{name}{{{inside}}} {value}" if inside else f"{name} {value}")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
