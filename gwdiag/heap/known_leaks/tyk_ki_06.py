"""Tyk 5.2.0 made a new OpenTelemetry handler for each request."""

from gwdiag.heap.known_leaks import KnownLeak

TYK_KI_06 = KnownLeak(
    id="TYK-KI-06",
    title="OpenTelemetry handlers pile up",
    signature=("otelhttp.NewHandler", "otelhttp.NewMiddleware"),
    affected=(("5.2.0", "5.2.0"),),
    fixed_in="5.2.1",
    grows="memory grows when OpenTelemetry is enabled",
    workaround="disable OpenTelemetry",
    reference="TykTechnologies/tyk pull request 5587",
    needs_version=True,
)
