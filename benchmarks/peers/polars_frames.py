"""The question in polars' lazy frames. Its answer is held against the truth.

POLARS_MAX_THREADS=1 polars_frames.py FORMAT FILE
"""

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import polars as pl
from line_patterns import class_of

TOOK = pl.col("took")
GROUPED = (
    pl.len().alias("requests"),
    TOOK.sum().alias("sum"),
    TOOK.quantile(0.5).alias("p50"),
    TOOK.quantile(0.95).alias("p95"),
    TOOK.quantile(0.99).alias("p99"),
)
KEYS = ("minute", "api", "ended", "upstream")


def lines_of(path: str) -> pl.LazyFrame:
    return pl.scan_csv(
        path, has_header=False, separator="\x01", quote_char=None, new_columns=["line"], infer_schema=False
    )


def tyk_text(path: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """One look for each field: a single pattern with groups is slower."""
    lines, line = lines_of(path), pl.col("line")
    access = line.str.contains(" prefix=access-log ", literal=True)
    requests = lines.filter(access).select(
        minute=line.str.slice(6, 16),
        api=line.str.extract(r" api_id=([^ ]+)"),
        took=line.str.extract(r" latency_total=(\d+)").cast(pl.Int64),
        ended=pl.coalesce(line.str.extract(r" response_flag=(\w+)"), line.str.extract(r" status=(\d+)")),
        upstream=line.str.extract(r" upstream_addr=.?\w+://([^/ ]+)"),
    )
    messages = lines.filter(~access).select(message=line.str.extract(r'^time="[^"]*" level=\w+ message="([^"]*)'))
    return requests, messages


def tyk_json(path: str) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    fields = dict.fromkeys(("time", "prefix", "api_id", "response_flag", "upstream_addr", "message"), pl.String)
    lines = pl.scan_ndjson(path, schema=fields | {"status": pl.Int64, "latency_total": pl.Int64}, ignore_errors=True)
    requests = lines.filter(pl.col("prefix") == "access-log").select(
        minute=pl.col("time").str.slice(0, 16),
        api="api_id",
        took="latency_total",
        ended=pl.coalesce("response_flag", pl.col("status").cast(pl.String)),
        upstream=pl.col("upstream_addr").str.split("/").list.get(2),
    )
    return requests, lines.filter(pl.col("prefix") != "access-log").select("message")


def combined(path: str) -> pl.LazyFrame:
    seen = pl.col("line").str.extract_groups(
        r'\[(?<minute>[^\]]{17})[^\]]*\] "\S+ /(?<api>[^/ ]*)[^"]*" (?<status>\d+) '
    )
    return lines_of(path).select(seen.alias("seen")).unnest("seen").group_by("minute", "api", "status").len()


def main(name: str, path: str) -> None:
    if name == "combined":
        table = combined(path).collect(engine="streaming")
        print(json.dumps({"requests": table["len"].sum(), "groups": table.height, "errors": {}}))
        return
    requests, messages = (tyk_text if name == "logrus_text" else tyk_json)(path)
    table, said = pl.collect_all(
        [requests.group_by(*KEYS).agg(*GROUPED), messages.group_by("message").len()], engine="streaming"
    )
    errors: Counter[str] = Counter()
    for message, count in said.iter_rows():
        errors[class_of((message or "").encode())] += count
    del errors[""]
    print(
        json.dumps(
            {
                "requests": table["requests"].sum(),
                "groups": table.height,
                "took": table["sum"].sum(),
                "errors": dict(errors),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
