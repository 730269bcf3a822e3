"""Asks Redis how it is: PING and INFO, which change nothing. Source: redis.io/docs, INFO."""

from dataclasses import dataclass, field

from gwdiag.probe.exchange import whole_number
from gwdiag.probe.stream import Reset, Silent, Stream
from gwdiag.probe.target import Target

NOT_INSTALLED = "redis-py 5 or later is not installed here (pip install 'gwdiag[redis]')"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisAnswer:
    """`error`: what kept it from answering, in Redis' words or ours. `info`: the fields of INFO.

    `skipped`: why it was not asked at all. `no_info`: why it does not tell its fields.
    """

    ping_s: float | None = None
    info: dict[str, str] = field(default_factory=dict)
    error: str = ""
    skipped: str = ""
    no_info: str = ""

    @property
    def works(self) -> bool:
        """Nothing is known to be wrong; where it was skipped, the way to it works."""
        return not self.error

    def number(self, name: str) -> int | None:
        return whole_number(self.info.get(name, ""))


def ask_redis(stream: Stream, target: Target, timeout_s: float) -> RedisAnswer:
    """AUTH where there is a password, PING, INFO."""
    try:
        from gwdiag.probe.redis_client import NoRedis, RedisClient, Refused
    except ImportError:
        return RedisAnswer(skipped=NOT_INSTALLED)
    client = RedisClient(stream, target, timeout_s)
    ping = None
    try:
        client.log_in()
        ping = client.ping()
        try:
            return RedisAnswer(ping_s=ping, info=client.info())
        except Refused as refused:
            return RedisAnswer(ping_s=ping, no_info=str(refused))
    except Refused as refused:
        return RedisAnswer(ping_s=ping, error=str(refused))
    except Silent:
        return RedisAnswer(ping_s=ping, error=f"no answer within {timeout_s:g} s")
    except Reset:
        return RedisAnswer(ping_s=ping, error="the connection was reset")
    except EOFError:
        return RedisAnswer(ping_s=ping, error="the connection was closed")
    except NoRedis:
        return RedisAnswer(ping_s=ping, error="what answers does not speak Redis' protocol")
