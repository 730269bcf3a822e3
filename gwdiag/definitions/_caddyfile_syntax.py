"""The syntax of a Caddyfile (caddyserver.com/docs/caddyfile/concepts): lines of words, blocks, snippets, environment.

A word may be quoted with `"` or a backtick, or be a heredoc; a `{` at the end of a line opens a block. Snippets,
`(name)`, are put in where `import name` stands.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from gwdiag.definitions._directives import DEEPEST, MOST, Directive, TooMuchError, Tree

ENVIRONMENT = re.compile(r"\{\$\w{1,200}+(?::([^{}\n]{0,500}+))?\}")
TOKEN = re.compile(
    r"(?:[ \t\r\f\v]++|\\\r?\n)*+(?:(?P<end>\n|#[^\n]*+\n?|\Z)"
    r"|\"(?P<double>(?:[^\"\\]++|\\.)*+)\"|`(?P<back>[^`]*+)`"
    r"|<<(?P<mark>[A-Za-z0-9_-]{1,50})\n(?P<heredoc>.*?)(?:\n[ \t]*(?P=mark)(?=\s|\Z)|\Z)"
    r"|(?P<word>[^\s\"`]\S*+|[\"`]\S*+))",
    re.DOTALL,
)
ARGUMENT = re.compile(r"\{args(?:\.|\[)(\d{1,3})\]?\}")
MOST_WORDS = 1_000_000
LONGEST_WORD = 1024


def parse(text: str) -> list[Directive]:
    """The sites and what else stands outermost; nothing where it is beyond all measure."""
    tree, words, end = Tree(), list[str](), 0
    text = ENVIRONMENT.sub(lambda seen: seen[1] or seen[0], text)
    try:
        for _ in range(MOST_WORDS):
            seen = TOKEN.match(text, end)
            if not seen:
                break
            end = seen.end()
            if seen["end"] is None:
                words.append(_word(seen))
            elif not words or not words[-1].endswith(",") or end == len(text):  # addresses may go on behind a comma
                _line(tree, words)
                words = []
            if end == len(text) and not words:
                return _imported(tree.top)
    except TooMuchError:
        pass
    return []


def _word(seen: re.Match[str]) -> str:
    return next((seen[name] for name in ("double", "back", "heredoc", "word") if seen[name] is not None), "")


def _line(tree: Tree, words: list[str]) -> None:
    if words == ["}"]:
        tree.end()
    elif words[-1:] == ["{"]:
        tree.begin(words[:-1])
    elif words:
        tree.add(words)


def _imported(top: list[Directive]) -> list[Directive]:
    snippets = {one.name[1:-1]: one.block for one in top if one.name.startswith("(") and one.name.endswith(")")}
    budget = [MOST]
    return _put(top, snippets, [], budget, 0)


def _put(
    block: list[Directive], snippets: Mapping[str, list[Directive]], arguments: list[str], budget: list[int], depth: int
) -> list[Directive]:
    """The block with snippets in the place of imports. Raises TooMuchError where they go on and on."""
    if depth > DEEPEST:
        raise TooMuchError
    found: list[Directive] = []
    for one in block:
        budget[0] -= 1
        if budget[0] < 0:
            raise TooMuchError
        words = [_argued(word, arguments) for word in one.words] if arguments else one.words
        if one.name == "import" and words and words[0] in snippets:
            found += _put(snippets[words[0]], snippets, words[1:], budget, depth + 1)
        else:
            inner = _put(one.block, snippets, arguments, budget, depth + 1) if one.block else one.block
            found.append(replace(one, words=words, block=inner))
    return found


def _argued(word: str, arguments: list[str]) -> str:
    whole = ARGUMENT.sub(lambda seen: arguments[int(seen[1])] if int(seen[1]) < len(arguments) else seen[0], word)
    return whole if len(whole) <= LONGEST_WORD else word  # snippets in snippets could double it over and over
