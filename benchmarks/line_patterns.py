"""The regular expression that a usual script would have for each format: the fields of the question, no more.

Named groups: `minute`, then what requests are counted by, then either `took` (a duration, for the percentiles) or `said` (a
message, for its class). A line that the pattern does not match is passed over. Of seconds since the epoch or the start the
last two digits are left out: a hundred of them are a minute.
"""

import re

_NGINX = rb"^\S+ \S+ \S+ \[(?P<minute>[^:]+:\d\d:\d\d)[^]]*\] "
_REQUEST = rb'"\S+ /(?P<api>[^/ ]*)[^"]*" (?P<status>\d+) '
_AGENT = rb'"(?:[^"\\]|\\.)*"'
_SLASHED = rb"^(?P<minute>\d{4}/\d\d/\d\d \d\d:\d\d):\d\d"
_ISO = rb"(?P<minute>\d{4}-\d\d-\d\d[T ]\d\d:\d\d)"

PATTERNS: dict[str, bytes] = {
    "logrus_text": rb'^time="(?P<minute>[^"]{16})[^"]*" level=\w+ (?:message="(?P<said>(?:[^"\\]|\\.)*)"|api_id=(?P<api>\S+) '
    rb".*? latency_total=(?P<took>\d+) .*? prefix=access-log .*?(?:response_flag=(?P<flag>\w+) )?status=(?P<status>\d+)"
    rb' .*?upstream_addr="?(?:\w+://)?(?P<upstream>[^/" ]*))',
    "logrus_json": rb'^\{"api_id":"(?P<api>[^"]*)".*?(?:"latency_total":(?P<took>\d+).*?"prefix":"access-log".*?'
    rb'(?:"response_flag":"(?P<flag>\w+)",)?"status":(?P<status>\d+),"time":"(?P<minute>[^"]{16}).*?"upstream_addr":"(?:\w+://)?'
    rb'(?P<upstream>[^/"]*)|"message":"(?P<said>(?:[^"\\]|\\.)+)")',
    "combined": _NGINX + _REQUEST + rb'\d+ "[^"]*" "[^"]*"',
    "apache_error": rb"^\[\w+ (?P<minute>\w+ \d+ \d\d:\d\d):[^]]*\] \[[^]]*\] \[[^]]*\] (?P<said>.*)",
    "apisix_access": _NGINX.rstrip(b" ")
    + rb' \S+ "\S+ /(?P<api>[^/ ]*)[^"]*" (?P<status>\d+) \d+ (?P<took>[\d.]+) "[^"]*" "[^"]*" (?P<upstream>\S+)',
    "apisix_log": rb'"response":\{"status":(?P<status>\d+).*?"upstream":"(?P<upstream>[^"]*)".*?"route_id":"(?P<api>[^"]*)".*?'
    rb'"start_time":(?P<minute>\d{8})\d+,"latency":(?P<took>[\d.]+)',
    "aws_alb": rb"^\S+ (?P<minute>[^.]{16})\S+ \S+ \S+ (?P<upstream>\S+) \S+ (?P<took>\S+) \S+ (?P<status>\d+) \S+ \d+ \d+ "
    rb'"(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*" \S+ \S+ \S+targetgroup/(?P<api>[^/]+)/',
    "aws_elb": rb"^(?P<minute>[^.]{16})\S+ \S+ \S+ (?P<upstream>\S+) \S+ (?P<took>\S+) \S+ (?P<status>\d+) \S+ \d+ \d+ "
    rb'"\S+ \w+://[^/]*/(?P<api>[^/ ]*)',
    "aws_nlb": rb"^tls \S+ (?P<minute>\S{16})\S* \S+ \S+ \S+ (?P<upstream>\S+) (?P<took>\d+) (?P<handshake>\S+)",
    "caddy_json": rb'"ts":(?P<minute>\d{8})\d+\.\d+,"logger":"http\.log\.(?:error\.\w+","msg":"(?P<said>(?:[^"\\]|\\.)*)"|access'
    rb'.*?"uri":"/(?P<api>[^/"]*).*?"duration":(?P<took>[\d.]+).*?"status":(?P<status>\d+))',
    "dotnet_console": rb"^(?P<minute>\S{16})\S+ \w+: \S+ (?P<said>.*)",
    "envoy_access": rb'^\[(?P<minute>[^]]{16})[^]]*\] "\S+ /(?P<api>[^/ ]*)[^"]*" (?P<status>\d+) (?P<flag>\S+) \S+ - "[^"]*" \d+ \d+ '
    rb'(?P<took>\d+) .*"(?P<upstream>[^"]+)" outbound',
    "envoy_json": rb'"duration":(?P<took>\d+).*?"response_code":(?P<status>\d+).*?"response_flags":"(?P<flag>[^"]*)".*?'
    rb'"start_time":"(?P<minute>[^"]{16}).*?"upstream_cluster":"(?P<api>[^"]*)","upstream_host":"(?P<upstream>[^"]*)"',
    "envoy_log": rb"^\[(?P<minute>[^]]{16})[^]]*\]\[\d+\]\[\w+\]\[\w+\] \[[^]]*\] (?P<said>.*)",
    "gcp_load_balancer": rb'"latency": "(?P<took>[\d.]+)s".*?"serverIp": "(?P<upstream>[^"]*)", "status": (?P<status>\d+).*?'
    rb'"statusDetails": "(?P<flag>[^"]*)".*?"backend_service_name": "(?P<api>[^"]*)".*"timestamp": "(?P<minute>[^"]{16})',
    "gin": r'^\[GIN\] (?P<minute>.{18}):\d\d \| (?P<status>\d+) \| +(?P<took>[\d.]+)(?:µs|ms|s|ns) \| +\S+ \| \S+ +"/(?P<api>[^/"]*)'.encode(),
    "go_log": _SLASHED + rb" (?P<said>.*)",
    "gorouter": rb'^\S+ - \[(?P<minute>[^]]{16})[^]]*\] "\S+ /(?P<api>[^/ ]*)[^"]*" (?P<status>\d+) \d+ \d+ "[^"]*" '
    + _AGENT
    + rb' "[^"]*" "(?P<upstream>[^"]*)" .*?response_time:(?P<took>[\d.]+).*x_cf_routererror:"(?P<flag>[^"]*)"',
    "haproxy_http": rb"^\S+ \[(?P<minute>[^:]+:\d\d:\d\d)[^]]*\] \S+ (?P<upstream>\S+) \S+/(?P<took>\d+) (?P<status>\d+) \d+ \S+ \S+ "
    rb'(?P<flag>\S+) .*"\S+ /(?P<api>[^/ ]*)[^"]*"$',
    "haproxy_json": rb'"time":"(?P<minute>[^:]+:\d\d:\d\d).*?"status":(?P<status>\d+),"backend":"(?P<api>[^"]*)","server":"(?P<upstream>[^"]*)".*?'
    rb'"Ta":(?P<took>\d+),"termination_state":"(?P<flag>[^"]*)"',
    "haproxy_log": rb"^(?P<minute>)Health check for server (?P<upstream>\S+) (?P<said>.*)",
    "haproxy_tcp": rb"^\S+ \[(?P<minute>[^:]+:\d\d:\d\d)[^]]*\] \S+ (?P<upstream>\S+) \S+/(?P<took>\d+) \d+ (?P<flag>\S\S) ",
    "heroku_router": rb'^(?P<minute>.{16})\S+ heroku\[router\]: at=\w+ (?:code=(?P<flag>\w+) )?.*?path="/(?P<api>[^/"]*).*? dyno=(?P<upstream>\S*) connect=\S+ '
    rb"service=(?P<took>\d*)\w* status=(?P<status>\d+)",
    "ingress_nginx": _NGINX
    + rb'"\S+ [^"]*" (?P<status>\d+) \d+ "[^"]*" "[^"]*" \d+ (?P<took>[\d.]+) \[(?P<api>[^]]*)\] \[\] (?P<upstream>\S+)',
    "json_lines": rb'"ts":(?P<minute>\d{8})\d+\..*?"msg":"[^"]*"(?:,"error":"(?P<said>(?:[^"\\]|\\.)*)")?.*?"path":"/(?P<api>[^/"]*).*?'
    rb'"status":(?P<status>\d+),"duration_ms":(?P<took>\d+)',
    "klog": rb"^\w(?P<minute>\d{4} \d\d:\d\d):\S+ +\d+ \S+ (?P<said>.*)",
    "kong_log": rb'"response":\{"status":(?P<status>\d+).*?"request":(?P<took>\d+),"receive".*?"ip":"(?P<upstream>[^"]*)".*?"route":\{.*?'
    rb'"name":"(?P<api>[^"]*)".*?"started_at":(?P<minute>\d{8})\d+',
    "krakend": _SLASHED + rb" KRAKEND \w+: \[ENDPOINT: [^]]*\] (?P<said>.*)",
    "linkerd_proxy": rb"^\[ *(?P<minute>\d*?)\d{1,2}\.\d+s\] +\w+ \S+ (?P<said>.*)",
    "logfmt": rb'^level=\w+ ts=(?P<minute>\S{16})\S* .*?(?:err="(?P<said>(?:[^"\\]|\\.)*)" )?method=\w+ path="/(?P<api>[^/"]*)[^"]*" '
    rb"status=(?P<status>\d+) duration=(?P<took>\d+)ms",
    "logrus_terminal": rb"^\w{4}\[(?P<minute>\d+)\d\d\] (?P<said>.*)",
    "nginx_error": _SLASHED + rb" \[\w+\] \S+ \S+ (?P<said>.*?), client: ",
    "nginx_json": rb'"time_iso8601":"(?P<minute>[^"]{16}).*?"request":"\S+ /(?P<api>[^/ ]*).*?"status":(?P<status>\d+).*?'
    rb'"request_time":(?P<took>[\d.]+),"upstream_addr":"(?P<upstream>[^"]*)"',
    "nginx_kv": rb'^time=(?P<minute>\S{16})\S* .*? uri="/(?P<api>[^/"]*)[^"]*" status=(?P<status>\d+) .*? upstream_addr="(?P<upstream>[^"]*)"'
    rb".*? request_time=(?P<took>[\d.]+)",
    "oauth2_proxy": rb'^\S+ - \S+ - \S+ \[(?P<minute>[^]]{16})[^]]*\] \S+ \S+ \S+ "/(?P<api>[^/"]*)[^"]*" \S+ '
    + _AGENT
    + rb" (?P<status>\d+) \d+ (?P<took>[\d.]+)",
    "spring": rb"^" + _ISO + rb"\S+ +\w+ \d+ --- (?P<said>.*)",
    "traefik_clf": _NGINX
    + rb'"[^"]*" (?P<status>\d+) \d+ "[^"]*" "[^"]*" \d+ "(?P<api>[^"]*)" "(?P<upstream>[^"]*)" (?P<took>\d+)ms',
    "traefik_json": rb'"DownstreamStatus":(?P<status>\d+),"Duration":(?P<took>\d+).*?"RouterName":"(?P<api>[^"]*)","ServiceAddr":'
    rb'"(?P<upstream>[^"]*)".*?"time":"(?P<minute>[^"]{16})',
    "tyk_bracket": rb"^\[(?P<minute>[^]]{12})[^]]*\] +\w+ (?P<said>.*)",
    "zap_console": _SLASHED + rb"[^\t]*\t[^\t]*\thttp\.log\.(?:error\.\w+\t(?P<said>[^\t]*)\t|access"
    rb'.*?"uri": "/(?P<api>[^/"]*).*?"duration": (?P<took>[\d.]+).*?"status": (?P<status>\d+))',
    "zerolog_console": rb"^\x1b\[90m(?P<minute>\S{16})\S*\x1b\[0m \S+ (?P<said>.*)",
}

WORDS: tuple[tuple[bytes, str], ...] = (
    (b"context canceled", "client_canceled"),
    (b"i/o timeout", "upstream_dial_timeout"),
    (b"onnection refused", "upstream_dial_refused"),
    (b"o such host", "dns_not_found"),
    (b"signed by unknown authority", "tls_unknown_authority"),
    (b"certificate has expired", "tls_cert_expired"),
    (b"onnection reset by peer", "upstream_reset"),
    (b"awaiting response headers", "upstream_response_timeout"),
    (b"timed out", "upstream_response_timeout"),
    (b": EOF", "upstream_closed"),
)
"""The classes of messages by a piece of their words, the first that is in it: as scripts do it, roughly."""


def class_of(message: bytes) -> str:
    """The class of a message, empty if none of the words is in it."""
    for words, name in WORDS:
        if words in message:
            return name
    return ""


def pattern(name: str) -> re.Pattern[bytes]:
    return re.compile(PATTERNS[name])
