"""What a stage concludes: a fault, which breaks the way, or a remark about a way that works."""

from dataclasses import dataclass

from gwdiag.model.finding import Evidence, Remedy, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a stage did not work.

    `class_`: an error class. `words`: the cause in plain words, one sentence. `log`: what a gateway written in Go logs
    for it. `is_telling`: it names its cause; silence does not, and gives way to what another try was told.
    """

    class_: str
    words: str
    log: str
    evidence: tuple[Evidence, ...]
    remedies: tuple[Remedy, ...] = ()
    is_telling: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is the matter with a way that works. `class_`: the error class of the tries that failed, where some did."""

    id: str
    severity: Severity
    title: str
    words: str
    evidence: tuple[Evidence, ...]
    remedies: tuple[Remedy, ...] = ()
    class_: str = "none"
    runbook: str | None = None
