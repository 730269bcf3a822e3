"""The lab's nameserver, run as a process: a zone of its own, and what is wrong with it, told by lines on its input.

`{"names": [...], "mode": "nxdomain|servfail|silent|late|well", "delay": S}`; no names: all of them.
"""

import asyncio
import json
import random
import signal
import sys
from dataclasses import dataclass, field
from typing import cast

from dns import exception, flags, message, rcode, rdatatype, rrset

from gwdiag.lab.orders import orders

TTL = 30


@dataclass
class Nameserver(asyncio.DatagramProtocol):
    """Answers A and AAAA; what is in no zone does not exist."""

    zone: dict[str, str]
    modes: dict[str, tuple[str, float]] = field(default_factory=dict)
    every: tuple[str, float] = ("well", 0.0)
    counts: dict[str, int] = field(default_factory=dict)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            query = message.from_wire(data)
        except exception.DNSException:
            return
        name = query.question[0].name.to_text(omit_final_dot=True).lower() if query.question else ""
        mode, delay = self.modes.get(name, self.every)
        what = "ok" if mode == "well" and name in self.zone else "nxdomain" if mode == "well" else mode
        self.counts[what] = self.counts.get(what, 0) + 1
        if mode == "silent":
            return
        asyncio.get_running_loop().call_later(
            delay * random.uniform(0.5, 1.5), self._send, self._answer(query, name, mode), addr
        )

    def _send(self, data: bytes, addr: object) -> None:
        self._transport.sendto(data, cast(tuple[str, int], addr))

    def _answer(self, query: message.Message, name: str, mode: str) -> bytes:
        made = message.make_response(query, recursion_available=True)
        made.flags |= flags.AA
        if mode == "servfail":
            made.set_rcode(rcode.SERVFAIL)
        elif mode == "nxdomain" or name not in self.zone:
            made.set_rcode(rcode.NXDOMAIN)
        elif query.question[0].rdtype == rdatatype.A:
            made.answer.append(rrset.from_text(query.question[0].name, TTL, "IN", "A", self.zone[name]))
        return made.to_wire()

    def obey(self, order: dict[str, object]) -> None:
        state = (str(order["mode"]), float(str(order.get("delay", 0))))
        names = order.get("names")
        if isinstance(names, list) and names:
            self.modes |= dict.fromkeys(names, state)
        else:
            self.every = state


async def _run(given: dict[str, object]) -> None:
    zone = given["zone"]
    assert isinstance(zone, dict)
    server = Nameserver(zone)
    address = (str(given["address"]), 53)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: server, local_addr=address)
    await orders(server.obey)
    sys.stdout.write(json.dumps(server.counts) + "\n")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_run(json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
