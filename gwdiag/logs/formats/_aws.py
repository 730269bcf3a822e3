"""What the load balancers of AWS say in common: two statuses, its own and the target's, and three times, -1 for none.

Source: AWS documentation, "Access logs for your Application Load Balancer", "Access logs for your Classic Load
Balancer", "Troubleshoot your Application Load Balancers" (what each status of its own means).
"""

from gwdiag.error_classes import of_status
from gwdiag.logs.formats._access import milliseconds, status_of
from gwdiag.model.error_class import NONE
from gwdiag.model.pattern import pattern

FIELD = pattern(r'"((?:[^"\\]++|\\.)*+)"?|(\S+)')
"""A column behind the figures, quoted or not."""

OWN_STATUS = {
    460: "client_canceled",  # closed by the client within the idle timeout
    500: "gateway_internal",
    501: "bad_client_request",  # an unsupported transfer coding
    503: "no_healthy_upstream",
    505: "bad_client_request",
    507: "config_error",  # a redirect to too long a URL
    561: "auth_failed",  # the identity provider answered with an error
}
"""Statuses of the balancer's own, without an answer of a target."""


def columns(text: str) -> list[str]:
    """The columns of the rest of a line, `-` for none."""
    return [quoted or plain for quoted, plain in FIELD.findall(text)]


def class_of(status: int | None, target_status: str, *, target: str | None, waited: float | None) -> str:
    """The class by the two statuses. `waited`: milliseconds until the target answered or gave up, None for -1."""
    if status is None or status < 400:
        return NONE
    answer = status_of(target_status)
    if answer is not None and (answer == status or status < 500):
        return of_status(status, upstream_answered=True).id
    if status == 502:
        if answer is not None:
            return "upstream_protocol"  # it had a status, and the rest was not acceptable
        return "upstream_closed" if target and waited is not None else "upstream_connect_failed"
    routed = target is not None or status != 404
    return OWN_STATUS.get(status) or of_status(status, upstream_answered=False, routed=routed).id


def total(*seconds: str) -> float | None:
    """The whole time in milliseconds; None where a part is -1."""
    parts = [milliseconds(text, 1000.0) for text in seconds]
    return None if None in parts else round(sum(part for part in parts if part is not None), 3)
