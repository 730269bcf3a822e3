"""Which cases are to be played, and that they can be."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from gwdiag.lab.needs import on_loopback_because, why_not
from gwdiag.lab.play import Order
from gwdiag.lab.runs import Played, new_case, play_all
from gwdiag.lab.scenario import Need
from gwdiag.lab.scenarios import scenarios
from gwdiag.model.problem import Problem


def orders(
    causes: Sequence[str], *, every: bool, pairs: int, blind: bool, folder: Path, seed: int, duration: float,
    is_loopback: bool, warn: Callable[[str], None],
) -> list[Order]:  # fmt: skip
    """Raises Problem where what was asked for makes no sense or cannot be played here."""
    known = scenarios()
    if unknown := [one for one in causes if one not in known]:
        raise Problem(f"there is no cause {unknown[0]}; gwdiag lab list names them")
    is_many = every or pairs > 0
    if bool(causes) + is_many + blind != 1:
        raise Problem("give CAUSE, or --all, --pairs or both, or --blind")
    reason = on_loopback_because(is_wanted=is_loopback)
    if reason and not is_loopback:
        warn(f"{reason}: played on loopback")
        is_loopback = True
    reasons = {one: why_not(known[one], is_loopback=is_loopback) for one in causes or known}
    can = [name for name, reason in reasons.items() if not reason]
    for name, reason in reasons.items():
        if reason and causes:
            raise Problem(f"{name} cannot be played here: {reason}")
        if reason and is_many:
            warn(f"{name} cannot be played here: {reason}")
    if not can:
        raise Problem("nothing can be played here; gwdiag lab list tells why")
    if len(causes) > 1:
        _together(causes)
    rng, singles = random.Random(seed), [(one,) for one in can]
    if causes:
        chosen = [tuple(causes)]
    elif blind:
        chosen = [rng.choice(singles)]
    else:
        chosen = [*(singles if every else []), *_pairs(can, pairs, rng)]
    made = []
    for one in chosen:
        name = f"case-{seed}" if blind else f"{'+'.join(one)}-{seed}"
        new_case(folder, name)
        made.append(
            Order(
                causes=one, seed=seed, duration=duration, name=name, folder=str(folder.resolve()), work="",
                is_loopback=is_loopback, tag="",
            )
        )  # fmt: skip
    return made


def _pairs(can: Sequence[str], count: int, rng: random.Random) -> list[tuple[str, ...]]:
    """Of causes that are independent of each other; as many as there are, if these are fewer."""
    every = list(itertools.combinations([one for one in can if not scenarios()[one].is_alone], 2))
    return [tuple(rng.sample(one, 2)) for one in rng.sample(every, min(count, len(every)))]


def _together(causes: Sequence[str]) -> None:
    """Two faults at once must be independent of each other."""
    if len(causes) > 2 or len(set(causes)) < len(causes):
        raise Problem("two different causes can come at once, no more")
    for one in causes:
        if scenarios()[one].is_alone:
            raise Problem(f"{one} concerns the whole gateway: no other fault is independent of it")


def played(every: Sequence[Order], jobs: int) -> Iterator[Played]:
    """What would be disturbed by neighbours comes after them, alone."""
    alone = [one for one in every if any(Need.QUOTA in scenarios()[cause].needs for cause in one.causes)]
    yield from play_all([one for one in every if one not in alone], jobs)
    yield from play_all(alone, 1)
