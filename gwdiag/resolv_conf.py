"""What resolv.conf(5) says, as Go and glibc take it.

Sources: resolv.conf(5); net/dnsconfig_unix.go of Go 1.26; res_init.c of glibc.
"""

import ipaddress
import re

from gwdiag.model.dataclass import dataclass

KEYWORDS = frozenset({"nameserver", "search", "domain", "options", "sortlist", "lookup", "family"})
MOST_SERVERS = 3
"""Nameservers of a list that are asked: MAXNS. The rest is ignored."""
MOST_NDOTS = 15
NUMBER = re.compile("[0-9]{1,6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvConf:
    """`nameservers` as they are written, which may be no addresses; `search` None where there is no such line.

    `ndots`, `timeout_s` (seconds) and `attempts` are within the limits that resolvers keep to. `is_damaged`: there are
    lines, and none has a keyword.
    """

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] | None = None
    options: tuple[str, ...] = ()
    ndots: int = 1
    timeout_s: int = 5
    attempts: int = 2
    is_damaged: bool = False

    def addresses(self) -> tuple[str, ...]:
        """The nameservers that are addresses, all of them; a name in their place is passed over."""
        return tuple(one for one in self.nameservers if is_address(one))

    def searched(self, hostname: str) -> tuple[str, ...]:
        """The search list without dots at its ends; where there is none, the domain of the machine's name."""
        if self.search is None:
            domain = hostname.strip(".").partition(".")[2]
            return (domain,) if domain else ()
        return tuple(name for one in self.search if (name := one.strip(".")))


def read_resolv_conf(text: str) -> ResolvConf:
    """Of each setting the last line holds; nameservers and options add up; a comment begins with # or ;."""
    nameservers: list[str] = []
    search: tuple[str, ...] | None = None
    options: list[str] = []
    said = [words for line in text.splitlines() if (words := re.split(r"[#;]", line, maxsplit=1)[0].split())]
    for keyword, *rest in said:
        if keyword == "nameserver":
            nameservers += rest[:1]
        elif keyword == "search":
            search = tuple(rest)
        elif keyword == "domain" and rest:
            search = (rest[0],)
        elif keyword == "options":
            options += rest
    return ResolvConf(
        nameservers=tuple(nameservers),
        search=search,
        options=tuple(options),
        ndots=min(_option(options, "ndots", 1), MOST_NDOTS),
        timeout_s=max(_option(options, "timeout", 5), 1),
        attempts=max(_option(options, "attempts", 2), 1),
        is_damaged=bool(said) and not any(words[0] in KEYWORDS for words in said),
    )


def is_address(text: str) -> bool:
    """An IPv4 or IPv6 address, perhaps with a zone."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _option(options: list[str], name: str, otherwise: int) -> int:
    found = [one.partition(":")[2] for one in options if one.startswith(f"{name}:")]
    found = [one for one in found if NUMBER.fullmatch(one)]
    return int(found[-1]) if found else otherwise
