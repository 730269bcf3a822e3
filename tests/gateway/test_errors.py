"""What goes wrong: the answer to the client, and the lines in the log."""

import json
import socket
import time

import pytest

from tests.gateway.served import Gateway, Scripted, definition, extended, oas, rest_of, steady

PROBLEM = (500, b'{\n    "error": "There was a problem proxying the request"\n}')
LATE = (504, b'{\n    "error": "Upstream service reached hard timeout."\n}')

ERROR = (
    'level=error message="http: proxy error: {text}" api_id=id-a api_name=a mw=ReverseProxy org_id=org prefix=proxy '
    'server_name="127.0.0.1:PORT" type=request user_id=-- user_ip=127.0.0.1 user_name='
)
ACCESS = (
    "level=info api_id=id-a api_key=-- api_name=a api_type=classic client_ip=127.0.0.1 {fields}"
    'host="127.0.0.1:PORT" latency_gateway=N latency_total=N method=GET org_id=org original_path=/a{path} path={path} '
    'prefix=access-log protocol=HTTP/1.1 remote_addr="127.0.0.1:PORT" {more}'
    'upstream_addr="http://127.0.0.1:PORT{path}" upstream_latency=N {last}user_agent='
)


CUT = (
    'level=error message="http: proxy error during body copy: unexpected EOF" api_id=id-a api_name=a mw=ReverseProxy '
    "org_id=org prefix=proxy type=request"
)


def lines(path: str, text: str, details: str, flag: str, status: int) -> list[str]:
    """The two of a request that got no answer from its upstream."""
    target = f'error_source=ReverseProxy error_target="127.0.0.1:PORT{path}" '
    more = f"response_code_details={details} response_flag={flag} status={status} "
    return [ERROR.format(text=text), ACCESS.format(fields=target, path=path, more=more, last="")]


def log_of(gateway: Gateway) -> list[str]:
    gateway.logged("prefix=access-log")
    return [steady(line) for line in gateway.log()]


@pytest.mark.parametrize(
    ("path", "answer", "text", "details", "flag"),
    [
        ("/close", PROBLEM, "EOF", "upstream_error", "UPE"),
        (
            "/reset",
            PROBLEM,
            "read tcp 127.0.0.1:PORT->127.0.0.1:PORT: read: connection reset by peer",
            "connection_reset",
            "URR",
        ),
        (
            "/garbage",
            PROBLEM,
            r"net/http: HTTP/1.x transport connection broken: malformed HTTP status code \"what\"",
            "upstream_error",
            "UPE",
        ),
        ("/silent", LATE, "net/http: timeout awaiting response headers", "context_deadline_exceeded", "URT"),
    ],
)
def test_an_upstream_that_fails(serve, upstream, path, answer, text, details, flag):
    gateway = serve([definition("/a/", upstream)], {"proxy_default_timeout": 1})

    got = gateway.get("/a" + path)

    assert (got.status, got.body) == answer
    assert (got.headers["content-type"], got.headers["x-generator"]) == ("application/json", "tyk.io")
    assert log_of(gateway) == lines(path, text, details, flag, answer[0])


def test_nobody_listens(serve):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    gateway = serve([definition("/a/", f"http://127.0.0.1:{port}")])

    got = gateway.get("/a/x")

    assert (got.status, got.body) == PROBLEM
    text = "dial tcp 127.0.0.1:PORT: connect: connection refused"
    assert log_of(gateway) == lines("/x", text, "connection_refused", "UCF", 500)


def test_a_client_that_leaves(serve, upstream):
    gateway = serve([definition("/a/", upstream)])
    with gateway.connect() as made:
        made.sendall(b"GET /a/silent HTTP/1.1\r\nHost: %b\r\n\r\n" % f"127.0.0.1:{gateway.port}".encode())
        time.sleep(0.3)

    assert log_of(gateway) == lines("/silent", "context canceled", "client_disconnected", "CDC", 499)


def test_a_5xx_of_the_upstream_is_marked(serve, upstream):
    gateway = serve([definition("/a/", upstream)])

    assert gateway.get("/a/status/503").status == 503

    fields = 'error_source=Upstream error_target="127.0.0.1:PORT" '
    more = "response_code_details=upstream_response_5xx response_flag=URS status=503 type=request "
    access = ACCESS.format(fields=fields, path="/status/503", more=more, last="upstream_status=503 ")
    assert log_of(gateway) == [access]


def test_a_cut_body_is_a_200_in_the_log_as_in_tyks(serve, upstream):
    gateway = serve([definition("/a/", upstream)])

    got = gateway.raw(b"GET /a/truncate/100/10 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")

    assert got.partition(b"\r\n\r\n")[2] == b"tttttttttt"
    assert log_of(gateway) == [
        CUT,
        ACCESS.format(fields="", path="/truncate/100/10", more="status=200 type=request ", last=""),
    ]


def test_strict_logging_says_that_it_was_cut(serve, upstream):
    gateway = serve([definition("/a/", upstream)], None, "--strict-logging")

    gateway.raw(b"GET /a/truncate/100/10 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")

    assert "response_code_details=upstream_error response_flag=UPE status=200" in gateway.logged("access-log")[0]


def test_strict_logging_tells_of_an_api_that_is_not_tracked(serve):
    apis = [definition("/a/", "http://127.0.0.1:1", do_not_track=True)]
    quiet, strict = serve(apis), serve(apis, None, "--strict-logging")

    assert [one.get("/a/x").status for one in (quiet, strict)] == [500, 500]

    assert "response_flag=UCF" in strict.logged("access-log")[0]
    quiet.logged("proxy error")
    assert [line for line in quiet.log() if "access-log" in line] == []


