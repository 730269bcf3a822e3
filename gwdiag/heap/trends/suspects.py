"""Where memory accumulates: from stacks that grow to the function that a person should look at.

Stacks are first taken by their trail, the functions of the application on them. What a trail does by itself, such as
filling a cache, is settled and put aside. The rest is added up function by function, because a leak may be allocated
in many places of which none has samples enough. The deepest function that leaks is the place; its callers grow
because of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from gwdiag.heap.frames import is_application, is_of_runtime, is_standard, package_of
from gwdiag.heap.holdings import Key, Stack
from gwdiag.heap.trends.course import Course, Stretch, courses_by
from gwdiag.heap.trends.verdict import STEADY_RETENTION, SURE, Judgement, Verdict, intervals_up, judge
from gwdiag.model.profile import Frame

MOST = 12
"""Suspects of a report."""
WORTH = 0.05
"""Share of all memory in use that a place without a leak must have moved to be listed."""
LEAST = 1 << 20
"""Bytes that it must have moved besides."""
NEARLY_ALWAYS = 0.9
"""Share of the intervals that are up where parts leak only together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A function, what it and everything below it held, and what that means."""

    function: str
    course: Course
    judgement: Judgement


Trail = Callable[[Stack], tuple[str, ...]]


def trails(frames: Mapping[str, Frame]) -> Trail:
    """What makes a stack's trail: functions of the application, the deepest first; without any, those of libraries,
    then those of the language's library, such as a connection of its HTTP client.

    A stack of the run time only has none: it does so for somebody else, who is found where goroutines are counted.
    """
    own = {name for name, frame in frames.items() if is_application(frame)}
    libraries = {name for name, frame in frames.items() if name not in own and not is_standard(frame)}
    standard = {name for name in frames if name not in own | libraries and not is_of_runtime(name)}
    known: dict[Stack, tuple[str, ...]] = {}

    def trail(stack: Stack) -> tuple[str, ...]:
        if stack not in known:
            every = (
                tuple(dict.fromkeys(name for name in stack if name in kind)) for kind in (own, libraries, standard)
            )
            known[stack] = next(filter(None, every), ())
        return known[stack]

    return trail


def suspects_in(stretch: Stretch, frames: Mapping[str, Frame]) -> list[Suspect]:
    """All places worth a word, the strongest first."""
    trail = trails(frames)
    leaks = _leaks(stretch, _unsettled(stretch, trail), trail) or _spread_leaks(stretch, trail)
    taken = {key for one in leaks for key in one.course.keys}
    others = _others(stretch, taken, trail)
    return [*sorted(leaks, key=_strength, reverse=True), *others][:MOST]


def _strength(one: Suspect) -> float:
    """The least it grew by, as far as that stays."""
    whole = one.course.whole
    return max(whole.bounds()[0], 0.0) * (1.0 if whole.retention is None else whole.retention)


def _unsettled(stretch: Stretch, trail: Trail) -> set[Key]:
    """Keys of trails that may be part of a leak."""
    by_trail = courses_by(stretch, lambda key: ("\n".join(trail(key[0])),))
    return {key for name, course in by_trail.items() if name and not judge(course).is_settled for key in course.keys}


def _leaks(stretch: Stretch, keys: set[Key], trail: Trail) -> list[Suspect]:
    found: list[Suspect] = []
    while True:
        by_function = _by_function(stretch, keys, trail)
        leaking = {
            name: course
            for name, course in by_function.items()
            if course.whole.bytes > 0 and judge(course).verdict is Verdict.LEAK
        }
        if found:  # what is left over must be surer: it is looked at again and again
            leaking = {name: course for name, course in leaking.items() if course.whole.chance_without() < SURE / 10}
        if not leaking:
            return found
        function = _with_siblings(_deepest(leaking), leaking)
        course = _whole(stretch, function, leaking[function], trail, found)
        found.append(Suspect(function=function, course=course, judgement=judge(leaking[function])))
        keys = keys - set(course.keys)


def _spread_leaks(stretch: Stretch, trail: Trail) -> list[Suspect]:
    """Leaks of which each part by itself looks like a cache that fills, such as a map that doubles now and then.

    Only together do they grow evenly, so that they must be surer, and up nearly always.
    """
    by_trail = courses_by(stretch, lambda key: ("\n".join(trail(key[0])),))
    fills = {name: course for name, course in by_trail.items() if name and judge(course).verdict is Verdict.WARM_UP}
    keys = _unsettled(stretch, trail) | {key for course in fills.values() for key in course.keys}
    leaking = {
        name: course
        for name, course in _by_function(stretch, keys, trail).items()
        if judge(course).verdict is Verdict.LEAK and course.whole.chance_without() < SURE / 100 and _is_steady(course)
    }
    if not leaking:
        return []
    function = _deepest(leaking)
    return [Suspect(function=function, course=leaking[function], judgement=judge(leaking[function]))]


def _is_steady(course: Course) -> bool:
    up, count = intervals_up(course)
    return up >= NEARLY_ALWAYS * count


def _whole(stretch: Stretch, function: str, course: Course, trail: Trail, found: Iterable[Suspect]) -> Course:
    """With what the same package allocates below it and looked settled by itself, such as a map that doubles."""
    taken = {key for one in found for key in one.course.keys}
    keys = tuple(key for key in stretch.keys if key not in taken and _is_part(trail(key[0]), function))
    whole = Course(stretch=stretch, keys=keys)
    return whole if whole.whole.bytes > course.whole.bytes and _late(whole) >= _late(course) else course


def _is_part(names: tuple[str, ...], function: str) -> bool:
    return function in names and package_of(names[0]) == package_of(function)


def _late(course: Course) -> int:
    """Growth in the second half of the snapshots."""
    return course.values[-1] - course.values[len(course.values) // 2]


def _by_function(stretch: Stretch, keys: Iterable[Key], trail: Trail) -> dict[str, Course]:
    by_name: dict[str, list[Key]] = {}
    for key in keys:
        for name in trail(key[0]):
            by_name.setdefault(name, []).append(key)
    return {name: Course(stretch=stretch, keys=tuple(its)) for name, its in by_name.items()}


def _deepest(leaking: Mapping[str, Course]) -> str:
    """The strongest of those below which nothing else leaks."""
    sets = {name: set(course.keys) for name, course in leaking.items()}
    lowest = [name for name, its in sets.items() if not any(other < its for other in sets.values())]
    return max(lowest, key=lambda name: (_least(leaking[name]), -_depth(name, leaking[name])))


def _least(course: Course) -> float:
    return course.whole.bounds()[0]


def _depth(name: str, course: Course) -> int:
    """How far below the allocating function it stands, at least: of functions with the same stacks the deepest is
    meant."""
    return min((key[0].index(name) for key in course.keys if name in key[0]), default=0)


def _with_siblings(function: str, leaking: Mapping[str, Course]) -> str:
    """A caller in the same package below which more of the same grows: a cache's entries beside its keys."""
    best = function
    for name, course in leaking.items():
        inner = set(leaking[best].keys)
        if name == best or package_of(name) != package_of(function) or not inner < set(course.keys):
            continue
        rest = course.without(inner)
        stays = rest.whole.retention is None or rest.whole.retention >= STEADY_RETENTION
        if stays and rest.whole.bytes > 0.15 * leaking[best].whole.bytes and judge(rest).verdict is Verdict.LEAK:
            best = name
    return best


def _others(stretch: Stretch, taken: set[Key], trail: Trail) -> list[Suspect]:
    """Places that moved and do not leak, by their deepest function: what a reader may wonder about."""
    rest = replace(
        stretch, held=tuple({key: one for key, one in held.items() if key not in taken} for held in stretch.held)
    )
    in_use = max(sum(one.bytes for one in held.values()) for held in stretch.held) if stretch.held else 0
    found = []
    for name, course in courses_by(rest, lambda key: trail(key[0])[:1]).items():
        moved = max(course.values) - min(course.values)
        if moved < max(LEAST, WORTH * in_use):
            continue
        judgement = judge(course)
        if judgement.verdict is Verdict.LEAK:  # it does so only without those stacks that are settled by themselves
            judgement = Judgement(verdict=Verdict.UNCLEAR, why="its parts do different things; none of them is sure")
        found.append((moved, Suspect(function=name, course=course, judgement=judgement)))
    order = list(Verdict)
    found.sort(key=lambda one: (order.index(one[1].judgement.verdict), -one[0]))
    return [one for _, one in found]
