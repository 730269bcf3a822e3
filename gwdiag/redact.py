"""Takes secrets out of text that is about to be shown."""

from functools import lru_cache

from gwdiag.model.pattern import pattern

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
        pattern(rf"(?i)(?P<keep>(?<![\w-]){NAMES}=\\?(?P<quote>[\"']){SCHEME}){HARMLESS}(?:(?!(?P=quote))[^\\])+"),
    ),
    (("=",), pattern(rf"(?i)(?P<keep>(?<![\w-]){NAMES}={SCHEME}){HARMLESS}[^\s\"'&,;}}\\]+")),
    # JSON, also as a string inside of JSON
    ((":",), pattern(rf"(?i)(?P<keep>\"{NAMES}\\?\":\s*\[?\\?\"{SCHEME}){HARMLESS}[^\"\\]+")),
    (
        ("authorization", "api-key"),
        pattern(rf"(?i)(?P<keep>\b(?:x-tyk-)?(?:authorization|api-key): ?{SCHEME}){HARMLESS}[^\s\"',;]+"),
    ),
    (("cookie",), pattern(rf"(?i)(?P<keep>\bcookie: ?){HARMLESS}[^\s\"',;]+(?:; ?[^\s\"',;]+)*")),
    (("bearer", "basic"), pattern(r"(?P<keep>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}")),
    # a JSON web token
    (("eyj",), pattern(r"(?P<keep>)\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?")),
    # user:password in a URL
    (("://",), pattern(rf"(?P<keep>\b[a-z][a-z0-9+.-]{{0,20}}://[^\s/:@\"']*:){HARMLESS}[^\s/\"']+(?=@)")),
    (("akia", "asia"), pattern(r"(?P<keep>)\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    (("private key",), pattern(r"(?s)(?P<keep>-----BEGIN [A-Z ]*PRIVATE KEY-----).*")),
)
"""What a text must have, in lower case, for a secret to be looked for, and how it is found. Few have any of it."""

MAY_BE_SECRET = pattern(r"[=:]|[Bb]earer|[Bb]asic|eyJ|A[KS]IA|-----BEGIN")
"""What each of SECRETS needs. Most texts, such as paths, have nothing of it: this is all that they cost."""


def redacted(text: str) -> str:
    """The text with keys, tokens and passwords replaced; everything else as it was."""
    return _redacted(text) if MAY_BE_SECRET.search(text) else text


@lru_cache(maxsize=64)  # a report shows a line in several places
def _redacted(text: str) -> str:
    folded = text.casefold()
    for needs, secret in SECRETS:
        if any(need in folded for need in needs):
            text = secret.sub(rf"\g<keep>{HIDDEN}", text)
    return text
