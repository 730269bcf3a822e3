"""Gateways and upstreams for tests; each ends with its test, or with the tests of its file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gateway.served import Gateway, Process, Scripted


@pytest.fixture(scope="session")
def upstream() -> Iterator[str]:
    """Where `gwdiag gateway upstream` listens, as an address without a slash behind it."""
    process = Process("upstream", "--listen", "127.0.0.1:0")
    yield f"http://127.0.0.1:{process.port}"
    process.kill()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Gateway]]:
    """Starts a gateway: `serve([definition(...)], {"http_server_options": ...}, "--watch")`."""
    made: list[Gateway] = []

    def start(definitions: list[dict], config: dict | None = None, *options: object, **environment: str) -> Gateway:
        made.append(Gateway(tmp_path / f"gateway{len(made)}", definitions, config, *options, **environment))
        return made[-1]

    yield start
    for one in made:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    """Starts an upstream that gives these answers."""
    made: list[Scripted] = []

    def start(*answers: bytes | None) -> Scripted:
        made.append(Scripted(list(answers)))
        return made[-1]

    yield start
    for one in made:
        one.close()
