"""Takes secrets out of text that is about to be shown."""

import re
from functools import cache, lru_cache

HIDDEN = "[hidden]"

NAMES = (
    r"(?:api[-_]?key|x-api-key|user_id|key|token|access_token|refresh_token|id_token|secret|client_secret|password|passwd"
    r"|pwd|authorization|x-tyk-authorization|cookie|set-cookie|session(?:_?id)?)"
)
HARMLESS = r"(?!\*\*\*\*|--(?![\w.-])|0{8}\b|\[hidden\])"
"""What Tyk has obfuscated itself: `****abcd`, `--`, and `00000000` where there is no key."""
SCHEME = r"(?:(?:Bearer|Basic|Digest|Token|ApiKey|HMAC|Signature)\s+)?+"
"""Possessive: where what follows is harmless, the scheme's name must not become the secret."""

SECRETS = (
    # name="value", also as a string inside of JSON
    (
        ("=",),
        rf"(?i)(?P<keep>(?<![\w-]){NAMES}=\\?(?P<quote>[\"']){SCHEME}){HARMLESS}(?:(?!(?P=quote))[^\\])+",
    ),
    (("=",), rf"(?i)(?P<keep>(?<![\w-]){NAMES}={SCHEME}){HARMLESS}[^\s\"'&,;}}\\]+"),
    # JSON, also as a string inside of JSON
    ((":",), rf"(?i)(?P<keep>\"{NAMES}\\?\":\s*\[?\\?\"{SCHEME}){HARMLESS}[^\"\\]+"),
    (
        ("authorization", "api-key"),
        rf"(?i)(?P<keep>\b(?:x-tyk-)?(?:authorization|api-key): ?{SCHEME}){HARMLESS}[^\s\"',;]+",
    ),
    (("cookie",), rf"(?i)(?P<keep>\bcookie: ?){HARMLESS}[^\s\"',;]+(?:; ?[^\s\"',;]+)*"),
    (("bearer", "basic"), r"(?P<keep>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"),
    # a JSON web token
    (("eyj",), r"(?P<keep>)\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"),
    # user:password in a URL
    (("://",), rf"(?P<keep>\b[a-z][a-z0-9+.-]{{0,20}}://[^\s/:@\"']*:){HARMLESS}[^\s/\"']+(?=@)"),
    (("akia", "asia"), r"(?P<keep>)\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    (("private key",), r"(?s)(?P<keep>-----BEGIN [A-Z ]*PRIVATE KEY-----).*"),
)
"""What a text must have, in lower case, for a secret to be looked for, and how it is found: few texts have any of it,
and most runs need only some of these.
"""

MAY_BE_SECRET = re.compile(r"[=:]|[Bb]earer|[Bb]asic|eyJ|A[KS]IA|-----BEGIN")
"""What each of SECRETS needs. Most texts, such as paths, have nothing of it: this is all that they cost."""


def redacted(text: str) -> str:
    """The text with keys, tokens and passwords replaced; everything else as it was."""
    return _redacted(text) if MAY_BE_SECRET.search(text) else text


@lru_cache(maxsize=64)  # a report shows a line in several places
def _redacted(text: str) -> str:
    folded = text.casefold()
    for needs, secret in SECRETS:
        if any(need in folded for need in needs):
            text = _compiled(secret).sub(rf"\g<keep>{HIDDEN}", text)
    return text


@cache
def _compiled(secret: str) -> re.Pattern[str]:
    return re.compile(secret)
