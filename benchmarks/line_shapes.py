"""What a line of each format looks like, and how a failure of each class looks in it.

`<name>` stands for a value of the request (`generate.Request`) or for one that the shape itself gives. The grammar is that of
the lines in `sample_logs/formats/`, which also say where they are from.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One format.

    `normal`: what a request that went well puts in the places that the request does not fill.
    `failures`: class and what differs then; `took` is the time in ms of a request that waits for a timeout. The first one
    is what the incident consists of. Where nothing of a request that went well is logged, `share` says how many of the
    lines are failures. `requests`: whether each line is one request.
    """

    line: str
    normal: dict[str, str] = field(default_factory=dict)
    failures: tuple[tuple[str, dict[str, str]], ...]
    requests: bool = True
    share: float = 0.02


def _statuses(**of: str) -> tuple[tuple[str, dict[str, str]], ...]:
    return tuple((name, {"status": status}) for name, status in of.items())


BY_STATUS = _statuses(
    upstream_response_timeout="504", upstream_5xx="503", bad_client_request="404", auth_failed="403", rate_limited="429"
)
"""What formats that give no reason say by the status alone."""


def _messages(level: str, **of: str) -> tuple[tuple[str, dict[str, str]], ...]:
    return tuple((name, {"level": level, "message": message}) for name, message in of.items())


GO_ERRORS = {
    "upstream_dial_timeout": "dial tcp <upstream>: i/o timeout",
    "client_canceled": "context canceled",
    "upstream_dial_refused": "dial tcp <upstream>: connect: connection refused",
    "upstream_reset": "read tcp 10.20.0.5:<port>-><upstream>: read: connection reset by peer",
    "upstream_closed": "EOF",
    "upstream_response_timeout": "net/http: timeout awaiting response headers",
    "dns_not_found": "dial tcp: lookup gone.internal on 10.20.0.53:53: no such host",
    "tls_unknown_authority": "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "tls_cert_expired": "tls: failed to verify certificate: x509: certificate has expired or is not yet valid:"
    " current time <iso>Z is after 2026-01-01T00:00:00Z",
}
"""How Go's net/http words it, and with it every gateway written in Go."""

_TYK_FAILURES = (  # class, status, flag, details, source, ms that it takes
    ("upstream_dial_timeout", "500", "URT", "request_timeout", "30000"),
    ("client_canceled", "499", "CDC", "client_disconnected", "900"),
    ("upstream_dial_refused", "500", "UCF", "connection_refused", "1"),
    ("upstream_reset", "500", "URR", "connection_reset", ""),
    ("upstream_closed", "500", "UPE", "upstream_error", ""),
    ("upstream_response_timeout", "504", "URT", "response_headers_timeout", "10000"),
    ("dns_not_found", "500", "DNS", "dns_not_found", "1"),
    ("tls_unknown_authority", "500", "TLN", "tls_unknown_authority", "3"),
    ("tls_cert_expired", "500", "TLE", "tls_certificate_expired", "3"),
)


def _tyk_text() -> Shape:
    failures = [
        (
            name,
            {
                "error": f'time="<iso>Z" level=error message="http: proxy error: {GO_ERRORS[name]}" api_id=<api_id>'
                " api_name=<api_name> mw=ReverseProxy org_id=default prefix=proxy"
                ' server_name="<upstream>" type=request user_id=-- user_ip="<client>, 10.20.0.9" user_name=\n',
                "source": ' error_source=ReverseProxy error_target="<upstream>/<tail>"',
                "flag": f" response_code_details={details} response_flag={flag}",
                "status": status,
                "took": took,
            },
        )
        for name, status, flag, details, took in _TYK_FAILURES
    ]
    failures += [
        (
            "upstream_5xx",
            {
                "source": ' error_source=Upstream error_target="<upstream>"',
                "flag": " response_code_details=upstream_response_5xx response_flag=URS",
                "status": "503",
            },
        ),
        (
            "rate_limited",
            {
                "source": " error_source=RateLimitAndQuotaCheck",
                "flag": " response_code_details=session_rate_limited response_flag=RLT",
                "status": "429",
                "asked": "<path_quoted>",
                "took": "0",
            },
        ),
        (
            "auth_failed",
            {
                "source": " error_source=AuthKey",
                "flag": " response_code_details=auth_key_not_found response_flag=AKI",
                "status": "403",
                "asked": "<path_quoted>",
                "took": "0",
            },
        ),
    ]
    return Shape(
        line='<error>time="<iso>Z" level=info api_id=<api_id> api_key=00000000 api_name=<api_name> api_type=classic'
        " client_ip=<client><source> host=api.example.com latency_gateway=1 latency_total=<ms> method=<method>"
        " org_id=default original_path=<path_quoted> path=<tail_quoted> prefix=access-log protocol=HTTP/1.1"
        ' remote_addr="10.20.0.9:<port>"<flag> status=<status> type=request upstream_addr=<asked>'
        " upstream_latency=<ms> user_agent=<agent_quoted>",
        normal={"error": "", "source": "", "flag": "", "asked": '"http://<upstream>/<tail>"'},
        failures=tuple(failures),
    )


