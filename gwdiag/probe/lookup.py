"""How a gateway's resolver finds an address: which names it asks for, in which order, and what it makes of the
answers.

Source: Go, net/dnsclient_unix.go and net/dnsconfig.go; resolv.conf(5) and glibc, resolv/res_query.c. Nameservers are
asked side by side here, so that each can be told apart; what the resolver would have taken and paid is worked out from
that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gwdiag.probe.dns_query import Came, Question, Reply, Server, ask
from gwdiag.probe.how import Resolving
from gwdiag.probe.resolver_files import ResolverConfig

KINDS = ("A", "AAAA")

GRACE_S = 1.5
"""How long nameservers are waited for that come after one whose answer decides: no resolver would wait for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAsked:
    """One name of the walk along the search list, with the replies of every nameserver, in the order of the list."""

    name: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a look-up gives.

    `deciding`: the replies that the resolver took, of both kinds. `failed`: the one that says why there is no address;
    null where there is one. `cost_s`: what the resolver needs for one look-up, with its own timeouts for silent
    nameservers. `queries`: what it sends for it.
    """

    asked: tuple[NameAsked, ...]
    deciding: tuple[Reply, ...]
    failed: Reply | None
    cost_s: float
    queries: int

    @property
    def addresses(self) -> tuple[str, ...]:
        found = (one.addresses for one in self.deciding)
        return tuple(dict.fromkeys(address for every in found for address in every))

    @property
    def replies(self) -> tuple[Reply, ...]:
        """All of them, of every name and nameserver."""
        return tuple(reply for one in self.asked for reply in one.replies)


def candidates(name: str, config: ResolverConfig) -> list[str]:
    """The full names that are asked for, in their order. A name with a dot at its end is full already."""
    if name.endswith("."):
        return [name]
    searched = [f"{name}.{suffix}." for suffix in config.search]
    if name.count(".") >= config.ndots:
        return [f"{name}.", *searched]
    return [*searched, f"{name}."]


def look_up(name: str, config: ResolverConfig, wait_s: float, resolving: Resolving = "go") -> Lookup:
    """Asks for the name as the resolver would. `wait_s` bounds each wait for a nameserver."""
    wait = min(wait_s, config.timeout_s)
    asked: list[NameAsked] = []
    names = candidates(name, config)
    while names and not (asked and _addresses(asked[-1], config)):
        # After silence for one name the others are asked side by side: each would cost as long again.
        at_once = len(names) if asked and _is_silent(asked[-1]) else 1
        asked += _asked(names[:at_once], config, wait, edns=resolving == "go", again=not asked)
        del names[:at_once]
        if resolving == "glibc" and _is_silent(asked[-1]):
            break  # res_query.c: only an answer lets it go on to the next name
    return settled(_until_found(asked, config), config, f"{name.rstrip('.')}.")


def _asked(names: Sequence[str], config: ResolverConfig, wait_s: float, *, edns: bool, again: bool) -> list[NameAsked]:
    """The names with what every nameserver says; what none of them decides for lack of an answer is asked once more."""
    questions = [Question(server, name, kind) for name in names for server in config.servers for kind in KINDS]

    def is_enough(replies: list[Reply], spent_s: float) -> bool:
        return spent_s > GRACE_S and all(_is_decided(replies, name, config.servers) for name in names)

    replies = {one.question: one for one in ask(questions, wait_s, edns=edns, is_enough=is_enough)}
    unheard = _unheard(replies) if again and config.attempts > 1 else []
    replies |= {one.question: one for one in ask(unheard, wait_s, edns=edns, is_enough=lambda _replies, _spent: False)}
    return [
        NameAsked(name=name, replies=tuple(replies[one] for one in questions if one.name == name)) for name in names
    ]


def _unheard(replies: Mapping[Question, Reply]) -> list[Question]:
    """The questions that met silence, of names and kinds that no nameserver has decided."""
    decided = {(question.name, question.kind) for question, reply in replies.items() if reply.is_definite}
    return [
        question
        for question, reply in replies.items()
        if reply.came is Came.SILENCE and (question.name, question.kind) not in decided
    ]


def _is_decided(replies: Iterable[Reply], name: str, servers: Sequence[Server]) -> bool:
    """Whether nothing that is still under way can change what the resolver takes."""
    known = {(one.question.server, one.question.kind): one for one in replies if one.question.name == name}
    for kind in KINDS:
        for server in servers:
            reply = known.get((server, kind))
            if reply is None:
                return False
            if reply.is_definite:
                break
    return True


def _until_found(asked: list[NameAsked], config: ResolverConfig) -> list[NameAsked]:
    """Without the names that the resolver does not come to."""
    last = next((number for number, one in enumerate(asked) if _addresses(one, config)), len(asked))
    return asked[: last + 1]


def _is_silent(one: NameAsked) -> bool:
    return all(reply.came is Came.SILENCE for reply in one.replies)


def _addresses(one: NameAsked, config: ResolverConfig) -> bool:
    return any(reply.addresses for reply in _taken(one, config))


def _taken(one: NameAsked, config: ResolverConfig) -> list[Reply]:
    """The replies that decide, one a kind: the first definite one in the order of the servers, else the last."""
    return [_way(one, kind, config)[-1] for kind in KINDS]


def _way(one: NameAsked, kind: str, config: ResolverConfig) -> list[Reply]:
    """The replies that the resolver gets for a kind until it is content; of all attempts, where it never is."""
    in_order = [reply for reply in one.replies if reply.question.kind == kind]
    way: list[Reply] = []
    for reply in in_order:
        way.append(reply)
        if reply.is_definite:
            return way
    return way * config.attempts


def settled(asked: Sequence[NameAsked], config: ResolverConfig, bare: str) -> Lookup:
    """What the resolver makes of it all. `bare`: the name as it was given, whose failure tells the most."""
    cost, queries = 0.0, 0
    for one in asked:
        ways = [_way(one, kind, config) for kind in KINDS]
        queries += sum(1 + reply.truncated for way in ways for reply in way)
        cost += max(sum(_cost(reply, config) for reply in way) for way in ways)
    deciding = tuple(_taken(asked[-1], config))
    failed = None
    if not any(reply.addresses for reply in deciding):
        of_bare = next((one for one in asked if one.name == bare), asked[-1])
        failed = min(_taken(of_bare, config), key=lambda reply: reply.is_definite)
    return Lookup(asked=tuple(asked), deciding=deciding, failed=failed, cost_s=cost, queries=queries)


def _cost(reply: Reply, config: ResolverConfig) -> float:
    is_silent = Came.SILENCE in (reply.came, reply.over_tcp)
    return config.timeout_s if is_silent else min(reply.duration_s, config.timeout_s)
