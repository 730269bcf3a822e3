"""What `--format` and gwdiag.toml give: a built-in format by name, or one of the user's own."""

import os
from importlib import import_module
from pathlib import Path

from gwdiag.logs.formats import Grammars, LogFormat, formats
from gwdiag.model.problem import Problem

KINDS = {"re": "regex", "nginx": "nginx", "apache": "apache", "envoy": "envoy", "haproxy": "haproxy"}
"""The ways to describe a format, and the module beside this one that reads the description."""

SETTINGS = "gwdiag.toml"


def grammars(given: str | None) -> Grammars:
    """The user's formats of gwdiag.toml, and what `--format` says. Raises Problem for what is none.

    `--format` takes a built-in format's name (no other built-in one is used then), one of gwdiag.toml (no other one of
    it), `KIND:DESCRIPTION` with a kind of KINDS, or the path of a gateway's configuration that describes its formats.
    """
    own = _of_settings()
    if given is None:
        return Grammars(own=own)
    if given in own:
        return Grammars(own={given: own[given]})
    if given in formats():
        return Grammars(only=given)
    kind, colon, description = given.partition(":")
    if colon and kind in KINDS:
        return Grammars(own={kind: _made(kind, description, "--format"), **own})
    if Path(given).is_file():
        return Grammars(own={**_of_conf(Path(given)), **own})
    raise Problem(
        f"--format {given}: neither a format (see gwdiag logs --list-formats), nor KIND:DESCRIPTION with one of "
        f"{', '.join(KINDS)}, nor an nginx.conf, haproxy.cfg or Apache configuration"
    )


def _of_conf(path: Path) -> dict[str, LogFormat]:
    from gwdiag.logs.custom.of_conf import formats_in

    try:
        found = formats_in(path.read_bytes())
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None
    if not found:
        raise Problem(f"{path}: it describes no log format that tells of requests (log_format, LogFormat, log-format)")
    return found


def _of_settings() -> dict[str, LogFormat]:
    """The formats of gwdiag.toml: in the current folder, else in the user's own configuration."""
    folder = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    for path in (Path(SETTINGS), Path(os.path.expanduser(folder)) / "gwdiag" / SETTINGS):  # noqa: PTH111  see below
        if not _is_there(path):
            continue
        import tomllib

        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except OSError as error:
            raise Problem(f"{path}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Problem(f"{path}: {error}") from None
        return {name: _described(f"{path}: formats.{name}", one) for name, one in _tables(path, content).items()}
    return {}


def _is_there(path: Path) -> bool:
    """Not where one may not look: `sudo -u nobody` keeps HOME. A user without any home has none there either, which
    only os.path.expanduser raises nothing for.
    """
    try:
        path.stat()
    except OSError:
        return False
    return True


def _tables(path: Path, content: dict[str, object]) -> dict[str, object]:
    tables = content.get("formats", {})
    if not isinstance(tables, dict):
        raise Problem(f"{path}: formats is no table; write [formats.NAME]")
    return tables


def _described(where: str, table: object) -> LogFormat:
    given = [(kind, text) for kind, text in table.items() if kind in KINDS] if isinstance(table, dict) else []
    if len(given) != 1 or not isinstance(given[0][1], str):
        raise Problem(f"{where}: give it one of {', '.join(KINDS)}, a string")
    [(kind, text)] = given
    return _made(kind, text, where)


def _made(kind: str, description: str, where: str) -> LogFormat:
    module = import_module(f"gwdiag.logs.custom.{KINDS[kind]}")
    made = module.from_format(description, where)
    assert isinstance(made, LogFormat)
    return made