def _tyk_json() -> Shape:
    failures = [
        (
            name,
            {
                "error": '{"api_id":"<api_id>","api_name":"<api_title>","level":"error","message":"http: proxy error: '
                + GO_ERRORS[name].replace("->", r"-\u003e")
                + '","mw":"ReverseProxy","org_id":"default","prefix":"proxy","server_name":"<upstream>",'
                '"time":"<iso>Z","type":"request","user_id":"--","user_ip":"<client>, 10.20.0.9","user_name":""}\n',
                "source": '"error_source":"ReverseProxy","error_target":"<upstream>/<tail>",',
                "flag": f'"response_code_details":"{details}","response_flag":"{flag}",',
                "status": status,
                "took": took,
            },
        )
        for name, status, flag, details, took in _TYK_FAILURES
    ]
    failures += [
        (
            name,
            {
                "source": f'"error_source":"{source}",',
                "flag": f'"response_code_details":"{details}","response_flag":"{flag}",',
                "status": status,
                "asked": asked,
            },
        )
        for name, status, flag, details, source, asked in (
            ("upstream_5xx", "503", "URS", "upstream_response_5xx", "Upstream", "http://<upstream>/<tail>"),
            ("rate_limited", "429", "RLT", "session_rate_limited", "RateLimitAndQuotaCheck", "<path>"),
            ("auth_failed", "403", "AKI", "auth_key_not_found", "AuthKey", "<path>"),
        )
    ]
    return Shape(
        line='<error>{"api_id":"<api_id>","api_key":"00000000","api_name":"<api_title>","api_type":"classic",'
        '"client_ip":"<client>",<source>"host":"api.example.com","latency_gateway":1,"latency_total":<ms>,'
        '"level":"info","message":"","method":"<method>","org_id":"default","original_path":"<path>","path":"/<tail>",'
        '"prefix":"access-log","protocol":"HTTP/1.1","remote_addr":"10.20.0.9:<port>",<flag>"status":<status>,'
        '"time":"<iso>Z","type":"request","upstream_addr":"<asked>","upstream_latency":<ms>,'
        '"user_agent":"<agent_json>"}',
        normal={"error": "", "source": "", "flag": "", "asked": "http://<upstream>/<tail>"},
        failures=tuple(failures),
    )


def _caddy(access: str, error: str) -> Shape:
    """Of a failed request there is a message with the reason and an access record."""
    failures = tuple(
        (
            name,
            {"error": error.replace("<message>", message) + "\n", "status": status, "level": "error", "took": took},
        )
        for name, status, took, message in (
            ("upstream_dial_timeout", "502", "3000", GO_ERRORS["upstream_dial_timeout"]),
            ("upstream_dial_refused", "502", "1", GO_ERRORS["upstream_dial_refused"]),
            ("upstream_reset", "502", "", GO_ERRORS["upstream_reset"]),
            ("upstream_response_timeout", "504", "10000", GO_ERRORS["upstream_response_timeout"]),
            ("dns_not_found", "502", "1", GO_ERRORS["dns_not_found"]),
        )
    )
    return Shape(line="<error>" + access, normal={"error": "", "level": "info"}, failures=failures)


_ENVOY_FAILURES = tuple(
    (name, {"status": status, "flag": flag, "details": details, "reason": reason, "took": took})
    for name, status, flag, details, reason, took in (
        (
            "upstream_dial_timeout",
            "503",
            "UF",
            "upstream_reset_before_response_started{connection_timeout}",
            "",
            "5000",
        ),
        (
            "upstream_dial_refused",
            "503",
            "UF",
            "upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}",
            "delayed_connect_error:_Connection_refused",
            "1",
        ),
        ("upstream_closed", "503", "UC", "upstream_reset_before_response_started{connection_termination}", "", ""),
        ("upstream_response_timeout", "504", "UT", "response_timeout", "", "15000"),
        ("client_canceled", "0", "DC", "downstream_remote_disconnect", "", "900"),
        ("upstream_5xx", "503", "-", "via_upstream", "", ""),
    )
)

_HAPROXY_FAILURES = tuple(
    (name, {"status": status, "ended": ended, "times": times, "took": took})
    for name, status, ended, times, took in (
        ("upstream_dial_timeout", "503", "sC--", "0/0/-1/-1/<ms>", "3000"),
        ("upstream_dial_refused", "503", "SC--", "0/0/-1/-1/<ms>", "3"),
        ("upstream_response_timeout", "504", "sH--", "0/0/1/-1/<ms>", "10000"),
        ("upstream_closed", "502", "SH--", "0/0/1/-1/<ms>", ""),
        ("upstream_5xx", "500", "----", "0/0/1/<ms>/<ms>", ""),
    )
)

