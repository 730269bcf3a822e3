"""Apache httpd (httpd.apache.org/docs/2.4: core, mod_proxy, mod_proxy_balancer, mod_rewrite; configuring.html: syntax).

Directives are lines, sections are `<Name ...>` to `</Name>`; the case of names does not matter. `Include` is not
followed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from gwdiag.definitions import DefinitionReader
from gwdiag.definitions._directives import Directive, TooMuchError, Tree, named
from gwdiag.definitions._document import Document
from gwdiag.definitions._durations import summed
from gwdiag.definitions._routes import MOST_MEMBERS, Route, addresses, beginnings, definitions, limits
from gwdiag.model.definition import ApiDefinition

LOOKS = re.compile(
    r"^[ \t]*+(?:ProxyPass(?:Match)?[ \t]|BalancerMember[ \t]"
    r"|RewriteRule[ \t].*\[[A-Z,=0-9]*P|SetHandler[ \t]+\"?proxy:)",
    re.MULTILINE | re.IGNORECASE,
)
SECTION = re.compile(r"<(?P<name>/?[a-zA-Z]\w*)(?P<words>.*)>")
WORD = re.compile(r"\"((?:[^\"\\]++|\\.)*+)\"|'((?:[^'\\]++|\\.)*+)'|(\S++)")
DEFINED = re.compile(r"\$\{([^${}\s:]{1,200}+)\}")
LONGEST_LINE = 1 << 14
MOST_VARIABLES = 20

UNITS = {"ms": 1e-3, "s": 1.0, "mi": 60.0, "min": 60.0, "h": 3600.0}
SERVER_TIMERS = {"timeout": "Timeout", "proxytimeout": "ProxyTimeout"}
WORKER_TIMERS = ("timeout", "connectiontimeout")
FLAG_P = re.compile(r"\[(?:[^\]]*,)?(?:P|proxy)(?:,[^\]]*)?\]", re.IGNORECASE)
PASSED_TO_SOCKET = re.compile(r"(?P<socket>unix:[^|]+)\|(?P<scheme>[a-z0-9]+)://")


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a section inherits: the server's name and timers, and the paths that lead to it."""

    title: str = ""
    paths: tuple[str, ...] = ()
    timers: Mapping[str, float] = field(default_factory=dict)


@dataclass
class _Worker:
    """What is set for a URL, or for a balancer: its members' URLs and its parameters."""

    members: dict[str, None] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @cached_property
    def urls(self) -> tuple[str, ...]:
        """Those of the members that are kept; to be asked for when all members are known."""
        return tuple(islice(self.members, MOST_MEMBERS))


Workers = defaultdict[str, _Worker]


def read(document: Document, path: str) -> list[ApiDefinition]:
    if not LOOKS.search(document.text):
        return []
    tree = _tree(document.text)
    workers: Workers = defaultdict(_Worker)
    _set_workers(tree, "", workers)
    return definitions(_routes(tree, _Scope(), workers, path))


def _tree(text: str) -> list[Directive]:
    """The directives, their names in small letters. Nothing where the file is beyond all measure."""
    tree = Tree()
    variables: dict[str, str] = {}
    try:
        for whole in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
            line = whole.strip()
            if not line or line[0] == "#" or len(line) > LONGEST_LINE:
                continue
            line = DEFINED.sub(lambda seen: variables.get(seen[1], seen[0]), line, count=MOST_VARIABLES)
            if section := SECTION.fullmatch(line):
                if section["name"].startswith("/"):
                    tree.end()
                else:
                    tree.begin([section["name"].lower(), *_words(section["words"])])
                continue
            name, *words = _words(line)
            tree.add([name.lower(), *words])
            if name.lower() == "define" and len(words) == 2 and len(words[1]) < 1024:
                variables[words[0]] = words[1]
    except TooMuchError:
        return []
    return tree.top


def _words(line: str) -> list[str]:
    return [next((one for one in seen.groups() if one is not None), "") for seen in WORD.finditer(line)]


