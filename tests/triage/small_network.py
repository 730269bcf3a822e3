"""Facts and causes that mean nothing, for tests of the weighing itself."""

from collections.abc import Mapping

from gwdiag.model.finding import Remedy
from gwdiag.model.problem import Unavailable
from gwdiag.triage.cause import Cause
from gwdiag.triage.fact import Fact, FalseAlarm


def a_fact(id_: str, false_alarm: float = FalseAlarm.RARE) -> Fact:
    return Fact(
        id=id_,
        asks=f"Is it {id_}?",
        tell=lambda _symptom, _case: Unavailable("nobody looked"),
        false_alarm=float(false_alarm),
        command=None,
        seconds=1.0,
    )


def a_cause(explains: Mapping[Fact, float], *denies: Fact, prior: float = 0.08) -> Cause:
    return Cause(
        title="A cause",
        means="It means nothing.",
        prior=prior,
        explains=explains,
        denies=denies,
        check=Remedy(text="Look"),
        fix=(Remedy(text="Repair it"),),
    )