SHAPES: dict[str, Shape] = {
    "logrus_text": _tyk_text(),
    "logrus_json": _tyk_json(),
    "combined": Shape(
        line='<client> - - [<clf>] "<method> <uri> HTTP/1.1" <status> <size> "-" "<agent_x22>"',
        failures=BY_STATUS,
    ),
    "apache_error": Shape(
        line="[<ctime>.<ms3>123 2026] [<level>] [pid 25220:tid 25305] <message>",
        normal={"level": "proxy:info", "message": "[client <client>:<port>] AH02337: proxy: keeping <path> as it is"},
        failures=_messages(
            "proxy_http:error",
            upstream_response_timeout="(70007)The timeout specified has expired: [client <client>:<port>] AH01102: error"
            " reading status line from remote server <upstream>",
            upstream_reset="(104)Connection reset by peer: [client <client>:<port>] AH01102: error reading status line"
            " from remote server <upstream>",
            dns_not_found="(EAI 2)Name or service not known: [client <client>:<port>] AH00898: DNS lookup failure for:"
            " gone.invalid returned by <uri>",
            auth_failed="[client <client>:<port>] AH01630: client denied by server configuration: /var/www/html<uri>",
        ),
        requests=False,
        share=0.2,
    ),
    "apisix_access": Shape(
        line='<client> - - [<clf>] api.example.com "<method> <uri> HTTP/1.1" <status> <size> <seconds> "-" "<agent_x22>"'
        ' <upstream> <status> <seconds> "http://<api_id><uri>" "<id>"',
        failures=BY_STATUS,
    ),
    "apisix_log": Shape(
        line='{"request":{"method":"<method>","uri":"<uri>","url":"http://api.example.com:9080<uri>","headers":'
        '{"host":"api.example.com","user-agent":"<agent_json>"},"querystring":{},"size":181},"response":{"status":<status>,'
        '"headers":{"server":"APISIX/3.13.0","content-type":"application/json"},"size":<size>},"server":{"hostname":'
        '"edge-1","version":"3.13.0"},"upstream":"<upstream>","service_id":"","route_id":"<api_id>","client_ip":"<client>",'
        '"start_time":<epoch><ms3>,"latency":<ms>,"upstream_latency":<ms>,"apisix_latency":0}',
        failures=BY_STATUS,
    ),
    "aws_alb": Shape(
        line="https <iso>.<ms3>641Z app/shop-alb/68820c894a252686 <client>:<port> <upstream> <times> <status>"
        ' <answered> 34 <size> "<method> https://shop.example.com:443<uri> HTTP/1.1" "<agent_json>"'
        " ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/<api_id>/"
        'f3a0e652733a9425 "Root=1-b8538608-86599b2ac757f8290996dd9d" "shop.example.com" "session-reused" 0'
        ' <iso>.<ms3>000Z "forward" "-" "-" "<upstream>" "<answered>" "-" "-"',
        normal={"times": "0.000 <seconds> 0.000", "answered": "200"},
        failures=(
            ("upstream_response_timeout", {"status": "504", "times": "0.000 -1 -1", "answered": "-", "took": "60000"}),
            ("upstream_connect_failed", {"status": "502", "times": "-1 -1 -1", "answered": "-"}),
            ("upstream_5xx", {"status": "503", "answered": "503"}),
        ),
    ),
    "aws_elb": Shape(
        line='<iso>.<ms3>234Z shop-elb <client>:<port> <upstream> <times> <status> <answered> 0 <size> "<method>'
        ' http://shop.example.com:80<uri> HTTP/1.1" "<agent_json>" - -',
        normal={"times": "0.000069 <seconds>113 0.000049", "answered": "200"},
        failures=(
            ("upstream_response_timeout", {"status": "504", "times": "0.000081 -1 -1", "answered": "0"}),
            ("upstream_connect_failed", {"status": "502", "times": "-1 -1 -1", "answered": "0"}),
            ("upstream_5xx", {"status": "503", "answered": "503"}),
        ),
    ),
    "aws_nlb": Shape(
        line="tls 2.0 <iso> net/shop-nlb/797b6bcb376b5600 369af19c54cebb0e <client>:<port> 10.0.8.5:443 <ms> <rest> <iso>",
        normal={
            "rest": "3 412 <size> - arn:aws:acm:eu-west-1:111122223333:certificate/4e0d63a9-12f5-157a-00cd-7414597dab5b -"
            ' ECDHE-RSA-AES128-SHA tlsv12 - shop.example.com h2 h2 "h2","http/1.1"'
        },
        failures=(("client_tls_handshake", {"rest": "- 171 0 48 - - - - - - - - -"}),),
    ),
    "caddy_json": _caddy(
        '{"level":"<level>","ts":<epoch>.<ms3>6095,"logger":"http.log.access.log0","msg":"handled request","request":'
        '{"remote_ip":"<client>","remote_port":"<port>","proto":"HTTP/1.1","method":"<method>","host":"api.example.com",'
        '"uri":"<uri>","headers":{"User-Agent":["<agent_json>"]}},"user_id":"","duration":<seconds>807,"size":<size>,'
        '"status":<status>,"resp_headers":{"Server":["Caddy"],"Content-Type":["application/json"]}}',
        '{"level":"error","ts":<epoch>.<ms3>6090,"logger":"http.log.error.log0","msg":"<message>","request":'
        '{"remote_ip":"<client>","remote_port":"<port>","proto":"HTTP/1.1","method":"<method>","host":"api.example.com",'
        '"uri":"<uri>","headers":{"User-Agent":["<agent_json>"]}},"duration":<seconds>807,"status":<status>,"err_id":'
        '"6th5iq92f","err_trace":"reverseproxy.statusError (reverseproxy.go:1776)"}',
    ),
    "dotnet_console": Shape(
        line="<iso>.<ms3>Z <level>: Yarp.ReverseProxy.Forwarder.HttpForwarder[<message>",
        normal={"level": "info", "message": "9] Proxying to http://<upstream><uri> HTTP/2 RequestVersionOrLower"},
        failures=_messages(
            "warn",
            upstream_response_timeout="48] RequestTimedOut: The request timed out before receiving a response.",
            upstream_dial_refused="48] Request: An error was encountered before receiving a response."
            " System.Net.Http.HttpRequestException: Connection refused (<upstream>)",
            client_canceled="48] RequestCanceled: The request was canceled before receiving a response.",
        ),
        requests=False,
        share=0.2,
    ),
    "envoy_access": Shape(
        line='[<iso>.<ms3>Z] "<method> <uri> HTTP/1.1" <status> <flag> <details> - "<reason>" 0 <size> <ms> - "<client>"'
        ' "<agent>" "<uuid>" "shop.example.com" "<upstream>" outbound|8080||<api_id>.shop.svc.cluster.local'
        " 127.0.0.1:43710 127.0.0.1:8300 <client>:0 - default",
        normal={"flag": "-", "details": "via_upstream", "reason": "-"},
        failures=tuple((name, values | {"reason": values["reason"] or "-"}) for name, values in _ENVOY_FAILURES),
    ),
    "envoy_json": Shape(
        line='{":authority":"shop.example.com","bytes_received":0,"bytes_sent":<size>,"connection_termination_details":null,'
        '"downstream_local_address":"127.0.0.1:8300","downstream_remote_address":"<client>:0","duration":<ms>,'
        '"method":"<method>","protocol":"HTTP/1.1","requested_server_name":null,"response_code":<status>,'
        '"response_code_details":"<details>","response_flags":"<flag>","route_name":"default","start_time":"<iso>.<ms3>Z",'
        '"upstream_cluster":"outbound|8080||<api_id>.shop.svc.cluster.local","upstream_host":"<upstream>",'
        '"upstream_local_address":"127.0.0.1:43710","upstream_transport_failure_reason":<reason>,"user-agent":'
        '"<agent_json>","x-envoy-origin-path":"<uri>","x-envoy-upstream-service-time":"<ms>","x-forwarded-for":"<client>",'
        '"x-request-id":"<uuid>"}',
        normal={"flag": "-", "details": "via_upstream", "reason": "null"},
        failures=tuple(
            (name, values | {"reason": f'"{values["reason"]}"' if values["reason"] else "null"})
            for name, values in _ENVOY_FAILURES
        ),
    ),
    "envoy_log": Shape(
        line="[<day_time>.<ms3>][23521][debug]<message>",
        normal={
            "message": '[http] [source/common/http/conn_manager_impl.cc:393] [Tags: "ConnectionId":"<port>"] new stream'
        },
        failures=tuple(
            (name, {"message": message})
            for name, message in (
                (
                    "upstream_dial_timeout",
                    '[router] [source/common/router/router.cc:1697] [Tags: "ConnectionId":"<port>","StreamId":"157502854"]'
                    " upstream reset: reset reason: connection timeout, transport failure reason: ",
                ),
                (
                    "upstream_dial_refused",
                    '[connection] [source/common/network/connection_impl.cc:880] [Tags: "ConnectionId":"<port>"] delayed'
                    " connect error: Connection refused",
                ),
                (
                    "upstream_response_timeout",
                    '[router] [source/common/router/router.cc:1414] [Tags: "ConnectionId":"<port>","StreamId":"125148833"]'
                    " upstream timeout",
                ),
            )
        ),
        requests=False,
        share=0.2,
    ),
    "gcp_load_balancer": Shape(
        line='{"httpRequest": {"latency": "<seconds>512s", "remoteIp": "<client>", "requestMethod": "<method>", "requestSize":'
        ' "96", "requestUrl": "https://orders.example.org<uri>", "responseSize": "<size>", "serverIp": "10.128.0.9",'
        ' "status": <status>, "userAgent": "<agent_json>"}, "insertId": "<id>", "jsonPayload": {"@type":'
        ' "type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry", "statusDetails": "<details>"},'
        ' "logName": "projects/example/logs/requests", "receiveTimestamp": "<iso>.<ms3>Z", "resource": {"type":'
        ' "http_load_balancer", "labels": {"backend_service_name": "<api_id>-backend", "forwarding_rule_name": "orders-fr",'
        ' "project_id": "example"}}, "severity": "INFO", "timestamp": "<iso>.<ms3>234Z"}',
        normal={"details": "response_sent_by_backend"},
        failures=(
            ("upstream_response_timeout", {"status": "504", "details": "backend_timeout", "took": "30000"}),
            ("upstream_connect_failed", {"status": "502", "details": "failed_to_connect_to_backend"}),
            ("no_healthy_upstream", {"status": "502", "details": "failed_to_pick_backend"}),
            ("upstream_5xx", {"status": "500"}),
        ),
    ),
    "gin": Shape(
        line='[GIN] <gin_time> | <status> | <micros>µs | <client_padded> | <method> "<uri>"',
        failures=_statuses(
            upstream_response_timeout="504", upstream_5xx="502", bad_client_request="404", auth_failed="401"
        ),
    ),
    "go_log": Shape(
        line="<slashed> <message>",
        normal={"message": "served <method> <uri> to <client>"},
        failures=tuple((name, {"message": f"http: proxy error: {words}"}) for name, words in GO_ERRORS.items()),
        requests=False,
        share=0.2,
    ),
    "gorouter": Shape(
        line='orders.apps.example.org - [<iso>.<ms3>234567Z] "<method> <uri> HTTP/1.1" <status> 0 <size> "-" "<agent_json>"'
        ' "<client>:<port>" "<upstream>" x_forwarded_for:"<client>, 10.0.0.9" x_forwarded_proto:"https" vcap_request_id:'
        '"<uuid>" response_time:<seconds>521 gorouter_time:0.000133 app_id:"62e3ba20" app_index:"0" instance_id:"8a1b"'
        ' x_cf_routererror:"<details>"',
        normal={"details": "-"},
        failures=(
            (
                "upstream_dial_timeout",
                {"status": "502", "details": f"endpoint_failure ({GO_ERRORS['upstream_dial_timeout']})"},
            ),
            (
                "upstream_dial_refused",
                {"status": "502", "details": f"endpoint_failure ({GO_ERRORS['upstream_dial_refused']})"},
            ),
            ("upstream_closed", {"status": "502", "details": "endpoint_failure (EOF)"}),
            ("client_canceled", {"status": "499", "details": "endpoint_failure (context canceled)", "took": "900"}),
            ("upstream_5xx", {"status": "500"}),
        ),
    ),
    "haproxy_http": Shape(
        line="<client>:<port> [<clf_bare>.<ms3>] api_in <api_id>/s1 <times> <status> <size> - - <ended> 1/1/0/0/0 0/0"
        ' {api.example.com|<agent_hash22>} {text/plain} "<method> <uri> HTTP/1.1"',
        normal={"times": "0/0/0/<ms>/<ms>", "ended": "----"},
        failures=_HAPROXY_FAILURES,
    ),
    "haproxy_json": Shape(
        line='{"time":"<clf>","client":"<client>","status":<status>,"backend":"<api_id>","server":"s1","Tr":<answered>,'
        '"Ta":<ms>,"termination_state":"<ended>","request":"<method> <uri> HTTP/1.1"}',
        normal={"answered": "<ms>", "ended": "----"},
        failures=tuple(
            (name, {**values, "answered": "<ms>" if name == "upstream_5xx" else "-1"})
            for name, values in _HAPROXY_FAILURES
        ),
    ),
    "haproxy_log": Shape(
        line="Health check for server <api_id>/s<status> <message>",
        normal={
            "status": "1",
            "message": "succeeded, reason: Layer7 check passed, code: 200, check duration: <ms>ms, status: 3/3 UP.",
        },
        failures=tuple(
            (name, {"message": f"failed, reason: {reason}, check duration: <ms>ms, status: 0/2 DOWN."})
            for name, reason in (
                ("upstream_dial_timeout", "Layer4 timeout"),
                ("upstream_dial_refused", 'Layer4 connection problem, info: "Connection refused"'),
                ("upstream_response_timeout", "Layer7 timeout"),
                ("upstream_5xx", 'Layer7 wrong status, code: 503, info: "Service Unavailable"'),
            )
        ),
        requests=False,
        share=0.2,
    ),
    "haproxy_tcp": Shape(
        line="<client>:<port> [<clf_bare>.<ms3>] tcp_in <api_id>/s1 <times> <size> <ended> 1/1/0/0/0 0/0",
        normal={"times": "1/0/<ms>", "ended": "--"},
        failures=(
            ("upstream_dial_timeout", {"times": "1/-1/<ms>", "size": "0", "ended": "sC", "took": "3000"}),
            ("upstream_dial_refused", {"times": "1/-1/<ms>", "size": "0", "ended": "SC", "took": "3"}),
            ("upstream_response_timeout", {"times": "1/0/<ms>", "size": "0", "ended": "sD", "took": "10000"}),
        ),
    ),
    "heroku_router": Shape(
        line="<iso>.<ms3>456+00:00 heroku[router]: at=<level> method=<method>"
        ' path="<uri>" host=orders.example.org request_id=<uuid> fwd="<client>" dyno=web.1'
        " connect=<connect> service=<service> status=<status> bytes=<size> protocol=https",
        normal={"level": "info", "connect": "0ms", "service": "<ms>ms"},
        failures=(
            (
                "upstream_dial_timeout",
                {
                    "level": 'error code=H19 desc="Backend connection timeout"',
                    "connect": "5001ms",
                    "service": "",
                    "status": "503",
                    "size": "",
                },
            ),
            (
                "upstream_response_timeout",
                {
                    "level": 'error code=H12 desc="Request timeout"',
                    "service": "30001ms",
                    "status": "503",
                    "size": "0",
                },
            ),
            ("upstream_5xx", {"status": "500"}),
        ),
    ),
    "ingress_nginx": Shape(
        line='<client> - - [<clf>] "<method> <uri> HTTP/1.1" <status> <size> "-" "<agent_x22>" 128 <seconds>'
        " [shop-<api_id>-8080] [] <upstream> <size> <seconds> <status> <id>",
        failures=BY_STATUS,
    ),
    "json_lines": Shape(
        line='{"level":"<level>","ts":<epoch>.<ms3>02,"caller":"gateway/main.go:87","msg":"<message>","path":"<uri>",'
        '"method":"<method>","status":<status>,"duration_ms":<ms>,"client":"<client>"}',
        normal={"level": "info", "message": "request"},
        failures=tuple(
            (name, {"level": "error", "message": f'request failed","error":"{words}', "status": "502"})
            for name, words in GO_ERRORS.items()
        ),
    ),
    "klog": Shape(
        line="<level><klog_time>.<ms3>172   30530 main.go:67] <message>",
        normal={"level": "I", "message": '"Served" method="<method>" path="<uri>" client="<client>"'},
        failures=tuple(
            (name, {"level": "E", "message": f'"Proxy error" err="{words}" path="<uri>"'})
            for name, words in GO_ERRORS.items()
        ),
        requests=False,
        share=0.2,
    ),
    "kong_log": Shape(
        line='{"request":{"id":"<id>","uri":"<uri>","url":"http://api.example.com:8000<uri>","querystring":{},"method":'
        '"<method>","headers":{"host":"api.example.com:8000","user-agent":"<agent_json>","x-forwarded-for":"<client>"},'
        '"size":"214"},"upstream_uri":"/<tail>","upstream_status":"<status>","response":{"status":<status>,"headers":'
        '{"content-type":"application/json"},"size":"<size>"},"latencies":{"kong":2,"proxy":<answered>,"request":<ms>,'
        '"receive":1},"tries":[{"balancer_start":<epoch><ms3>,"balancer_latency":0,"ip":"10.20.0.31","port":9001}],'
        '"route":{"id":"c8d2c7e1-5b7d-4c39-9a53-0b2f1d9a7c11","name":"<api_id>-route","paths":["<listen>"],"protocols":'
        '["http","https"]},"service":{"id":"0f2b6e0a-91f0-4f0e-8a42-5d5f3d7d2b90","name":"<api_id>","host":'
        '"<api_id>.internal","port":9001,"protocol":"http"},"client_ip":"<client>","started_at":<epoch><ms3>,"source":'
        '"<source>","workspace":"default"}',
        normal={"answered": "<ms>", "source": "upstream"},
        failures=(
            ("upstream_response_timeout", {"status": "504", "answered": "-1", "took": "60000"}),
            ("upstream_connect_failed", {"status": "502", "answered": "-1", "source": "kong", "took": "4"}),
            ("upstream_5xx", {"status": "500"}),
        ),
    ),
    "krakend": Shape(
        line="<slashed> KRAKEND <level>: [ENDPOINT: <uri>] <message>",
        normal={"level": "DEBUG", "message": "Building the proxy pipe for <client>"},
        failures=(
            (
                "upstream_dial_refused",
                {"level": "ERROR", "message": 'Get "http://<upstream>/<id>": ' + GO_ERRORS["upstream_dial_refused"]},
            ),
            ("upstream_response_timeout", {"level": "ERROR", "message": "context deadline exceeded"}),
            (
                "dns_not_found",
                {"level": "ERROR", "message": 'Error #0: Get "http://gone.internal/b": ' + GO_ERRORS["dns_not_found"]},
            ),
        ),
        requests=False,
        share=0.2,
    ),
    "linkerd_proxy": Shape(
        line="[<since>.<ms3>746s] <message>",
        normal={
            "message": "DEBUG ThreadId(01) outbound:accept{client.addr=<client>:<port>}: linkerd_app_core::serve:"
            " Connection closed"
        },
        failures=(
            (
                "upstream_dial_timeout",
                {
                    "message": " WARN ThreadId(01) outbound:proxy{addr=10.43.12.80:8080}:service{ns=shop name=<api_id>"
                    " port=8080}:endpoint{addr=10.0.6.31:8080}: linkerd_reconnect: Failed to connect error=connect timed"
                    " out after 1s"
                },
            ),
            (
                "upstream_closed",
                {
                    "message": " INFO ThreadId(01) outbound:proxy{addr=10.43.12.80:8080}:rescue{client.addr=<client>:"
                    "<port>}: linkerd_app_core::errors::respond: HTTP/1.1 request failed error=endpoint 10.0.6.31:8080:"
                    " connection closed before message completed error.sources=[connection closed before message"
                    " completed]"
                },
            ),
        ),
        requests=False,
        share=0.2,
    ),
    "logfmt": Shape(
        line='level=<level> ts=<iso>.<ms3>184Z caller=main.go:90 <error>method=<method> path="<uri>" status=<status>'
        " duration=<ms>ms client=<client>",
        normal={"level": "info", "error": ""},
        failures=tuple(
            (name, {"level": "error", "error": f'msg=request err="{words}" ', "status": "502"})
            for name, words in GO_ERRORS.items()
        ),
    ),
    "logrus_terminal": Shape(
        line="<level>[<since_bare>] <message>",
        normal={"level": "DEBU", "message": "Querying local cache                          api_id=<api_id> mw=AuthKey"},
        failures=tuple(
            (
                name,
                {
                    "level": "ERRO",
                    "message": f"http: proxy error: {words}  api_id=<api_id> api_name=<api_id> mw=ReverseProxy"
                    ' org_id=default prefix=proxy server_name="<upstream>" user_id=-- user_ip=<client> user_name=',
                },
            )
            for name, words in GO_ERRORS.items()
        ),
        requests=False,
        share=0.2,
    ),
    "nginx_error": Shape(
        line="<slashed> [<level>] 23482#23482: *<port> <message>, client: <client>, server: api.example.com, request:"
        ' "<method> <uri> HTTP/1.1", upstream: "http://<upstream>/<tail_uri>", host: "api.example.com"',
        normal={
            "level": "warn",
            "message": "an upstream response is buffered to a temporary file /var/cache/nginx/proxy_temp/1/00/<port>"
            " while reading upstream",
        },
        failures=_messages(
            "error",
            upstream_dial_timeout="upstream timed out (110: Connection timed out) while connecting to upstream",
            upstream_response_timeout="upstream timed out (110: Connection timed out) while reading response header from"
            " upstream",
            upstream_dial_refused="connect() failed (111: Connection refused) while connecting to upstream",
            upstream_reset="recv() failed (104: Connection reset by peer) while reading response header from upstream",
            upstream_closed="upstream prematurely closed connection while reading response header from upstream",
        ),
        requests=False,
        share=0.2,
    ),
    "nginx_json": Shape(
        line='{"time_iso8601":"<iso>+00:00","hostname":"vm","remote_addr":"<client>","xff":"203.0.113.7","request":"<method>'
        ' <uri> HTTP/1.1","status":<status>,"body_bytes_sent":<size>,"request_time":<seconds>,"upstream_addr":"<upstream>",'
        '"upstream_status":"<status>","upstream_connect_time":"<connect>","upstream_header_time":"<header>",'
        '"upstream_response_time":"<seconds>","http_user_agent":"<agent_json>","request_id":"<id>","connection":"<port>",'
        '"pid":"23482"}',
        normal={"connect": "0.000", "header": "<seconds>"},
        failures=(
            ("upstream_dial_timeout", {"status": "504", "connect": "-", "header": "-", "took": "3000"}),
            ("upstream_response_timeout", {"status": "504", "header": "-", "took": "10000"}),
            ("upstream_5xx", {"status": "503"}),
            ("bad_client_request", {"status": "404"}),
        ),
    ),
    "nginx_kv": Shape(
        line='time=<iso>+00:00 client=<client> xff="203.0.113.7" method=<method> uri="<uri>" status=<status> bytes=<size>'
        ' upstream_addr="<upstream>" upstream_status="<status>" upstream_response_time="<seconds>" request_time=<seconds>',
        failures=BY_STATUS,
    ),
    "oauth2_proxy": Shape(
        line='<client> - <id> - bob@example.org [<slashed>] orders.example.org <method> / "<uri>" HTTP/1.1 "<agent_json>"'
        " <status> <size> <seconds>",
        failures=_statuses(
            upstream_response_timeout="504", upstream_5xx="502", bad_client_request="404", auth_failed="401"
        ),
    ),
    "spring": Shape(
        line="<iso>.<ms3>Z <level> 1 --- [gateway] [ctor-http-nio-2] <message>",
        normal={"level": " INFO", "message": "c.e.g.AccessFilter                       : <method> <uri> for <client>"},
        failures=_messages(
            "ERROR",
            upstream_response_timeout="r.n.http.client.HttpClientConnect        : [id: 0x02] The connection observed an"
            " error io.netty.handler.timeout.ReadTimeoutException: null",
            upstream_5xx='a.w.r.e.AbstractErrorWebExceptionHandler : [2f1c8e11-9]  500 Server Error for HTTP GET "<uri>"',
            no_healthy_upstream="o.s.c.l.core.RoundRobinLoadBalancer     : No servers available for service: <api_id>",
        ),
        requests=False,
        share=0.2,
    ),
    "traefik_clf": Shape(
        line='<client> - - [<clf>] "<method> <uri> HTTP/1.1" <status> <size> "-" "-" <port> "<api_id>@file"'
        ' "http://<upstream>" <ms>ms',
        failures=_statuses(
            upstream_response_timeout="504", upstream_5xx="500", bad_client_request="404", auth_failed="401"
        ),
    ),
    "traefik_json": Shape(
        line='{"ClientAddr":"<client>:<port>","ClientHost":"<client>","ClientPort":"<port>","ClientUsername":"-",'
        '"DownstreamContentSize":<size>,"DownstreamStatus":<status>,"Duration":<ms>219087,"OriginContentSize":<size>,'
        '"OriginDuration":<ms>015193,"OriginStatus":<status>,"Overhead":203894,"RequestAddr":"api.example.com",'
        '"RequestContentSize":0,"RequestCount":<port>,"RequestHost":"api.example.com","RequestMethod":"<method>",'
        '"RequestPath":"<uri>","RequestPort":"-","RequestProtocol":"HTTP/1.1","RequestScheme":"http","RetryAttempts":0,'
        '"RouterName":"<api_id>@file","ServiceAddr":"<upstream>","ServiceName":"<api_id>@file","ServiceURL":'
        '"http://<upstream>","StartLocal":"<iso>.<ms3>27734Z","StartUTC":"<iso>.<ms3>27734Z","entryPointName":"web",'
        '"level":"info","msg":"","time":"<iso>Z"}',
        failures=_statuses(
            upstream_response_timeout="504", upstream_5xx="500", bad_client_request="404", auth_failed="401"
        ),
    ),
    "tyk_bracket": Shape(
        line="[<syslog>] <level> <message>",
        normal={"level": " INFO", "message": "Loading API Specification from /opt/tyk-gateway/apps/<api_id>.json"},
        failures=tuple(
            (
                name,
                {
                    "level": "ERROR",
                    "message": f"http: proxy error: {words} api_id=<api_id> org_id=default prefix=proxy"
                    ' server_name="<upstream>" user_id=**** user_ip=<client> user_name=',
                },
            )
            for name, words in GO_ERRORS.items()
        ),
        requests=False,
        share=0.2,
    ),
    "zap_console": _caddy(
        "<slashed>.<ms3>\t\x1b[34mINFO\x1b[0m\thttp.log.access.log0\thandled request\t"
        '{"request": {"remote_ip": "<client>", "remote_port": "<port>", "client_ip": "<client>", "proto": "HTTP/1.1",'
        ' "method": "<method>", "host": "api.example.com", "uri": "<uri>", "headers": {"User-Agent": ["<agent_json>"]}},'
        ' "bytes_read": 0, "user_id": "", "duration": <seconds>959, "size": <size>, "status": <status>, "resp_headers":'
        ' {"Server": ["Caddy"]}}',
        "<slashed>.<ms3>\t\x1b[31mERROR\x1b[0m\thttp.log.error.log0\t<message>\t"
        '{"request": {"remote_ip": "<client>", "remote_port": "<port>", "client_ip": "<client>", "proto": "HTTP/1.1",'
        ' "method": "<method>", "host": "api.example.com", "uri": "<uri>", "headers": {"User-Agent": ["<agent_json>"]}},'
        ' "duration": <seconds>959, "status": <status>, "err_id": "7ehpbseyb", "err_trace": "reverseproxy.statusError'
        ' (reverseproxy.go:1776)"}',
    ),
    "zerolog_console": Shape(
        line="\x1b[90m<iso>Z\x1b[0m DBG \x1b[1mgithub.com/traefik/traefik/v3/pkg/<message>",
        normal={
            "message": "server/service/loadbalancer/wrr/wrr.go:251\x1b[0m\x1b[36m >\x1b[0m Service selected by WRR:"
            " http://<upstream>"
        },
        failures=tuple(
            (
                name,
                {
                    "message": "proxy/httputil/proxy.go:121\x1b[0m\x1b[36m >\x1b[0m 502 Bad Gateway \x1b[36merror=\x1b[0m"
                    f'\x1b[31m\x1b[1m"{words}"\x1b[0m\x1b[0m'
                },
            )
            for name, words in GO_ERRORS.items()
        ),
        requests=False,
        share=0.2,
    ),
}
"""Every built-in format of `gwdiag logs --list-formats` by its name; a test compares the two."""
