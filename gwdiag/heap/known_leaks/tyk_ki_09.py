"""Tyk from 5.3.1 held whole response bodies in memory."""

from gwdiag.heap.known_leaks import KnownLeak

TYK_KI_09 = KnownLeak(
    id="TYK-KI-09",
    title="Large response bodies are held in memory",
    signature=("tyk/gateway.(*nopCloserBuffer).copy", "tyk/gateway.copyBody"),
    affected=(("5.3.1", "5.3.7"), ("5.4.0", "5.6.99")),
    fixed_in="5.3.8, 5.7.0",
    grows="memory follows the size of responses; downloads over 1 GB end the process",
    workaround="upgrade",
    reference="Tyk release notes, 5.3.8 and 5.7.0",
    needs_version=True,
)
