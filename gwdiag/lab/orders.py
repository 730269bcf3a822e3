"""How the stage talks to its processes: one JSON object a line on their input; its end is theirs."""

import asyncio
import json
import sys
from collections.abc import Callable


async def orders(obey: Callable[[dict[str, object]], None]) -> None:
    """Says that it is ready, then obeys until the input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while line := await reader.readline():
        obey(json.loads(line))
