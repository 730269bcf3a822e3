"""The question in DuckDB's SQL, on one thread. Its answer is held against the truth.

duckdb_sql.py FORMAT FILE
"""

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
import duckdb
from line_patterns import class_of

LINES = (
    "read_csv('{path}', columns={{'line': 'VARCHAR'}}, delim='\x01', quote='', escape='', header=false,"
    " auto_detect=false, max_line_size=10000000)"
)
GROUPED = "count(*), sum(took), quantile_cont(took, [0.5, 0.95, 0.99])"

TEXT = r"""
    select substr(line, 7, 16) as minute, regexp_extract(line, ' api_id=([^ ]+)', 1) as api,
        regexp_extract(line, ' latency_total=(\d+)', 1)::BIGINT as took,
        regexp_extract(line, ' response_flag=(\w+)', 1) as flag, regexp_extract(line, ' status=(\d+)', 1) as status,
        regexp_extract(line, ' upstream_addr=.?\w+://([^/ ]+)', 1) as upstream
    from {lines} where contains(line, ' prefix=access-log ')
"""
JSON_LINES = (
    "read_json('{path}', format='newline_delimited', ignore_errors=true, columns={{time: 'VARCHAR', prefix: 'VARCHAR',"
    " api_id: 'VARCHAR', status: 'INT', response_flag: 'VARCHAR', upstream_addr: 'VARCHAR', latency_total: 'BIGINT',"
    " message: 'VARCHAR'}})"
)
COMBINED = r"""
    select seen.minute, seen.status, seen.api, count(*)
    from (select regexp_extract(line,
        '\[([^\]]{{17}})[^\]]*\] "\S+ /([^/ ]*)[^"]*" (\d+) ',
        ['minute', 'api', 'status']) as seen from {lines})
    group by all
"""


def main(name: str, path: str) -> None:
    database = duckdb.connect()
    database.execute("SET threads=1")
    lines = LINES.format(path=path)
    if name == "combined":
        rows = database.execute(COMBINED.format(lines=lines)).fetchall()
        print(json.dumps({"requests": sum(row[3] for row in rows), "groups": len(rows), "errors": {}}))
        return
    if name == "logrus_text":
        text = TEXT.format(lines=lines)
        rows = database.execute(
            f"select minute, api, if(flag = '', status, flag) as ended, upstream, {GROUPED} from ({text}) group by all"
        ).fetchall()
        messages = database.execute(
            f"""select regexp_extract(line, '^time="[^"]*" level=\\w+ message="([^"]*)', 1), count(*) from {lines}
            where not contains(line, ' prefix=access-log ') group by all"""
        ).fetchall()
    else:
        objects = JSON_LINES.format(path=path)
        rows = database.execute(
            f"""select time[:16], api_id, coalesce(response_flag, status::VARCHAR), split_part(upstream_addr, '/', 3),
            count(*), sum(latency_total), quantile_cont(latency_total, [0.5, 0.95, 0.99])
            from {objects} where prefix = 'access-log' group by all"""
        ).fetchall()
        messages = database.execute(
            f"select message, count(*) from {objects} where prefix <> 'access-log' group by all"
        ).fetchall()
    errors: Counter[str] = Counter()
    for message, count in messages:
        errors[class_of(message.encode())] += count
    del errors[""]
    print(
        json.dumps(
            {
                "requests": sum(row[4] for row in rows),
                "groups": len(rows),
                "took": float(sum(row[5] for row in rows)),
                "errors": dict(errors),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
