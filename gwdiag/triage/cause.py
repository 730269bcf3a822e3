"""A root cause: what it explains and how strongly, what speaks against it, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gwdiag.model.finding import Remedy
from gwdiag.triage.fact import Fact

# How often a fact is true where the cause is at work. Words, not figures to argue about: finer ones rank no better.
ALWAYS = 0.95
USUALLY = 0.8
SOMETIMES = 0.4
RARELY = 0.1

# How often a cause is the one, before anything is known.
COMMON = 0.2
OCCASIONAL = 0.08
UNCOMMON = 0.03
RARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One root cause; its file's name is its id.

    `explains`: facts that are true with it, and how often. `denies`: facts that are hardly ever true with it, whatever
    else may be wrong. `confused_with`: other causes, and the check that tells the two apart. Words in braces in
    commands are filled in from the symptom: `{upstream}` (scheme://host:port), `{target}` (host:port), `{host}`,
    `{port}`, `{api}`, `{node}`. `is_harmless`: nobody has to act.
    """

    title: str
    means: str
    prior: float
    explains: Mapping[Fact, float]
    denies: tuple[Fact, ...] = ()
    confused_with: Mapping[str, str] = field(default_factory=dict)
    check: Remedy
    fix: tuple[Remedy, ...]
    is_harmless: bool = False
