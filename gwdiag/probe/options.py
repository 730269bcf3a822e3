"""The options of the command, checked: what cannot work is said before anything is sent."""

import errno
import ipaddress
import re
import socket
from pathlib import Path

from gwdiag.model.problem import Problem
from gwdiag.probe import handshake
from gwdiag.probe.how import How, Resolving
from gwdiag.probe.kernel import sockaddr
from gwdiag.probe.stages.idle import AUTO
from gwdiag.probe.target import host_name

LONGEST_IDLE_S = 7200.0


def how_of(
    *,
    samples: int | None,
    idle: str | None,
    resolver: str | None,
    as_: Resolving,
    source: str | None,
    sni: str | None,
    ca: Path | None,
    cert: Path | None,
    key: Path | None,
    timeout: float,
) -> How:
    """How to probe. Raises Problem."""
    if key and not cert:
        raise Problem("--key is of use with --cert only")
    if source:
        _check_source(source)
    how = How(
        timeout_s=timeout,
        samples=samples,
        idle=_idle(idle),
        resolver=_server(resolver) if resolver else None,
        source=source,
        server_name=host_name(sni, f"--sni {sni}").rstrip(".") if sni else None,
        ca=str(ca) if ca else None,
        cert=str(cert) if cert else None,
        key=str(key) if key else None,
        as_=as_,
    )
    handshake.verified(how)
    return how


def _idle(text: str | None) -> tuple[float, ...]:
    if not text:
        return ()
    if text == "auto":
        return AUTO
    words = text.split(",")
    if not all(re.fullmatch(r"\d+(\.\d+)?", one) and 0 < float(one) <= LONGEST_IDLE_S for one in words):
        raise Problem(f"--idle {text}: give auto, or seconds up to {LONGEST_IDLE_S:g}, such as 55,65")
    return tuple(sorted({float(one) for one in words}))


def _server(text: str) -> tuple[str, int]:
    seen = re.fullmatch(
        r"\[(?P<v6>[^\]]+)\](?::(?P<port6>\d+))?|(?P<v4>[\d.]+)(?::(?P<port>\d+))?|(?P<bare>[0-9a-fA-F:.]+(?:%\w+)?)",
        text,
    )
    address = seen and (seen["v6"] or seen["v4"] or seen["bare"])
    port = int(seen["port6"] or seen["port"] or 53) if seen else 0
    try:
        ipaddress.ip_address(address or "")
    except ValueError:
        port = 0
    if not 0 < port < 65536:
        raise Problem(f"--resolver {text}: give an address, with a port where it is not 53: 10.0.0.53:5353")
    return str(address), port


def _check_source(source: str) -> None:
    try:
        family, place = sockaddr(source, 0)
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.bind(place)
    except (OSError, UnicodeError) as error:
        reason = "no address" if isinstance(error, socket.gaierror | UnicodeError) else error.strerror
        if isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL:
            reason = "no interface of this node has it"
        raise Problem(f"--source {source}: {reason}") from None
