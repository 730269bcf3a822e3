"""What the gateway's resolver was told. Sources: resolv.conf(5), net/dnsconfig_unix.go of Go, res_init.c of glibc."""

import re
from dataclasses import dataclass

from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment

PATH = "etc/resolv.conf"
KEYWORDS = ("nameserver", "search", "domain", "options", "sortlist", "lookup", "family")
ASKED = 3
"""Nameservers of a list that glibc and Go ask: MAXNS. The rest is ignored."""
UNKNOWN_TO_GO = ("inet6", "ip6-bytestring", "ip6-dotint", "no-check-names", "insecure1", "insecure2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Nameservers, search list and options. Times in seconds."""

    nameservers: tuple[str, ...]
    search: tuple[str, ...]
    options: tuple[str, ...]
    ndots: int
    timeout_s: int
    attempts: int

    def queries(self, dots: int) -> int:
        """Questions for one look-up of a name with so many dots that exists nowhere in the search list: A and AAAA."""
        return 2 * (len(self.search) + 1) if dots < self.ndots else 2


def resolver(moment: Moment) -> Resolver:
    """Of each setting the last line holds; options add up; a comment begins with # or ;."""
    nameservers: list[str] = []
    search: list[str] = []
    options: list[str] = []
    said = [words for line in moment.lines(PATH) if (words := re.split(r"[#;]", line, maxsplit=1)[0].split())]
    if said and not any(words[0] in KEYWORDS for words in said):
        raise Unreadable(f"/{PATH} is damaged: it has none of its keywords")
    for keyword, *rest in said:
        if keyword == "nameserver" and rest:
            nameservers.append(rest[0])
        elif keyword in ("search", "domain"):
            search = rest if keyword == "search" else rest[:1]
        elif keyword == "options":
            options += rest
    return Resolver(
        nameservers=tuple(nameservers),
        search=tuple(one for one in search if one != "."),
        options=tuple(options),
        ndots=min(_option(options, "ndots", 1), 15),
        timeout_s=max(_option(options, "timeout", 5), 1),
        attempts=max(_option(options, "attempts", 2), 1),
    )


def _option(options: list[str], name: str, otherwise: int) -> int:
    found = [one.partition(":")[2] for one in options if one.startswith(f"{name}:")]
    return int(found[-1]) if found and re.fullmatch("[0-9]{1,6}", found[-1]) else otherwise
