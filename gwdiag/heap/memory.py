"""Where a process's memory is, and when it reaches its limit: the heap profile has only a part of it.

Source: Go, runtime.MemStats. What is in use is as of the last garbage collection; garbage comes on top until the next
one, and with GOGC=100 a heap may double before that.
"""

from collections.abc import Mapping, Sequence

from gwdiag.heap.report import MemoryEntry, Range
from gwdiag.heap.sampling import Z95

NEEDED = ("HeapAlloc", "HeapInuse", "HeapIdle", "HeapReleased", "Sys")


def accounting(memstats: Mapping[str, int], in_use: int, rss: int | None) -> tuple[MemoryEntry, ...]:
    """The parts of resident memory. Without runtime.MemStats nothing can be said."""
    if any(name not in memstats for name in NEEDED):
        return ()
    allocated, heap = memstats["HeapAlloc"], memstats["HeapInuse"]
    stacks = memstats.get("StackSys", memstats.get("Stack", 0))
    resident = memstats["Sys"] - memstats["HeapReleased"]
    idle = memstats["HeapIdle"] - memstats["HeapReleased"]
    runtime = resident - heap - idle - stacks
    parts = [
        ("live heap", min(in_use, allocated), "objects in use, as the profile estimates them"),
        ("garbage", max(allocated - in_use, 0), "not yet collected, and what sampling missed"),
        ("fragmentation", heap - allocated, "gaps in pages that hold objects"),
        ("idle", idle, "free pages that were not given back to the system"),
        ("stacks", stacks, "stacks of goroutines"),
        ("runtime", runtime, "the garbage collector's and the runtime's own"),
    ]
    if rss is not None:
        parts.append(("outside Go", max(rss - resident, 0), "the binary, cgo, mapped files"))
    return tuple(MemoryEntry(part=part, bytes=max(size, 0), means=means) for part, size, means in parts)


def slope(values: Sequence[float], seconds: Sequence[float]) -> tuple[float, float, float] | None:
    """Growth per second with its 95 % bounds, of levels that swing about their course; None of fewer than three."""
    count = len(values)
    if count < 3 or seconds[-1] <= seconds[0]:
        return None
    mean_x, mean_y = sum(seconds) / count, sum(values) / count
    spread = sum((x - mean_x) ** 2 for x in seconds)
    rate = sum((x - mean_x) * (y - mean_y) for x, y in zip(seconds, values, strict=True)) / spread
    rest = sum((y - mean_y - rate * (x - mean_x)) ** 2 for x, y in zip(seconds, values, strict=True))
    half = STUDENT.get(count - 2, Z95) * (rest / (count - 2) / spread) ** 0.5
    return rate, rate - half, rate + half


STUDENT = {
    1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26, 10: 2.23, 12: 2.18, 15: 2.13,
}  # fmt: skip
"""Student's t for 97.5 % by degrees of freedom."""


def limit_reached(limit: int, now: float, rates: tuple[float, float]) -> Range | None:
    """After how many seconds memory is at its limit, for growth per second between two rates; None where it does not
    grow."""
    low, high = rates
    room = max(limit - now, 0.0)
    return Range(low=room / high, high=room / low) if low > 0 else None
