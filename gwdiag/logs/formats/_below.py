"""Lines below a record that are no records themselves, and say why: an exception, the errors of a request."""

from gwdiag.error_classes import claim
from gwdiag.logs.formats._golang import peer
from gwdiag.model.error_class import NONE
from gwdiag.model.event import Event


def with_words(event: Event, text: str) -> Event:
    """The event with what a line below it says, if that is a failure and the record itself did not name one."""
    if event.claim == NONE or claim(event.message).id != NONE or claim(text).id == NONE:
        return event
    message = f"{event.message}: {text}" if event.message else text
    return event._replace(message=message, claim=None, upstream=event.upstream or peer(text))
