"""Tyk's distributed rate limiter keeps a bucket per key; from 5.8.0 its clean-up ran once and ended."""

from gwdiag.heap.known_leaks import KnownLeak

TYK_KI_01 = KnownLeak(
    id="TYK-KI-01",
    title="The rate limiter's bucket cache is cleaned once and then never again",
    signature=(
        "tyk/internal/memorycache.*",
        "tyk/gateway.(*SessionLimiter).limitDRL",
        "tyk/gateway.(*SessionLimiter).ForwardMessage",
    ),
    affected=(
        ("5.8.0", "5.8.13"),
        ("5.9.0", "5.9.2"),
        ("5.10.0", "5.10.2"),
        ("5.11.0", "5.11.1"),
        ("5.12.0", "5.12.1"),
    ),
    fixed_in="5.8.14, 5.13.0",
    grows="memory grows with the number of different rate-limit keys",
    workaround="set enable_redis_rolling_limiter or enable_fixed_window_rate_limiter to true, or restart on a "
    "schedule; GOMEMLIMIT does not help",
    reference="TykTechnologies/tyk pull request 8180",
)
