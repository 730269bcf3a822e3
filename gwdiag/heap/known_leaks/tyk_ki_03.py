"""Tyk's caches of regular expressions have no bound, and sessions are copied for each request to a coprocess plugin."""

from gwdiag.heap.known_leaks import KnownLeak

TYK_KI_03 = KnownLeak(
    id="TYK-KI-03",
    title="Caches of regular expressions without a bound; a copy of the session for each request to a plugin",
    signature=("tyk/regexp.(*cache).*", "tyk/gateway.(*CoProcessor).BuildObject", "tyk/user.SessionState.Clone"),
    affected=(("0.0.0", "5.8.14"), ("5.9.0", "5.12.99"), ("5.13.0", "5.13.0")),
    fixed_in="5.8.15, 5.13.1, 5.14.0",
    grows="memory grows with gRPC or Python plugins and large sessions, or with patterns per user",
    workaround="a short regexp_cache_expire, or disable_regexp_cache; smaller sessions",
    reference="TykTechnologies/tyk pull request 8239",
)
