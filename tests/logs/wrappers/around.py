"""Lines as each collector would have written them."""

import json
from collections.abc import Callable

TIME = "2026-11-20T08:27:15.12345678"


def docker_json(line: str, number: int) -> str:
    """As Docker writes them: it escapes what would be a tag in HTML, too."""
    text = json.dumps(f"{line}\n", ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u00{ord(sign):02x}")
    return f'{{"log":{text},"stream":"stdout","time":"{TIME}{number % 10}Z"}}'


def journald_json(line: str, number: int) -> str:
    cursor = f"s={hash((number, 1)) & (1 << 64) - 1:016x};i={0xA2000 + number:x};t={0x6437AAF00D000 + number * 977:x}"
    known = {"__CURSOR": cursor, "__REALTIME_TIMESTAMP": f"17951{number:011}", "_HOSTNAME": "gw-1", "MESSAGE": line}
    return json.dumps(known | {"_PID": str(number % 3 + 4000)})


AROUND: dict[str, Callable[[str, int], str]] = {
    "cri": lambda line, number: f"{TIME}{number % 10}Z stdout F {line}",
    "docker_json": docker_json,
    "journald_json": journald_json,
    "named_stream": lambda line, _: f"tyk-gateway-1  | {line}",
    "pod": lambda line, _: f"[pod/gateway-7d9f9b6c5-x2x7k/tyk] {line}",
    "syslog_iso": lambda line, number: f"{TIME[:26]}+00:00 gw-1 tyk[{number}]: {line}",
    "syslog_rfc3164": lambda line, number: f"Nov 20 08:{number // 60 % 60:02}:{number % 60:02} gw-1 tyk[123]: {line}",
    "without_pid": lambda line, number: f"Nov  2 08:{number // 60 % 60:02}:{number % 60:02} gw-1 tyk: {line}",
    "syslog_rfc5424": lambda line, number: f"<134>1 {TIME[:23]}Z gw-{number // 200 % 3} app 1234 - - {line}",
    "timestamps": lambda line, number: f"{TIME}{number % 10}Z {line}",
    "compose_with_times": lambda line, number: f"tyk-gateway-1  | {TIME}{number % 10}Z {line}",
}
"""By wrapper, or by another way of it: what it makes of a line and its number."""
