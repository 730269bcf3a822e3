"""Suspects as the report has them: with their rate, their path, the goroutines that wait there, and the known leak."""

from collections import Counter
from collections.abc import Mapping, Sequence

from gwdiag.heap.holdings import Stack
from gwdiag.heap.known_leaks import PRODUCT, leak_of
from gwdiag.heap.report import SuspectEntry
from gwdiag.heap.trends.course import Course, Stretch
from gwdiag.heap.trends.goroutines import DESCRIPTOR, STACK, Waiting
from gwdiag.heap.trends.suspects import Suspect, trails
from gwdiag.heap.trends.verdict import Verdict, intervals_up
from gwdiag.model.profile import Frame

SHOWN = 8
"""Functions of a path."""
ALLOCATING = 4
MOST_STACK = 4
"""A goroutine's stack is seldom more than so many times the least."""


def entries_of(
    suspects: Sequence[Suspect],
    waiting: Sequence[Waiting],
    stretch: Stretch,
    frames: Mapping[str, Frame],
    version: str | None,
) -> tuple[SuspectEntry, ...]:
    """All suspects, the strongest first: leaks of memory, then of goroutines alone, then the rest."""
    make = _Maker(stretch, frames, version)
    by_name = {one.function: one for one in waiting}
    found = []
    for one in suspects:
        its = next((by_name.pop(name) for name in _names(one, make) if name in by_name), None)
        found.append(make.entry(one, its))
    alone = [make.of_goroutines(one) for one in by_name.values()]
    order = list(Verdict)
    return tuple(sorted([*found, *alone], key=lambda one: order.index(Verdict(one.verdict))))


def _names(suspect: Suspect, make: "_Maker") -> list[str]:
    """The function itself first, then those on the same trails: a goroutine waits in one of them."""
    names = Counter(name for key in suspect.course.keys for name in make.trail(key[0]))
    return [suspect.function, *(name for name, _ in names.most_common(SHOWN))]


class _Maker:
    def __init__(self, stretch: Stretch, frames: Mapping[str, Frame], version: str | None) -> None:
        self.trail = trails(frames)
        self._hours = stretch.seconds[-1] / 3600
        self._version = version
        self._is_product = any(name.startswith(PRODUCT) for name in frames)

    def entry(self, suspect: Suspect, waiting: Waiting | None) -> SuspectEntry:
        course, judgement = suspect.course, suspect.judgement
        whole = course.whole
        low, high = whole.bounds()
        up, count = intervals_up(course)
        verdict, why = judgement.verdict, judgement.why
        if waiting and verdict in (Verdict.UNCLEAR, Verdict.STABLE) and whole.bytes > 0 and not judgement.is_settled:
            verdict, why = Verdict.LEAK, "ever more goroutines wait in it and keep what they hold"
        below = self._below(suspect)
        return SuspectEntry(
            function=suspect.function,
            verdict=verdict.value,
            growth_bytes_per_hour=self._per_hour(whole.bytes),
            low=self._per_hour(low),
            high=self._per_hour(high),
            growth_bytes=whole.bytes,
            growth_low=low,
            growth_high=high,
            retention=whole.retention,
            intervals_up=up,
            intervals=count,
            samples=whole.samples,
            why=why,
            path=self._path(suspect),
            allocates=tuple(name for name, _ in _leaves(course).most_common(ALLOCATING) if name != suspect.function),
            values=course.values,
            goroutines=waiting.more if waiting else None,
            known_issue=self._known(below) if verdict in (Verdict.LEAK, Verdict.UNCLEAR) else None,
        )

    def of_goroutines(self, one: Waiting) -> SuspectEntry:
        """Of goroutines whose own memory is all that grows, and which no profile of the heap shows."""
        least, most = one.more * STACK, one.more * (STACK * MOST_STACK + DESCRIPTOR)
        growth = one.more * (STACK + DESCRIPTOR)
        steps = [after - before for before, after in zip(one.counts, one.counts[1:], strict=False)]
        return SuspectEntry(
            function=one.function,
            verdict=Verdict.LEAK.value,
            growth_bytes_per_hour=self._per_hour(growth),
            low=self._per_hour(least),
            high=self._per_hour(most),
            growth_bytes=growth,
            growth_low=least,
            growth_high=most,
            retention=None,
            intervals_up=sum(1 for step in steps if step > 0),
            intervals=len(steps),
            samples=None,
            why="ever more goroutines wait in it; their stacks are not in the heap profile",
            path=one.path[1:SHOWN],
            allocates=(),
            values=tuple(count * (STACK + DESCRIPTOR) for count in one.counts),
            goroutines=one.more,
            known_issue=self._known([one.function, *one.path]),
        )

    def _per_hour(self, size: float) -> float:
        return size / self._hours if self._hours else 0.0

    def _known(self, functions: Sequence[str]) -> str | None:
        leak = leak_of(functions, self._version) if self._is_product else None
        return leak.id if leak else None

    def _below(self, suspect: Suspect) -> list[str]:
        """Functions from the allocating one to the suspect, those with the most growth first."""
        names: Counter[str] = Counter()
        for key in suspect.course.keys:
            size = max(Course(stretch=suspect.course.stretch, keys=(key,)).whole.bytes, 0)
            stack = key[0]
            end = stack.index(suspect.function) + 1 if suspect.function in stack else 1
            for name in dict.fromkeys(stack[:end]):
                names[name] += size
        return [name for name, _ in names.most_common()]

    def _path(self, suspect: Suspect) -> tuple[str, ...]:
        """Callers of the suspect on the stack that grew most, without what the language and libraries do in between."""
        stack = _heaviest(suspect.course)
        names = self.trail(stack)
        begin = names.index(suspect.function) + 1 if suspect.function in names else 0
        return names[begin : begin + SHOWN]


def _growth_by_stack(course: Course) -> Counter[Stack]:
    found: Counter[Stack] = Counter()
    for key in course.keys:
        last, first = course.stretch.held[-1].get(key), course.stretch.held[0].get(key)
        found[key[0]] += (last.bytes if last else 0) - (first.bytes if first else 0)
    return found


def _heaviest(course: Course) -> Stack:
    [(stack, _)] = _growth_by_stack(course).most_common(1) or [((), 0)]
    return stack


def _leaves(course: Course) -> Counter[str]:
    found: Counter[str] = Counter()
    for stack, size in _growth_by_stack(course).items():
        if stack and size > 0:
            found[stack[0]] += size
    return found
