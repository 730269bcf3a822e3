"""The targets that a service registry names, found as the gateway finds them.

Source: Tyk, service discovery (docs; gateway/service_discovery.go for how paths lead through lists and nested JSON).
"""

import json
from collections.abc import Iterator

from gwdiag.model.definition import Discovery
from gwdiag.probe.how import How

LARGEST_ANSWER = 1 << 20


class NotDiscovered(Exception):
    """Why the registry gave no targets."""


def discovered(discovery: Discovery, how: How) -> list[str]:
    """`host`, `host:port` or URLs, as the registry has them. Raises NotDiscovered."""
    import httpx

    from gwdiag.probe.handshake import verified

    try:
        with (
            httpx.Client(timeout=how.timeout_s, verify=verified(how), follow_redirects=True) as client,
            client.stream("GET", discovery.url) as response,
        ):
            response.raise_for_status()
            text = b""
            for chunk in response.iter_bytes():
                text += chunk
                if len(text) > LARGEST_ANSWER:
                    raise NotDiscovered("its answer is too long")
    except httpx.HTTPStatusError as error:
        raise NotDiscovered(f"it answers {error.response.status_code}") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotDiscovered(f"it cannot be asked ({type(error).__name__})") from None
    try:
        found = list(dict.fromkeys(hosts_in(json.loads(text), discovery)))
    except (ValueError, RecursionError):
        raise NotDiscovered("its answer is no JSON") from None
    if not found:
        raise NotDiscovered("its answer names no host where the definition looks for one")
    return found


def hosts_in(answer: object, discovery: Discovery) -> Iterator[str]:
    """The hosts in the registry's answer, each with its port where that stands elsewhere. Raises ValueError."""
    for whole in answer if isinstance(answer, list) else [answer]:
        is_reached = isinstance(answer, list) and not discovery.is_text  # then the list is the answer itself
        inner = whole if is_reached else _walked(whole, discovery.list_path)
        if discovery.is_text and isinstance(inner, str):
            inner = json.loads(inner)
        for item in inner if isinstance(inner, list) else [inner]:
            yield from _hosts_of(item, discovery)


def _hosts_of(item: object, discovery: Discovery) -> Iterator[str]:
    hosts, ports = _walked(item, discovery.host_path), _walked(item, discovery.port_path)
    port = ports[0] if isinstance(ports, list) and ports else ports
    for host in hosts if isinstance(hosts, list) else [hosts]:
        if isinstance(host, str) and host:
            is_port = isinstance(port, int | float | str) and bool(discovery.port_path)
            yield f"{host}:{int(float(port))}" if is_port else host  # type: ignore[arg-type]


def _walked(value: object, path: str) -> object:
    """What the path leads to; through a list, a list of what it leads to in each item. None where it leads nowhere."""
    for key in path.split(".") if path else ():
        if isinstance(value, list):
            value = [one.get(key) for one in value if isinstance(one, dict)]
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
