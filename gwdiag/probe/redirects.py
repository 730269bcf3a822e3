"""Along redirects, as far as they stay at the same place: do they lead anywhere, or round in a circle?"""

from urllib.parse import urljoin, urlsplit

from gwdiag.probe.exchange import Conversation, Exchange
from gwdiag.probe.target import PORTS, Target, joined

STATUSES = {301, 302, 303, 307, 308}
MOST = 5


def followed(conversation: Conversation, target: Target, answer: Exchange) -> tuple[tuple[Exchange, ...], str | None]:
    """Further answers on the same connection, at least one where it is kept open, and where a circle closes."""
    here = canonical(f"{target.scheme}://{target.peer}/")
    url = here[:-1] + target.path
    seen, more = {url}, list[Exchange]()
    while answer.status in STATUSES and "location" in answer.headers and len(more) < MOST:
        url = canonical(answer.headers["location"], url)
        if url in seen:
            return tuple(more), url
        if not url.startswith(here) or not conversation.is_open or not url.isascii():
            break
        seen.add(url)
        conversation.stream.let_it_close()
        answer = conversation.get(url[len(here) - 1 :])
        more.append(answer)
    if not more and conversation.is_open:
        conversation.stream.let_it_close()
        more.append(conversation.get())
    return tuple(more), None


def canonical(url: str, base: str = "") -> str:
    """The same place, always written the same way: with its port, a path, no fragment. `base`: where it is written."""
    try:
        parts = urlsplit(urljoin(base, url))
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return url
    return parts._replace(netloc=joined(parts.hostname or "", port), path=parts.path or "/", fragment="").geturl()
