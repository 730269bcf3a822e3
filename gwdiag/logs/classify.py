"""The class of an event: what its structure claims, else what its message says, else what its status allows."""

from gwdiag.error_classes import Claim, claim, of_status
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event

BY_STRUCTURE = 0.95
BENIGN = 0.9


def class_of(event: Event) -> Claim:
    """The class of an event and how sure it is, 0 to 1."""
    if event.claim:
        return Claim(event.claim, BENIGN if event.claim == NONE else BY_STRUCTURE)
    if event.message:
        said = claim(event.message)
        # A message that a format understood and no class claims is known to be no failure, unless it says error.
        is_quiet = said.id == NONE and event.level not in ("", "error", "fatal", "panic")
        return Claim(NONE, BENIGN) if is_quiet else said
    return of_status(event.status) if event.status is not None else Claim(NONE, 0.5)
