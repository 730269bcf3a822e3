"""Tyk 5.10 made a cache, and a goroutine to clean it, for each look-up of a JWKS address."""

from gwdiag.heap.known_leaks import KnownLeak

TYK_KI_02 = KnownLeak(
    id="TYK-KI-02",
    title="Each look-up of a JWKS address leaves a cache and its janitor behind",
    signature=(
        "tyk/internal/cache.New",
        "tyk/internal/cache.NewJanitor",
        "tyk/internal/cache.(*Janitor).Run",
        "tyk/gateway.loadOrCreateJWKCacheByApiID",
    ),
    affected=(("5.10.0", "5.10.2"), ("5.11.0", "5.11.0")),
    fixed_in="5.11.1, 5.12.0",
    grows="memory and goroutines grow with every JWT request of an API with a JWKS address",
    workaround="upgrade; no setting helps",
    reference="TykTechnologies/tyk pull requests 7703 and 7707",
)