def _set_workers(block: list[Directive], within: str, workers: Workers) -> None:
    """Balancers and what `<Proxy>` sections set, wherever they stand. `within`: the URL of the section."""
    for one in block:
        if one.name == "proxy" and one.words:
            _set_workers(one.block, _key(one.words[0]), workers)
        elif one.name in ("balancermember", "proxyset"):
            words = one.words if within else one.words[1:]
            worker = workers[within or _key(one.words[0] if one.words else "")]
            if one.name == "balancermember" and words:
                worker.members[_plain(words[0])] = None
                workers[_key(words[0])].settings |= _parameters(words[1:])
            elif one.name == "proxyset":
                worker.settings |= _parameters(words)
        elif one.block:
            _set_workers(one.block, within, workers)


def _key(url: str) -> str:
    return _plain(url).rstrip("/").lower()


def _parameters(words: list[str]) -> dict[str, str]:
    return {name.lower(): value for name, is_, value in (one.partition("=") for one in words) if is_}


def _routes(block: list[Directive], outer: _Scope, workers: Workers, path: str) -> Iterator[Route]:
    scope = _within(block, outer)
    for one in block:
        if one.name in ("location", "locationmatch"):
            yield from _routes(one.block, replace(scope, paths=_located(one)), workers, path)
        elif one.block and one.name != "proxy":
            yield from _routes(one.block, scope, workers, path)
        else:
            for paths, url, settings in _passed(one, scope):
                yield from _to(url, _parameters(settings), replace(scope, paths=paths), workers, path)


def _within(block: list[Directive], outer: _Scope) -> _Scope:
    names = [one.words[0] for one in named(block, "servername") if one.words]
    timers = {
        SERVER_TIMERS[one.name]: summed(one.words[0], UNITS, bare=1.0)
        for one in named(block, *SERVER_TIMERS)
        if one.words
    }
    title = names[-1].rpartition("://")[2].partition(":")[0] if names else outer.title
    return replace(outer, title=title, timers={**outer.timers, **timers})


def _located(one: Directive) -> tuple[str, ...]:
    is_pattern = one.name == "locationmatch" or one.words[:1] == ["~"]
    path = one.words[-1] if one.words else ""
    return tuple(beginnings(path)) if is_pattern else (path,)


def _passed(one: Directive, scope: _Scope) -> Iterator[tuple[tuple[str, ...], str, list[str]]]:
    """The paths, the URL and the parameters of a directive that passes requests on."""
    words = one.words
    if one.name in ("proxypass", "proxypassmatch") and words:
        inside = "://" in words[0] or words[0].startswith("unix:")  # a Location has the path
        if not inside and len(words) < 2:
            return
        paths = (words[0],) if one.name == "proxypass" else tuple(beginnings(words[0]))
        yield (scope.paths, words[0], words[1:]) if inside else (paths, words[1], words[2:])
    elif one.name == "rewriterule" and len(words) > 2 and FLAG_P.fullmatch(words[-1]):
        begins = tuple("/" + path.lstrip("/") for path in beginnings(words[0]))
        yield (begins or scope.paths, words[1], [])
    elif one.name == "sethandler" and words and words[0].startswith("proxy:"):
        yield (scope.paths, words[0].removeprefix("proxy:"), [])


def _to(url: str, settings: dict[str, str], scope: _Scope, workers: Workers, path: str) -> Iterator[Route]:
    balancer = re.match(r"balancer://([^/\s]+)", url)
    urls = workers[_key(balancer[0])].urls if balancer else (_plain(url),)
    members = addresses(urls) if "://" in url else ()
    if not members:
        return
    settings = {**workers[_key(urls[0])].settings, **settings}
    timers = {f"{name}=": summed(settings[name], UNITS, bare=1.0) for name in WORKER_TIMERS if name in settings}
    outer = {name: after for name, after in scope.timers.items() if "timeout=" not in timers or name != "ProxyTimeout"}
    whole = Route(
        path="",
        members=members,
        title=balancer[1] if balancer else scope.title or members[0].rpartition("://")[2],
        aliases={balancer[0]: members[0]} if balancer else {},
        limits=limits({**timers, **outer}, path),
    )
    yield from (replace(whole, path=begins) for begins in scope.paths or ("",))


def _plain(url: str) -> str:
    """`unix:/run/app.sock|fcgi://localhost/` is the socket."""
    return PASSED_TO_SOCKET.sub(lambda seen: f"{seen['scheme']}://{seen['socket']}:", url)


APACHE = DefinitionReader(title="Apache httpd configuration", read=read)
