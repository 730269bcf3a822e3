"""What `gwdiag lab` tells people: the list of causes, each case and what triage said of it, and the score."""

import json
import textwrap
from dataclasses import dataclass, field
from importlib import import_module

from gwdiag.lab import scenarios as _folder
from gwdiag.lab.needs import on_loopback_because, why_not
from gwdiag.lab.runs import Played
from gwdiag.lab.scenarios import scenarios
from gwdiag.lab.verdict import PARTS, Verdict, judge

WIDTH = 80


def listed(*, is_loopback: bool) -> str:
    """One cause a paragraph."""
    lines, can = [], 0
    reason_for_loopback = on_loopback_because(is_wanted=is_loopback)
    for name, scenario in scenarios().items():
        reason = why_not(scenario, is_loopback=bool(reason_for_loopback))
        can += not reason
        lines.append(name)
        lines += textwrap.wrap(
            f"cannot be played here: {reason}" if reason else _title(name), WIDTH, initial_indent="    ",
            subsequent_indent="    ",
        )  # fmt: skip
    where = f"on loopback ({reason_for_loopback})" if reason_for_loopback else "in network namespaces"
    return "\n".join([*lines, f"\n{can} of {len(scenarios())} can be played {where}."]) + "\n"


def _title(cause: str) -> str:
    """The first line of a scenario's file."""
    return (import_module(f"{_folder.__name__}.{cause}").__doc__ or "").splitlines()[0]


@dataclass(slots=True)
class Score:
    """How often triage was right."""

    is_blind: bool
    verdicts: list[Verdict] = field(default_factory=list)
    failed: int = 0

    def add(self, played: Played, *, with_triage: bool) -> str:
        """A case that is over, in words."""
        if played.problem:
            self.failed += 1
            return f"{played.order.name}: not played: {played.problem}\n"
        if self.is_blind:
            return (
                f"{played.case}\n    Find the cause with gwdiag triage, logs, limits; the truth is in {played.label}\n"
            )
        truth = json.loads(played.label.read_text())
        lines = [str(played.case), *_wrapped(str(truth["explanation"]))]
        if with_triage:
            verdict = judge(played.case, played.label)
            self.verdicts.append(verdict)
            lines += _wrapped(_said(verdict))
        return "\n".join(lines) + "\n"

    @property
    def wrong(self) -> int:
        return sum(not one.is_right for one in self.verdicts)

    def total(self) -> str:
        """The score as one paragraph; nothing where nothing was judged."""
        count = len(self.verdicts)
        if count < 1:
            return ""
        seconds = sorted(one.seconds for one in self.verdicts)[count // 2]
        pairs = [one.both for one in self.verdicts if one.both is not None]
        parts = [f"root cause first {sum(one.is_first for one in self.verdicts)} of {count}"]
        parts.append(f"among the first three {sum(one.is_among_three for one in self.verdicts)}")
        if pairs:
            parts.append(f"both of two faults {sum(pairs)} of {len(pairs)}")
        for part in PARTS:
            asked = [one.parts[part] for one in self.verdicts if one.parts]
            parts.append(f"{part} right {sum(asked)} of {len(asked)}")
        return f"\n{'; '.join(parts)}; triage took {seconds:.1f} s (median).\n"


def _said(verdict: Verdict) -> str:
    if verdict.problem:
        return f"WRONG: {verdict.problem}"
    off = [part for part, is_right in (verdict.parts or {}).items() if not is_right]
    besides = f", but not its {', '.join(off)}" if off else ""
    named = ", ".join(verdict.named[:3]) or "nothing"
    return f"{'right' if verdict.is_right else 'WRONG'}: triage names {named}{besides}."


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")
