"""Tyk 5.2.4 changed how its logger is locked, and entries were kept."""

from gwdiag.heap.known_leaks import KnownLeak

TYK_KI_08 = KnownLeak(
    id="TYK-KI-08",
    title="The logger keeps its entries",
    signature=("sirupsen/logrus.(*Entry).*",),
    affected=(("5.2.4", "5.2.4"),),
    fixed_in="5.3.0",
    grows="memory and connections grow",
    workaround="upgrade",
    reference="Tyk release notes, 5.3.0",
    needs_version=True,
)
