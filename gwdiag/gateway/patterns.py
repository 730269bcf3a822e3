"""Patterns: those of endpoints in a definition, which are regular expressions with some words of their own, and listen
paths with parameters.

Go's regular expressions (RE2) and Python's differ in little that people write here; `$` and `\\z` are turned into what
they mean there, and what Python cannot compile is refused.
Source: Tyk 5.14, `hard_timeouts` and its kind; gorilla/mux for listen paths.
"""

import re
from re import Pattern

PARAMETER = re.compile(r"\{([^}]+)\}")


class BadPattern(ValueError):
    """No regular expression."""


def endpoint_pattern(path: str, *, prefix: bool, suffix: bool, ignore_case: bool) -> Pattern[str]:
    """What an endpoint's path matches, wherever in the request's path unless anchored. Raises BadPattern."""
    if 0 < path.count("{") == path.count("}"):
        path = PARAMETER.sub("([^/]+)", path)
    path = path.replace("/*/", "/[^/]+/").replace("/*", "/.*")
    if prefix and path.startswith("/"):
        path = "^" + path
    if suffix and not path.endswith("$"):
        path += "$"
    # Go's $ is the end of the text, Python's may also stand before a last line feed.
    return _compiled(path[:-1] + r"\Z" if path.endswith("$") and not path.endswith(r"\$") else path, ignore_case)


def listen_pattern(path: str) -> str:
    """The regular expression of a listen path: its text, `{name}` for a part of a path, `{name:pattern}`.

    Raises BadPattern.
    """
    expression, end = "", 0
    for begin, stop in _braces(path):
        name, colon, pattern = path[begin + 1 : stop].partition(":")
        if not name or (colon and not pattern):
            raise BadPattern(f"missing name or pattern in {path[begin : stop + 1]!r}")
        expression += f"{re.escape(path[end:begin])}(?:{pattern or '[^/]+'})"
        end = stop + 1
    expression += re.escape(path[end:])
    if _compiled(expression, ignore_case=False).groups:
        raise BadPattern(f"{path!r} has a group that captures; write (?:...)")
    return expression


def _braces(path: str) -> list[tuple[int, int]]:
    """Where each outermost pair stands. Raises BadPattern where they are not balanced."""
    found, depth, begin = [], 0, 0
    for index, one in enumerate(path):
        if one == "{":
            begin = begin if depth else index
            depth += 1
        elif one == "}":
            depth -= 1
            if depth < 0:
                break
            if not depth:
                found.append((begin, index))
    if depth:
        raise BadPattern(f"unbalanced braces in {path!r}")
    return found


def _compiled(expression: str, ignore_case: bool) -> Pattern[str]:
    try:
        return re.compile(expression.replace(r"\z", r"\Z"), re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(f"{expression!r} is no regular expression: {error}") from None
