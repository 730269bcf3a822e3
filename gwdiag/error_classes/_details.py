"""What the text of an error tells beside its class: addresses, names, limits."""

import re

from gwdiag.model.pattern import pattern

PEER = r"(?P<host>\[[^\]\s]+\]|[^\s:\[\]\"/]+):(?P<port>\d+)"

TELLING = (
    # Go: net.OpError and net.DNSError
    (("dial ",), pattern(rf"\bdial (?:tcp|udp|unix)[46]? (?:\S+->)?{PEER}")),
    ((" tcp",), pattern(rf"\b(?:read|write|readfrom) tcp[46]? \S+->{PEER}")),
    (("lookup ",), pattern(r"\blookup (?P<name>[^\s:]+)(?: on (?P<server>\S+?))?: ")),
    # Go: crypto/x509
    (
        ("certificate is valid",),
        pattern(r"certificate is valid for (?P<certificate_names>.+?), not (?P<wanted_name>[^\s\"]+)"),
    ),
    (("cannot validate",), pattern(r"cannot validate certificate for (?P<wanted_name>\S+) because")),
    (("current time ",), pattern(r"current time (?P<checked_at>\S+) is (?:after|before) (?P<valid_until>[^\s\"]+)")),
    # nginx and its children
    (("upstream: ",), pattern(r"upstream: \"(?P<upstream>[^\"]+)\"")),
    (("could not be resolved",), pattern(r"(?<![^\s\"])(?P<name>[^\s\"]+)\"? could not be resolved")),
    # who the client is, where the client's side failed
    (
        ("TLS handshake", "panic serving"),
        pattern(r"(?:TLS handshake error from|panic serving) (?P<client>\S+?):(?: |$)"),
    ),
)
"""What a message must have in it to tell, and how that is read."""


LOOKED_AT = 4096
"""Characters of a message in which its names are looked for: an error names them early."""

PLACEHOLDER = pattern(r"\{(host|port|name|server|logs|process|service)\}")

PLAIN = pattern(r"[\w.:%-]+")
"""What an address or a name may consist of in a command. A log holds what strangers sent: `$(reboot)` too."""


def filled(command: str, known: dict[str, str]) -> str:
    """The command of a class with what is known put in; what is not, in capitals for the reader to fill in.

    `logs` are paths that the user gave, `process` and `service` names of the gateway's; all else comes from log lines,
    and what is no plain name is left out.
    """

    def value(place: re.Match[str]) -> str:
        told = known.get(place[1], "")
        is_fit = told if place[1] == "logs" else PLAIN.fullmatch(told)
        return told if is_fit else place[1].upper()

    return PLACEHOLDER.sub(value, command)


def details(message: str) -> dict[str, str]:
    """What the message names: `host` and `port` of the peer, `name` and `server` of a look-up, ..."""
    found: dict[str, str] = {}
    for needs, telling in TELLING:
        if any(need in message for need in needs) and (seen := telling.search(message, 0, LOOKED_AT)):
            found |= {key: value.strip("[]") for key, value in seen.groupdict().items() if value}
    if "upstream" in found and "host" not in found:
        found |= _peer_of(found.pop("upstream"))
    return found


def _peer_of(address: str) -> dict[str, str]:
    seen = re.search(rf"(?:^|/){PEER}", address)
    return {key: value.strip("[]") for key, value in seen.groupdict().items()} if seen else {}
