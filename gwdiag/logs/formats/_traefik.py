"""What Traefik's access records mean, as text or JSON.

Source: doc.traefik.io "Access Logs" and what Traefik 3.6 wrote under each fault. `OriginStatus` is no proof that the
upstream answered: where Traefik gives up it holds Traefik's own status. Its own answers are known by their size, for it
writes nothing but the status' words (`Bad Gateway`: 11 bytes), and `no available server` with a line's end.
"""

from http import HTTPStatus

from gwdiag.error_classes import of_status
from gwdiag.model.error_class import NONE

OWN_SIZES = {status: len(HTTPStatus(status).phrase) for status in (500, 502, 503, 504)}
NO_SERVER_SIZE = len("no available server\n")

SERVICE_UNAVAILABLE = 503
NOT_FOUND = 404


def class_of(status: int | None, size: int | None, *, router: str | None, server: str | None) -> str:
    """The class of a request. `status` None: the record has none, which is not 0.

    `size`: bytes of the answer; `router`, `server`: what was chosen, None for nothing.
    """
    if not status:
        # Traefik 2 had no word for what no router took, and 0 for a connection handed over, as to a websocket.
        return "gateway_route_not_found" if status is None and router is None else NONE
    if status < 400:
        return NONE
    if server is None and status == SERVICE_UNAVAILABLE:
        return "circuit_open" if size == OWN_SIZES[status] else "no_healthy_upstream"
    is_own = server is None or size == OWN_SIZES.get(status)
    return of_status(status, upstream_answered=not is_own, routed=router is not None).id