def test_the_log_as_json(serve):
    gateway = serve([definition("/a/", "http://127.0.0.1:1")], {"log_format": "json"})

    gateway.get("/a/x", User_Agent="probe/1")

    gateway.logged("access-log")
    error, access = (json.loads(line) for line in gateway.log())
    changing = ("time", "host", "remote_addr", "latency_total", "latency_gateway")
    assert {name: value for name, value in error.items() if name not in changing} == {
        "level": "error",
        "message": "http: proxy error: dial tcp 127.0.0.1:1: connect: connection refused",
        "api_id": "id-a",
        "api_name": "a",
        "mw": "ReverseProxy",
        "org_id": "org",
        "prefix": "proxy",
        "server_name": "127.0.0.1:1",
        "type": "request",
        "user_id": "--",
        "user_ip": "127.0.0.1",
        "user_name": "",
    }
    assert {name: value for name, value in access.items() if name not in changing} == {
        "level": "info",
        "message": "",
        "api_id": "id-a",
        "api_key": "--",
        "api_name": "a",
        "api_type": "classic",
        "client_ip": "127.0.0.1",
        "error_source": "ReverseProxy",
        "error_target": "127.0.0.1:1/x",
        "method": "GET",
        "org_id": "org",
        "original_path": "/a/x",
        "path": "/x",
        "prefix": "access-log",
        "protocol": "HTTP/1.1",
        "response_code_details": "connection_refused",
        "response_flag": "UCF",
        "status": 500,
        "upstream_addr": "http://127.0.0.1:1/x",
        "upstream_latency": 0,
        "user_agent": "probe/1",
    }


def test_gwdiag_logs_reads_what_the_gateway_writes(serve, upstream, gwdiag, tmp_path):
    gateway = serve([definition("/a/", upstream), definition("/gone/", "http://127.0.0.1:1")])
    for _ in range(3):
        gateway.get("/gone/x")
    gateway.get("/a/status/503")
    gateway.logged("access-log", 4)

    log = tmp_path / "read.log"
    log.write_text("\n".join(gateway.log()) + "\n")
    report = json.loads(gwdiag("logs", log, "-o", "json", "--fail-on", "never").stdout)

    assert {one["class"]: one["count"] for one in report["classes"]} == {"upstream_dial_refused": 3, "upstream_5xx": 1}


# ---- limits of time


@pytest.fixture(scope="module")
def timed(upstream, tmp_path_factory):
    rules = [
        {"path": "/delay", "method": "GET", "timeout": 1},
        {"path": "/silent", "method": "GET", "timeout": 0, "duration": "300ms"},
        {"path": "/status", "method": "POST", "timeout": 1},
        {"path": "/drip", "method": "GET", "timeout": 1},
    ]
    operations = {"slow": {"enforceTimeout": {"enabled": True, "value": 1}}, "off": {"enforceTimeout": {"value": 1}}}
    paths = {"/delay/{n}": {"get": {"operationId": "slow"}, "put": {"operationId": "off"}}}
    gateway = Gateway(
        tmp_path_factory.mktemp("timed"),
        [
            definition("/a/", upstream, version_data=extended(hard_timeouts=rules)),
            oas("/oas/", upstream, paths=paths, operations=operations),
        ],
    )
    yield gateway
    gateway.stop()


@pytest.mark.parametrize(
    ("method", "path", "status", "within"),
    [
        ("GET", "/a/delay/3", 504, (1.0, 2.5)),
        ("POST", "/a/delay/1.3", 200, (1.3, 3.0)),
        ("GET", "/a/delay/0.2", 200, (0.2, 1.0)),
        ("GET", "/a/silent", 504, (0.3, 1.5)),
        ("GET", "/oas/delay/3", 504, (1.0, 2.5)),
        ("PUT", "/oas/delay/1.3", 200, (1.3, 3.0)),
    ],
)
def test_an_enforced_timeout(timed, method, path, status, within):
    began = time.monotonic()

    answer = timed.ask(method, path)

    spent = time.monotonic() - began
    assert answer.status == status
    assert within[0] <= spent <= within[1]
    if status == 504:
        assert answer.body == LATE[1]


def test_an_enforced_timeout_cuts_a_body_that_is_under_way(timed):
    began = time.monotonic()

    with timed.connect() as made:
        made.sendall(b"GET /a/drip/40/0.2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        got = rest_of(made)

    assert got.startswith(b"HTTP/1.1 200 OK\r\n")
    assert got.endswith(b"0\r\n\r\n")  # it looks whole, as Tyk's does
    assert 0.9 <= time.monotonic() - began <= 3


def test_a_slow_upstream_may_take_as_long_as_no_limit_says(serve):
    slow = Scripted([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
    gateway = serve([definition("/a/", slow.url)])

    assert gateway.get("/a/").body == b"ok"
    slow.close()


@pytest.mark.parametrize(
    "settings", [{}, {"log_format": "json"}, {"access_logs": {"enabled": True, "template": ["path"]}}]
)
def test_a_line_that_comes_again_is_logged_as_the_first_time(serve, upstream, settings):
    gateway = serve([definition("/a/", upstream)], settings)
    for _ in range(4):
        gateway.get("/a/status/200?x=50%25")

    lines = gateway.logged("access-log", 4)

    assert len(lines) == 4
    assert len(set(lines)) == 1
