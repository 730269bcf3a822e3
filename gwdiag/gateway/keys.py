"""Keys and what they allow, from a file instead of Redis: `{"the key": {"rate": 10, "per": 1, ...}, ...}`.

The values are Tyk's session objects, as far as they are honoured: rate, per, quota_max, quota_renewal_rate, alias,
access_rights (only its api ids) and is_inactive.
"""

from pathlib import Path

from gwdiag.gateway.json_file import JsonFile
from gwdiag.model.problem import Problem


class Window:
    """So many requests from the first on, for so long; then anew."""

    __slots__ = ("_left", "_until")

    def __init__(self) -> None:
        self._left = 0.0
        self._until = float("-inf")

    def admits(self, requests: float, per: float, now: float) -> bool:
        if now >= self._until:
            self._left, self._until = max(requests, 1.0), now + per
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Session:
    """One key's limits, and how much of them is used up in this process."""

    __slots__ = ("alias", "apis", "per", "quota_left", "quota_max", "quota_renews", "rate", "renewal", "window")

    def __init__(self, values: dict[str, object]) -> None:
        self.rate, self.per = _number(values, "rate"), _number(values, "per")
        self.quota_max = int(_number(values, "quota_max"))
        self.renewal = _number(values, "quota_renewal_rate")
        self.alias = str(values.get("alias") or "")
        rights = values.get("access_rights")
        self.apis = frozenset(rights) if isinstance(rights, dict) else frozenset()
        self.window = Window()
        self.quota_left = self.quota_max
        self.quota_renews = 0.0

    def takes_quota(self, now: float) -> bool:
        """Whether one more request is within the quota; 0 and -1 are no quota."""
        if self.quota_max <= 0:
            return True
        if self.renewal > 0 and now >= self.quota_renews:
            self.quota_left, self.quota_renews = self.quota_max, now + self.renewal
        if self.quota_left <= 0:
            return False
        self.quota_left -= 1
        return True


class Keys:
    """All keys of a file; none where `path` is None. Raises Problem for a file that is no such one."""

    def __init__(self, path: Path | None, *, shows_whole: bool = False) -> None:
        self._shows_whole = shows_whole
        self._sessions: dict[str, Session] = {}
        if path is None:
            return
        file = JsonFile(path)
        if not isinstance(file.content, dict):
            raise Problem(f"{path}:1: a file of keys is an object of them")
        for key, values in file.content.items():
            if not isinstance(values, dict):
                raise Problem(f"{file.path}:{file.line(key)}: a key has an object of its limits, such as {{}}")
            if values.get("is_inactive") is not True:
                self._sessions[key] = Session(values)

    def session(self, key: str, api_id: str) -> Session | None:
        found = self._sessions.get(key)
        return found if found and (not found.apis or api_id in found.apis) else None

    def shown(self, key: str) -> str:
        """As in the log: its last four characters, `--` for a short one or none."""
        if self._shows_whole:
            return key
        return f"****{key[-4:]}" if len(key) > 4 else "--"


def _number(values: dict[str, object], name: str) -> float:
    value = values.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
