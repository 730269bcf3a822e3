"""Request targets and targets of APIs, taken apart and put together as Go's net/url does it.

A path is kept twice, as there: decoded, for matching and for the log, and as it was sent, where that differs from how
Go would write it. Paths are text in Latin-1: one character a byte. Sources: RFC 3986; net/url and path of Go 1.26.
"""

import re
from dataclasses import dataclass

PLAIN = re.compile(r"(/[A-Za-z0-9$&+,\-./:;=@_~]*)(?:\?([!-~]+))?")
"""A target that needs no thought; the path is its own decoded form."""

UNESCAPED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$&+,-./:;=@_~")
"""What Go leaves as it is when it writes a path."""

ALLOWED_RAW = re.compile(r"[A-Za-z0-9$&+,\-./:;=@_~!'()*\[\]%]*")
"""What an encoded path may have and still be passed on as it was sent."""

BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(.*)", re.DOTALL)
PORT = re.compile(r":[0-9]*")
DOTS = re.compile(r"//|/\.")


class BadUrl(ValueError):
    """What Go would not parse."""


@dataclass(slots=True)
class Url:
    """`raw_path` is empty where it is what Go makes of `path`. `has_bare_question`: a `?` with nothing behind it.

    `is_plain`: nothing in the path is escaped, nor could be.
    """

    path: str
    raw_path: str = ""
    query: str = ""
    scheme: str = ""
    host: str = ""
    opaque: str = ""
    has_bare_question: bool = False
    is_plain: bool = False

    def escaped_path(self) -> str:
        """As it stands in a request line."""
        if self.is_plain:
            return self.path
        if self.raw_path and ALLOWED_RAW.fullmatch(self.raw_path) and unescape(self.raw_path) == self.path:
            return self.raw_path
        return "*" if self.path == "*" else escape(self.path)

    def written(self) -> str:
        """The whole of it."""
        text = f"{self.scheme}:" if self.scheme else ""
        if self.opaque:
            text += self.opaque
        else:
            if self.host:
                text += f"//{self.host}"
            text += self.escaped_path()
        return text + self.question()

    def question(self) -> str:
        """The query with its question mark; a bare one stays."""
        return f"?{self.query}" if self.query or self.has_bare_question else ""


def parse_request(target: str) -> Url:
    """The target of a request line: a path, or the absolute form. Raises BadUrl."""
    if seen := PLAIN.fullmatch(target):
        return Url(seen[1], "", seen[2] or "", "", "", "", False, True)
    if not target:
        raise BadUrl("empty url")
    return _parse(target, is_request=True)


def parse_authority(target: str) -> Url:
    """What CONNECT names."""
    url = _parse(f"http://{target}", is_request=True)
    url.scheme = ""
    return url


def parse(text: str) -> Url:
    """A URL of a definition. Raises BadUrl."""
    text = text.partition("#")[0]
    return _parse(text, is_request=False) if text else Url("")


def _parse(text: str, *, is_request: bool) -> Url:
    if CONTROL.search(text):
        raise BadUrl("invalid control character in URL")
    if text == "*":
        return Url("*")
    if text.startswith(":"):
        raise BadUrl("missing protocol scheme")
    seen = SCHEME.fullmatch(text)
    scheme, rest = (seen[1].lower(), seen[2]) if seen else ("", text)
    rest, question, query = rest.partition("?")
    is_bare = bool(question) and not query
    if not rest.startswith("/"):
        if scheme:
            return Url("", "", query, scheme, "", rest, is_bare)
        if is_request:
            raise BadUrl("invalid URI for request")
        if ":" in rest.partition("/")[0]:
            raise BadUrl("first path segment in URL cannot contain colon")
    host = ""
    if (scheme or (not is_request and not rest.startswith("///"))) and rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        host, rest = _host(authority.rpartition("@")[2]), slash + path
    path = unescape(rest)
    escaped = escape(path)
    return Url(path, "" if escaped == rest else rest, query, scheme, host, "", is_bare, escaped == rest == path)


def _host(host: str) -> str:
    end = host.rfind("]") + 1 if host.startswith("[") else host.find(":") if ":" in host else len(host)
    if (host.startswith("[") and not end) or not (end == len(host) or PORT.fullmatch(host[end:])):
        raise BadUrl(f"invalid port {host[end:]!r} after host")
    return unescape(host)


def unescape(text: str) -> str:
    """Raises BadUrl for a `%` that begins no escape."""
    if "%" not in text:
        return text
    if BROKEN_ESCAPE.search(text):
        raise BadUrl(f"invalid URL escape in {text!r}")
    return ESCAPE.sub(lambda seen: chr(int(seen[1], 16)), text)


def escape(path: str) -> str:
    """A decoded path as Go writes it."""
    if UNESCAPED.issuperset(path):
        return path
    return "".join(one if one in UNESCAPED else f"%{ord(one):02X}" for one in path)


def cleaned(path: str) -> str:
    """Without `//`, `/./` and `/../`; a slash at the end stays. The router answers 301 where this differs."""
    if path.startswith("/") and not DOTS.search(path):
        return path
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    whole = "/" + "/".join(kept)
    return whole + "/" if path.endswith("/") and whole != "/" else whole


def joined(target: str, rest: str, *, keep_slash: bool) -> str:
    """A target's path and the rest of a request's. `keep_slash`: an empty rest leaves the target's slash."""
    if keep_slash and rest in ("", "/"):
        return target
    target, rest = target.rstrip("/"), rest.lstrip("/")
    return f"{target}/{rest}" if rest else target
