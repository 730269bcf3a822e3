"""The syntax of nginx's configuration (ngx_conf_read_token in src/core/ngx_conf_file.c), and of the Lua inside it.

Words end at white space, `;` and `{`; they may be quoted. A block of `*_by_lua_block` holds Lua, where braces, quotes
and comments follow Lua's rules (Lua 5.1 reference manual, 2.1).
"""

import re

from gwdiag.definitions._directives import Directive, TooMuchError, Tree

TOKEN = re.compile(
    r"(?:\s++|#[^\n]*+)*+(?:(?P<sign>[;{}])"
    r"|\"(?P<double>(?:[^\"\\]++|\\.)*+)\"|'(?P<single>(?:[^'\\]++|\\.)*+)'"
    r"|(?P<word>(?:[^\s;{}\"'#\\$]|\\.|\$\{?)(?:[^\s;{\\$]++|\\.|\$\{?)*+))",
    re.DOTALL,
)
ESCAPED = re.compile(r"\\([\"'\\])")
MOST_TOKENS = 1_000_000

LUA_TOKEN = re.compile(
    r"(?:[^-\[\]\"'{}]++"
    r"|--\[(?P<level>=*)\[.*?(?:\](?P=level)\]|\Z)|--[^\n]*+"  # comments
    r"|\[(?P<equals>=*)\[.*?(?:\](?P=equals)\]|\Z)|\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'"  # strings
    r"|[-\[\]])*+"
    r"(?P<brace>[{}])",
    re.DOTALL,
)


def parse(text: str) -> list[Directive]:
    """The directives of a file, as far as its syntax is nginx's. Nothing where it is beyond all measure."""
    tree, words, end = Tree(), list[str](), 0
    try:
        for _ in range(MOST_TOKENS):
            seen = TOKEN.match(text, end)
            if not seen:
                return tree.top
            end = seen.end()
            match seen["sign"]:
                case None:
                    words.append(_word(seen))
                    continue
                case "}":
                    tree.end()
                case ";" if words:
                    tree.add(words)
                case "{" if words and words[0].endswith("_by_lua_block"):
                    end = _end_of_lua(text, end)
                case "{" if words:
                    tree.begin(words)
                case _:  # nginx refuses a `;` or a `{` without a word before it
                    return tree.top
            words = []
    except TooMuchError:
        pass
    return []


def _word(seen: re.Match[str]) -> str:
    quoted = seen["double"] if seen["double"] is not None else seen["single"]
    whole = seen["word"] if quoted is None else quoted
    return ESCAPED.sub(r"\1", whole) if "\\" in whole else whole


def _end_of_lua(text: str, start: int) -> int:
    """Behind the brace that closes the block; the end of the text where none does."""
    depth, end = 1, start
    while depth:
        seen = LUA_TOKEN.match(text, end)
        if not seen:
            return len(text)
        depth += 1 if seen["brace"] == "{" else -1
        end = seen.end()
    return end
