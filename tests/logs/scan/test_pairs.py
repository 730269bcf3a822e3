"""Messages and access lines are joined a page at a time as they are one by one."""

import random
from pathlib import Path

import pytest

from tests.logs.scan.ways import Slow, differences, quickly
from tests.tyk_log import access, api_id, message, proxy_error, stamp

PAGES = (1000, 1 << 15, 1 << 22)
CLIENTS = ("203.0.113.7", "203.0.113.8", "2001:db8::1")
APIS = ("Orders", "Users")


def refusal(second: float, text: str, *, api: str, client: str, path: str) -> str:
    """A refusal by a middleware: it names the path that was asked for."""
    return (
        f'time="{stamp(second)}" level=info message="{text}" api_id={api_id(api)} api_name={api} key="****abcd"'
        f" mw=AuthKey org_id=default origin={client} path={path}"
    )


def failure(chosen: random.Random, second: float) -> list[str]:
    """A message and what follows it: its own access line, another's, one that is late, or nothing."""
    client, api, path = chosen.choice(CLIENTS), chosen.choice(APIS), f"/items/{chosen.randrange(3)}"
    if chosen.random() < 0.3:
        text = chosen.choice(("Key Rate Limit Exceeded", "Attempted access with non-existent key."))
        asked = chosen.choice((path, f"/{api.lower()}{path}", "/items/1", "/elsewhere"))
        said = refusal(second, text, api=api, client=client, path=asked)
        line = access(second, status=chosen.choice((403, 429)), api=api, client=client, path=path)
    else:
        error, status, flag, detail = chosen.choice(
            (
                ("dial tcp 10.20.0.31:9001: i/o timeout", 504, "UCT", "connection_timeout"),
                ("dial tcp 10.20.0.31:9001: connect: connection refused", 500, "UCF", "connection_refused"),
                (f"read tcp 10.20.0.5:{chosen.randrange(1024, 65536)}->10.20.0.31:9001: read: connection reset by peer",
                 500, "URR", "connection_reset"),
                ("net/http: timeout awaiting response headers", 504, "URT", "response_headers_timeout"),
                ("context canceled", 499, "CDC", "client_disconnected"),
                ((f"x509: certificate has expired or is not yet valid: current time {stamp(second)} is after "
                 "2026-01-01T00:00:00Z"), 500, "TLE", "tls_certificate_expired"),
            )
        )  # fmt: skip
        said = proxy_error(second, error, api=api, client=client)
        line = access(second, status=status, api=api, client=client, path=path, flag=flag, detail=detail)
    other = access(second, status=500, api=chosen.choice(APIS), client=chosen.choice(CLIENTS), flag="URS", detail="x")
    late = access(second + chosen.choice((1, 9, 30)), status=500, api=api, client=client, flag="UCF", detail="x")
    return chosen.choice(
        (
            *([[said, line]] * 6),
            [said],
            [said, other],
            [said, other, line],
            [said, said, line, line],
            [said, "", line],
            [said, line, "goroutine 1 [running]:"],
            [said, late],
            [line, said],
            [said, message(second, "reload"), line],
        )
    )


@pytest.mark.parametrize("seed", range(8))
def test_both_ways_join_the_same(seed: int, tmp_path: Path):
    chosen, log = random.Random(seed), tmp_path / "a.log"
    lines: list[str] = []
    for second in range(700):
        lines.append(access(second, api=chosen.choice(APIS), client=chosen.choice(CLIENTS)))
        if chosen.random() < 0.3:
            lines += failure(chosen, second)
    log.write_text("\n".join(lines) + "\n")

    assert differences(log, PAGES) == []


def test_pairs_are_not_read_one_by_one(tmp_path: Path):
    log = tmp_path / "a.log"
    lines = []
    for second in range(3000):
        port = 1024 + second
        error = f"read tcp 10.20.0.5:{port}->10.20.0.31:9001: read: connection reset by peer"
        lines += [access(second), proxy_error(second, error), access(second, status=500, flag="URR", detail="reset")]
        error = f"x509: certificate has expired: current time {stamp(second)} is after 2026-01-01T00:00:00Z"
        lines += [access(second), proxy_error(second, error), access(second, status=500, flag="TLE", detail="expired")]
        lines += [access(second), refusal(second, "Key Rate Limit Exceeded", api="Orders", client=CLIENTS[0],
                                          path=f"/orders/items/{second}"),
                  access(second, status=429, path=f"/items/{second}", flag="RLT", detail="rate")]  # fmt: skip
    log.write_text("\n".join(lines) + "\n")

    with Slow() as slow:
        read = quickly(log, 1 << 20)

    assert read.tally.joined == 9000
    assert slow.lines < 100
