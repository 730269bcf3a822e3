"""What hides behind what: a process out of descriptors or ports fails look-ups and dials that are not at fault."""

from collections.abc import Iterator

from gwdiag.error_classes import error_classes
from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.classes_seen import ClassSeen
from gwdiag.model.error_class import Stage
from gwdiag.model.finding import Finding
from gwdiag.model.words import listed, number

EFFECTS = {
    "gateway_fd_exhausted": (Stage.RESOLVER, Stage.CONNECT, Stage.HANDSHAKE, Stage.STORE),
    "gateway_port_exhausted": (Stage.CONNECT,),
    "gateway_out_of_memory": (Stage.CLIENT, Stage.EXCHANGE),
}
MARGIN = 5.0
"""Seconds by which an effect may begin before the first line of its cause: they are logged when they end."""


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        effects = [other for other in view.classes if other.id != seen.id and _is_effect(other, seen)]
        if effects:
            named = listed(f"{other.id} ({number(other.count)})" for other in effects)
            yield note(
                view,
                seen,
                id="by_products",
                title="Its by-products",
                says=f"In the same minutes, on the same nodes, and probably effects of it: {named}.",
                value=sum(other.count for other in effects),
                unit="requests",
            )


def _is_effect(other: ClassSeen, cause: ClassSeen) -> bool:
    if cause.id == "storage_down":
        kind_fits = other.id == "auth_failed"  # good keys that cannot be read look like bad ones
    else:
        kind_fits = error_classes()[other.id].stage in EFFECTS.get(cause.id, ())
    same_nodes = set(other.nodes) & set(cause.nodes)
    begin, over = other.window.first, cause.window
    if not (kind_fits and same_nodes and begin and over.first and over.last):
        return False
    return over.first.timestamp() - MARGIN <= begin.timestamp() <= over.last.timestamp()


BY_PRODUCTS = Question(asks="What hides behind what?", answer=answer)
