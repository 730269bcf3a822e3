"""Tyk verified signed plugin bundles again with every load of the APIs."""

from gwdiag.heap.known_leaks import KnownLeak

TYK_KI_05 = KnownLeak(
    id="TYK-KI-05",
    title="Signed plugin bundles are verified with every load",
    signature=("tyk/gateway.(*Bundle).Verify",),
    affected=(("5.8.7", "5.8.10"), ("5.10.1", "5.11.0")),
    fixed_in="5.8.11, 5.11.1, 5.12.0",
    grows="memory and CPU time peak with each reload of many APIs with signed bundles",
    workaround="skip_verify_existing_plugin_bundle after the upgrade; fewer reloads until then",
    reference="TykTechnologies/tyk pull request 7731",
)
