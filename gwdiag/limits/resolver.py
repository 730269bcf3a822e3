"""What the gateway's resolver was told. Sources: resolv.conf(5), net/dnsconfig_unix.go of Go, res_init.c of glibc."""

from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment
from gwdiag.model.dataclass import dataclass
from gwdiag.resolv_conf import MOST_SERVERS, read_resolv_conf

PATH = "etc/resolv.conf"
ASKED = MOST_SERVERS
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
    """As the file says it; the node's name, which may stand for a search list, is not looked at."""
    said = read_resolv_conf(moment.text(PATH))
    if said.is_damaged:
        raise Unreadable(f"/{PATH} is damaged: it has none of its keywords")
    return Resolver(
        nameservers=said.nameservers,
        search=tuple(one for one in said.search or () if one != "."),
        options=said.options,
        ndots=said.ndots,
        timeout_s=said.timeout_s,
        attempts=said.attempts,
    )
