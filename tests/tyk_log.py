"""Tyk's log lines for tests, in the grammar that the real gateway prints (5.8 and 5.14, text)."""

from datetime import UTC, datetime

BEGIN = datetime(2026, 11, 20, 8, 0, 0, tzinfo=UTC).timestamp()
"""2026-11-20T08:00:00Z, where the logs of the tests begin."""


def stamp(second: float) -> str:
    """The time of a 5.14 line, that many seconds after BEGIN."""
    return datetime.fromtimestamp(BEGIN + second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def access(
    second: float,
    *,
    status: int = 200,
    api: str = "Orders",
    upstream: str = "http://orders.internal:9001",
    client: str = "203.0.113.7",
    method: str = "GET",
    path: str = "/items/1",
    latency: int = 20,
    flag: str = "",
    detail: str = "",
) -> str:
    """An access line of 5.14."""
    flags = f" response_code_details={detail} response_flag={flag}" if flag else ""
    return (
        f'time="{stamp(second)}" level=info api_id={api_id(api)} api_key=00000000 api_name={api} api_type=classic'
        f" client_ip={client} host=api.example.com latency_gateway=0 latency_total={latency} method={method}"
        f" org_id=default original_path=/{api.lower()}{path} path={path} prefix=access-log protocol=HTTP/1.1"
        f' remote_addr="10.20.0.9:47846"{flags} status={status} type=request upstream_addr="{upstream}{path}"'
        f" upstream_latency={latency if not flag else 0} user_agent=okhttp/4.12.0"
    )


def proxy_error(
    second: float,
    error: str,
    *,
    api: str = "Orders",
    server: str = "orders.internal:9001",
    client: str = "203.0.113.7",
) -> str:
    """The message of a failed request, as the proxy step of 5.14 writes it before the access line."""
    return (
        f'time="{stamp(second)}" level=error message="http: proxy error: {error}" api_id={api_id(api)} api_name={api}'
        f' mw=ReverseProxy org_id=default prefix=proxy server_name="{server}" type=request user_id=--'
        f' user_ip="{client}, 10.20.0.9" user_name='
    )


def message(second: float, text: str, *, level: str = "info", prefix: str = "main") -> str:
    """A message about the gateway itself."""
    return f'time="{stamp(second)}" level={level} message="{text}" prefix={prefix}'


def api_id(api: str) -> str:
    return f"id-{api.lower()}"


def old_stamp(second: float) -> str:
    """The time of a 5.8 text line: no year, no zone."""
    return datetime.fromtimestamp(BEGIN + second, UTC).strftime("%b %d %H:%M:%S")


def old_access(
    second: float,
    *,
    status: int = 200,
    api: str = "Orders",
    upstream: str = "http://orders.internal:9001",
    client: str = "203.0.113.7",
    method: str = "GET",
    path: str = "/items/1",
    latency: int = 20,
) -> str:
    """An access line of 5.8. That of an error has no API and no duration."""
    failed = status >= 400
    named = ("", "") if failed else (f"api_id={api_id(api)} ", f"api_name={api} ")
    return (
        f'time="{old_stamp(second)}" level=info {named[0]}api_key=00000000 {named[1]}client_ip={client}'
        f" host=api.example.com latency_total={0 if failed else latency} method={method} path={path}"
        f' prefix=access-log protocol=HTTP/1.1 remote_addr="10.20.0.9:54060" status={status}'
        f' upstream_addr="{upstream}{path}" upstream_latency={0 if failed else latency} user_agent=okhttp/4.12.0'
    )


def old_proxy_error(
    second: float,
    error: str,
    *,
    api: str = "Orders",
    server: str = "orders.internal:9001",
    client: str = "203.0.113.7",
) -> str:
    """The message of a failed request, as 5.8 writes it before the access line."""
    return (
        f'time="{old_stamp(second)}" level=error msg="http: proxy error: {error}" api_id={api_id(api)} api_name={api}'
        f' mw=ReverseProxy org_id=default prefix=proxy server_name="{server}" user_id=--'
        f' user_ip="{client}, 10.20.0.9" user_name='
    )
